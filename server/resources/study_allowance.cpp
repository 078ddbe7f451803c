#include "server/resources/study_allowance.hpp"

#include <fmt/format.h>

namespace glisson::server {
namespace {

constexpr std::chrono::seconds extent_lasts{5};

}  // namespace

StudyAllowance::StudyAllowance(std::uint64_t most_instances, std::uint64_t most_bytes)
    : most_instances_(most_instances), most_bytes_(most_bytes) {}

std::optional<std::string> StudyAllowance::exceeded(storage::Database& database,
                                                    const dicom::StudyInstanceUid& study,
                                                    std::uint64_t bytes) {
  const auto now = std::chrono::steady_clock::now();
  if (study.value() != study_ || now >= ask_again_) {
    extent_ = storage::study_extent(database, study);
    study_ = study.value();
    ask_again_ = now + extent_lasts;
  }
  if (extent_.instances + 1 > most_instances_) {
    return fmt::format("study above its limit of {} instances", most_instances_);
  }
  if (extent_.bytes + bytes > most_bytes_) {
    return fmt::format("study above its limit of {} bytes", most_bytes_);
  }
  return std::nullopt;
}

void StudyAllowance::count(const dicom::StudyInstanceUid& study, std::uint64_t bytes) {
  if (study.value() != study_) return;
  ++extent_.instances;
  extent_.bytes += bytes;
}

}  // namespace glisson::server
