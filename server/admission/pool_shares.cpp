#include "server/admission/pool_shares.hpp"

#include "server/admission/counted_network.hpp"

namespace glisson::server {
namespace {

/// A peer that opens one association after the other shortly has two: its last one is still being closed.
constexpr int first_ones = 2;
constexpr int times_what_is_left = 3;

bool is_fair(int held, int left) { return held < first_ones || held + 1 <= times_what_is_left * (left - 1); }

}  // namespace

Caller caller_of(const ShownRequest& request, const ConnectionOrigin& origin, Standing standing) {
  const bool proved = standing == Standing::proved_sender;
  return {proved ? origin.address : counted_network(origin.address), request.calling,
          !proved && (standing == Standing::stranger || !request.beyond_verification),
          proved || standing == Standing::claimed_sender};
}

std::uint64_t GateCounts::*exceeded(const PoolLimits& limits, const std::vector<const Caller*>& busy,
                                    const Caller& caller) {
  int of_kind = 0;
  int of_network = 0;
  int of_title = 0;
  for (const Caller* other : busy) {
    of_title += other->title == caller.title ? 1 : 0;
    if (other->is_stranger != caller.is_stranger) continue;
    ++of_kind;
    of_network += other->network == caller.network ? 1 : 0;
  }
  const int room = caller.is_stranger ? limits.strangers() : limits.largest - limits.strangers();
  if (caller.is_stranger && of_kind >= room) return &GateCounts::refused_as_stranger;
  const bool has_its_share =
      limits.per_address > 0 ? of_network >= limits.per_address : !is_fair(of_network, room - of_kind);
  if (has_its_share) return &GateCounts::refused_for_address;
  if (limits.per_title > 0 && of_title >= limits.per_title) return &GateCounts::refused_for_title;
  return nullptr;
}

}  // namespace glisson::server
