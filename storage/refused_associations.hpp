#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.hpp"

namespace glisson::storage {

/// Why an association was refused for good.
enum class AssociationRefusal {
  malformed_request,
  called_title_unknown,
  calling_title_unknown,
  title_not_for_peer,
  address_not_allowed,
  certificate_missing,
  certificate_not_bound,
  store_not_permitted,
  echo_not_permitted,
};

/// One row of the table of refusals.
struct AssociationRefusalDefinition {
  AssociationRefusal refusal;
  std::string_view keyword;  ///< As stored.
  std::string_view meaning;  ///< For people, as a sentence.
};

/// In the order in which a request is judged.
std::span<const AssociationRefusalDefinition> association_refusals() noexcept;
std::string_view keyword(AssociationRefusal refusal) noexcept;
/// @throws std::logic_error for a keyword that is none.
AssociationRefusal association_refusal_from(std::string_view keyword);

/// An attempt that failed, as a key: the same again is counted, not kept twice.
struct RefusedAttempt {
  AssociationRefusal reason = AssociationRefusal::calling_title_unknown;
  std::string calling;  ///< As sent, without padding; empty where it was no AE title.
  std::string called;
  std::string address;  ///< Numeric.
};

/// Attempts of one kind.
struct RefusedAssociation {
  std::int64_t id = 0;
  /// Titles are empty where one address tried so many that they are counted together; the address too where
  /// there are too many addresses.
  RefusedAttempt attempt;
  std::uint64_t times = 0;
  std::string first_seen;  ///< ISO 8601.
  std::string last_seen;
};

/// Distinct attempts that are kept for one address, and in all. Those beyond are counted together, of one
/// address the ones seen least lately, so that nobody fills the disk and nobody pushes out what others tried.
inline constexpr int most_refused_per_address = 20;
inline constexpr int most_refused = 2000;

/// Counts an attempt; forgets those that were last seen 90 days ago.
void record_refused_association(Database& database, const RefusedAttempt& attempt);

/// The latest first. Adding or changing a peer forgets the attempts under its title.
std::vector<RefusedAssociation> list_refused_associations(Database& database);

}  // namespace glisson::storage
