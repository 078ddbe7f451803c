#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/digest.hpp"
#include "engine/errors.hpp"
#include "storage/database.hpp"

namespace glisson::storage {

/// A data set that was refused.
struct RefusedObject {
  std::int64_t association_id = 0;
  std::string file_id;  ///< In the store's folder refused/; empty: not kept there, or kept there already.
  std::uint64_t bytes = 0;
  Sha256 digest{};  ///< Of the data set as sent.
  RejectionReason reason{};
  std::string detail;  ///< A sentence without patient data.
};

/// How much of what was refused is kept. Beyond it the objects that came longest ago give way: of those above
/// `bytes` the files, their rows stay and count; of those above `objects` files and rows.
struct RefusedBound {
  std::uint64_t bytes = 0;
  std::uint64_t objects = 10'000;
};

/// Name of the file in refused/ that holds these bytes; none where they are not kept.
std::optional<std::string> kept_refused_file(Database& database, const Sha256& digest);

/// Records a refused object, with its reason, as a dead job of kind `ingest` that `glisson job show` lists;
/// one that came before is counted. Committed when it returns.
/// @return names of files in refused/ that are not needed any more, because of the bound.
/// @throws TransientError: nothing was recorded; its kind InDoubtError: nobody knows, the file must stay.
std::vector<std::string> record_refused(Database& database, const RefusedObject& object,
                                        const RefusedBound& bound);

/// Applies a bound to what is kept now; with 0 bytes no file is needed any more.
/// @return as record_refused().
std::vector<std::string> bound_refused(Database& database, const RefusedBound& bound);

/// Those of the names that no refused object has.
std::vector<std::string> unknown_refused_files(Database& database, const std::vector<std::string>& file_ids);

}  // namespace glisson::storage
