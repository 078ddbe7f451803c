#pragma once

#include <cstdint>
#include <string>

namespace glisson::server {

/// What became of the connections that the supervisor took, since it started.
struct GateCounts {
  std::uint64_t handed_on = 0;               ///< To an association process.
  std::uint64_t refused_for_total = 0;       ///< Local limit exceeded: all association processes are busy.
  std::uint64_t refused_for_address = 0;     ///< The address has its share of them.
  std::uint64_t refused_for_title = 0;       ///< The calling title has.
  std::uint64_t refused_as_stranger = 0;     ///< Those that may not store have their share.
  std::uint64_t refused_for_delay = 0;       ///< No association process could be started in time.
  std::uint64_t refused_for_repetition = 0;  ///< Refused for good too often in this minute (CallerCounts).
  std::uint64_t malformed_title = 0;         ///< For good: a title goes on behind a NUL.
  std::uint64_t without_request = 0;         ///< No whole A-ASSOCIATE-RQ came in time, or something else did.
  std::uint64_t crowded_out = 0;             ///< Of those: closed early, to make room.
  std::uint64_t without_line = 0;            ///< Of those handed on: without a line in the log.
};

/// What was turned away between two counts, for the log; empty when nothing was.
std::string turned_away(const GateCounts& before, const GateCounts& now);

}  // namespace glisson::server
