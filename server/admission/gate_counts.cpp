#include "server/admission/gate_counts.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

namespace glisson::server {

std::string turned_away(const GateCounts& before, const GateCounts& now) {
  const std::array<std::pair<std::uint64_t, const char*>, 10> differences{{
      {now.refused_for_total - before.refused_for_total, "refused, all association processes busy"},
      {now.refused_for_address - before.refused_for_address, "refused, too many of one address"},
      {now.refused_for_title - before.refused_for_title, "refused, too many of one calling title"},
      {now.refused_as_stranger - before.refused_as_stranger, "refused, too many that may not store"},
      {now.refused_for_delay - before.refused_for_delay, "refused, no association process in time"},
      {now.refused_for_repetition - before.refused_for_repetition, "refused, refused too often before"},
      {now.malformed_title - before.malformed_title, "refused, AE title with bytes behind a NUL"},
      {now.without_request - before.without_request, "closed without an association request"},
      {now.crowded_out - before.crowded_out, "of them early, to make room"},
      {now.without_line - before.without_line, "associations without a line of their own"},
  }};
  std::vector<std::string> parts;
  for (const auto& [count, what] : differences) {
    if (count > 0) parts.push_back(fmt::format("{} {}", count, what));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace glisson::server
