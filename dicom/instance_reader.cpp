#include "dicom/instance_reader.hpp"
