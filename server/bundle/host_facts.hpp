#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace glisson::server {

/// Release of the operating system, kernel, processors, memory, and the files of the libraries that this
/// process has loaded, whose names bear their versions.
std::string host_facts();

/// The last lines of a text file, of at most 4 MiB of it.
/// @throws TransientError when it cannot be read.
std::string last_lines(const std::filesystem::path& file, std::size_t lines);

/// The last lines of the service's log in journald.
/// @throws TransientError where there is no journald, or it has none.
std::string journal(std::size_t lines);

}  // namespace glisson::server
