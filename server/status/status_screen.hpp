#pragma once

#include <string>

#include "server/status/status_facts.hpp"

namespace glisson::server {

inline constexpr std::size_t screen_lines = 24;
inline constexpr std::size_t screen_columns = 80;

/// The facts on one screen: at most 23 lines, so that the prompt fits below, of at most 80 characters. What
/// needs somebody comes with the next command; commands are never cut.
std::string status_screen(const StatusFacts& facts);

}  // namespace glisson::server
