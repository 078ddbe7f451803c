#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "server/admission/gate_counts.hpp"
#include "server/admission/known_senders.hpp"
#include "server/admission/shown_request.hpp"

namespace glisson::server {

/// How many association processes there are, and who may have how many of them.
struct PoolLimits {
  int smallest = 0;     ///< Processes that wait ready.
  int largest = 0;      ///< Associations in all.
  int per_address = 0;  ///< Of one peer address; 0: what is fair.
  int per_title = 0;    ///< Of one calling AE title; 0: no limit of its own.
  /// For which a whole request waits for a process where none can be started.
  std::chrono::milliseconds patience{5'000};

  /// Of all strangers: C-ECHO is open to everyone, so that anybody may hold processes.
  int strangers() const { return std::max(1, largest / 4); }
};

/// Who has an association, or asks for one.
struct Caller {
  std::string network;       ///< That shares are counted by: the address itself of a proved sender, else
                             ///< counted_network().
  std::string title;         ///< That it calls itself.
  bool is_stranger = false;  ///< Counts among those that may not store.
  bool may_store = false;    ///< Is never turned away for what others were refused for.
};

/// A title alone is no more than a claim: with it a C-ECHO counts as a stranger's.
Caller caller_of(const ShownRequest& request, const ConnectionOrigin& origin, Standing standing);

/// The limit that one more association of this caller would exceed, as the count of those refused for it;
/// null: none.
///
/// Strangers have their part of the processes and no more. Within it, and among the senders within all the
/// others, an address has at most three times what it leaves free (the dynamic threshold of Choudhury and
/// Hahne, IEEE/ACM Trans. Netw. 6(2), 1998), and the first two wherever a process is free: however many a few
/// addresses want, some are left for the next one, and nobody's association is ended for another's.
/// @param busy everyone who has an association or waits for one.
std::uint64_t GateCounts::*exceeded(const PoolLimits& limits, const std::vector<const Caller*>& busy,
                                    const Caller& caller);

}  // namespace glisson::server
