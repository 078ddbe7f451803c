#pragma once

#include <string>

#include "storage/database.hpp"
#include "storage/instance_store.hpp"

namespace glisson::storage {

/// The instance store is not the one that the database speaks of.
class ForeignStore : public TransientError {
 public:
  using TransientError::TransientError;
};

/// Proves that an instance store and a database belong together: both carry the same random identity. A host
/// that cannot see the shared folder, or a database that was restored beside another store, would otherwise
/// acknowledge objects that nobody finds again, and take files for lost that are not.
class StoreIdentity {
 public:
  explicit StoreIdentity(const InstanceStore& store) : store_(store) {}

  /// Where the database has no identity yet it takes the store's, which is given one if need be; then as
  /// require().
  void claim(Database& database);
  /// @throws ForeignStore when the store is another one or none, or no host has claimed it yet.
  void require(Database& database);
  /// Whether the store still is the one that claim() or require() found; asks the folder only.
  /// @throws TransientError when the disk does not answer.
  bool holds() const { return !known_.empty() && store_.identity() == known_; }

 private:
  const InstanceStore& store_;
  std::string known_;  ///< Identity in the database; empty: not asked yet.
};

/// From now on the database speaks of this store: it was replaced on purpose.
/// @return its identity.
std::string adopt_store(Database& database, const InstanceStore& store);

}  // namespace glisson::storage
