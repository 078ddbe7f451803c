#pragma once

#include <map>
#include <string>

#include "server/manual/command_description.hpp"

namespace glisson::server {

/// The manual pages of a command line by file name, in the macros of man(7): glisson.1, and one for each
/// command of the first level, e.g. glisson-peer.1 with a section for each command below it.
std::map<std::string, std::string> command_manual(const CommandDescription& program);

/// glisson.toml(5), from the table that drives the parser of the settings.
std::string settings_manual();

}  // namespace glisson::server
