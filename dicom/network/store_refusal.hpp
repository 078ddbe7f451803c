#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dicom/network/association.hpp"

namespace glisson::dicom {

/// Why a C-STORE-RQ is not answered with Success.
enum class StoreRefusal {
  without_data_set,
  malformed_uid,
  other_sop_class,
  uid_mismatch,
  rejected_data_set,
  data_set_too_large,
  write_failed,
  not_now,
  study_too_large,
  cannot_store,
  commit_in_doubt,
};

/// The answer to it: Status (0000,0900) and Error Comment (0000,0902).
struct StoreRefusalDefinition {
  StoreRefusal refusal;
  DimseStatus status;
  std::string_view comment;  ///< Empty: each refusal has words of its own, or none.
  std::string_view cause;    ///< For the conformance statement.
};

/// The one table behind the answers and the conformance statement.
std::span<const StoreRefusalDefinition> store_refusals() noexcept;

const StoreRefusalDefinition& definition_of(StoreRefusal refusal);

/// @param words the Error Comment where the table has none; else they follow it after a colon.
StoreOutcome refused(StoreRefusal refusal, std::string_view words = {});

}  // namespace glisson::dicom
