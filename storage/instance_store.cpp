#include "storage/instance_store.hpp"
