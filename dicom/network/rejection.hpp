#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "dicom/network/association.hpp"

namespace glisson::dicom {

/// An A-ASSOCIATE-RJ as sent (PS3.8 9.3.4).
struct Rejection {
  std::uint8_t result = 0;  ///< 1 permanent, 2 transient.
  std::uint8_t source = 0;  ///< 1 service user, 2 service provider (ACSE), 3 service provider (presentation).
  std::uint8_t reason = 0;  ///< Its meaning depends on the source.
};

/// What is sent for an admission that is none.
struct RejectionDefinition {
  Admission admission = Admission::congested;
  Rejection rejection;
  std::string_view words;  ///< The reason in the words of PS3.8 table 9-21.
  std::string_view cause;  ///< For the conformance statement.
};

/// The one table behind the A-ASSOCIATE-RJ and the conformance statement.
std::span<const RejectionDefinition> rejections() noexcept;

/// @throws std::logic_error for Admission::accepted.
Rejection rejection_of(Admission admission);

}  // namespace glisson::dicom
