#pragma once

#include <string>

#include "server/manual/command_description.hpp"

namespace glisson::server {

/// A script that completes the command line in bash, without the package bash-completion: commands, options,
/// the words that an option takes, files and folders, and the names of peers, protocols and models, which it
/// asks the program for.
std::string bash_completion(const CommandDescription& program);

}  // namespace glisson::server
