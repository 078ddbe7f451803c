#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace glisson {

/// Why input was not used. Each reason has a keyword, under which it is stored, counted and searched, and a
/// sentence that says what its reader can do. New reasons are added at the end of their group.
enum class RejectionReason {
  // A data set as it was sent
  not_dicom,
  truncated_data_set,
  uid_mismatch,
  invalid_uid,
  missing_attribute,
  invalid_attribute,
  too_deeply_nested,
  missing_file,
  inconsistent_lengths,
  too_many_elements,
  // Images
  unsupported_sop_class,
  unsupported_transfer_syntax,
  unsupported_pixel_format,
  truncated_pixel_data,
  too_few_slices,
  missing_slices,
  duplicate_positions,
  mixed_orientation,
  mixed_spacing,
  mixed_size,
  mixed_frame_of_reference,
  mixed_series,
  sheared_volume,
  corrupt_pixel_data,
  lossy_compression,
  // Segmentations
  not_a_segmentation,
  fractional_segmentation,
  segmentation_off_grid,
  incomplete_series,
  no_segment_of_interest,
  no_such_segment,
  patient_mismatch,
  // Regions
  empty_region,
  region_too_small,
  intensities_not_finite,
  nothing_left_by_resegmentation,
  too_many_grey_levels,
  padded_region,
  // Settings, protocols and models
  invalid_settings,
  invalid_protocol,
  unknown_protocol,
  invalid_model,
  unknown_model,
  too_much_memory,
  // Conflicts
  conflicting_instances,
  // Commands and their host
  invalid_argument,
  not_permitted,
  already_running,
  unusable_database,
  unsuitable_host,
};

/// The stored keyword, e.g. "missing_slices".
std::string_view keyword(RejectionReason reason) noexcept;

/// What the reader can do about it, as one sentence, e.g. "Send the missing slices again."
std::string_view remedy(RejectionReason reason) noexcept;

/// The data are at fault; trying again with the same data fails again. The input is kept.
/// The message names what was found and where; it never holds patient data.
class RejectedInput : public std::runtime_error {
 public:
  RejectedInput(RejectionReason reason, const std::string& detail) : runtime_error(detail), reason_(reason) {}
  RejectionReason reason() const noexcept { return reason_; }

 private:
  RejectionReason reason_;
};

/// Circumstances are at fault (no connection, no space, a deadline); the queue tries again.
class TransientError : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

}  // namespace glisson
