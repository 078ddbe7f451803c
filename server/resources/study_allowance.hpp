#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "dicom/identity.hpp"
#include "storage/index.hpp"

namespace glisson::server {

/// How much of one study is received. Counts what one association process stores itself and asks the database
/// every few seconds, so that associations side by side exceed a limit by no more than they store meanwhile.
class StudyAllowance {
 public:
  StudyAllowance(std::uint64_t most_instances, std::uint64_t most_bytes);

  /// Why an instance of so many bytes is too much for its study; none where it may be stored.
  /// @throws TransientError when the database does not answer.
  std::optional<std::string> exceeded(storage::Database& database, const dicom::StudyInstanceUid& study,
                                      std::uint64_t bytes);
  /// An instance of the study was stored.
  void count(const dicom::StudyInstanceUid& study, std::uint64_t bytes);

 private:
  std::uint64_t most_instances_;
  std::uint64_t most_bytes_;
  std::string study_;  ///< The study that extent_ is of.
  storage::StudyExtent extent_;
  std::chrono::steady_clock::time_point ask_again_;
};

}  // namespace glisson::server
