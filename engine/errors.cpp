#include "engine/errors.hpp"

#include <array>

namespace glisson {
namespace {

struct Entry {
  RejectionReason reason;
  std::string_view keyword;
  std::string_view remedy;
};

using enum RejectionReason;

constexpr std::array entries{
    Entry{not_dicom, "not_dicom", "Send DICOM Part 10 files or C-STORE data sets; this is neither."},
    Entry{truncated_data_set, "truncated_data_set",
          "Send the object again; it ended before its last element was complete."},
    Entry{uid_mismatch, "uid_mismatch",
          "Have the sender mended: the data set carries another SOP class or instance UID than its C-STORE "
          "request."},
    Entry{invalid_uid, "invalid_uid", "Have the sender mended: a UID is empty or not formed by PS3.5 9.1."},
    Entry{missing_attribute, "missing_attribute",
          "Have the sender mended: an attribute that the standard requires is absent or empty."},
    Entry{invalid_attribute, "invalid_attribute",
          "Have the sender mended: an attribute holds a value that the standard forbids."},
    Entry{too_deeply_nested, "too_deeply_nested",
          "Have the sender mended: sequences are nested far deeper than any DICOM object needs."},
    Entry{missing_file, "missing_file",
          "Send the object again; its file is no longer in the instance store."},
    Entry{inconsistent_lengths, "inconsistent_lengths",
          "Have the sender mended: an element or item is longer than what holds it."},
    Entry{too_many_elements, "too_many_elements",
          "Have the sender mended: there are far more elements than any DICOM object needs."},
    Entry{unsupported_sop_class, "unsupported_sop_class",
          "Send a classic CT, MR or PET image series; other SOP classes are kept but not analysed."},
    Entry{unsupported_transfer_syntax, "unsupported_transfer_syntax",
          "Send the series uncompressed, or compressed without loss by RLE, JPEG, JPEG-LS or JPEG 2000; what "
          "is compressed otherwise is kept but not decoded."},
    Entry{unsupported_pixel_format, "unsupported_pixel_format",
          "Send monochrome images with 8 or 16 bits allocated and one sample per pixel."},
    Entry{truncated_pixel_data, "truncated_pixel_data",
          "Send the object again; its pixel data are shorter than rows x columns x frames demand."},
    Entry{too_few_slices, "too_few_slices", "Send the whole series; a volume needs at least two slices."},
    Entry{missing_slices, "missing_slices",
          "Send the missing slices; positions along the slice normal have gaps."},
    Entry{duplicate_positions, "duplicate_positions",
          "Send one acquisition per series; several slices share one position."},
    Entry{mixed_orientation, "mixed_orientation",
          "Send one orientation per series; slices differ in ImageOrientationPatient."},
    Entry{mixed_spacing, "mixed_spacing",
          "Send one geometry per series; slices differ in PixelSpacing or in their distance."},
    Entry{mixed_size, "mixed_size", "Send one geometry per series; slices differ in Rows or Columns."},
    Entry{mixed_frame_of_reference, "mixed_frame_of_reference",
          "Send one frame of reference per series; slices differ in FrameOfReferenceUID."},
    Entry{mixed_series, "mixed_series",
          "Have the segmentation refer to one image series; this one refers to several."},
    Entry{sheared_volume, "sheared_volume",
          "Send the series corrected for gantry tilt; its slices are not stacked along their normal."},
    Entry{corrupt_pixel_data, "corrupt_pixel_data",
          "Send the object again; its compressed pixel data cannot be decoded to rows x columns pixels."},
    Entry{lossy_compression, "lossy_compression",
          "Send the series as it was acquired, or use a protocol that says lossy_images = true."},
    Entry{not_a_segmentation, "not_a_segmentation", "Name a DICOM Segmentation object (modality SEG)."},
    Entry{fractional_segmentation, "fractional_segmentation",
          "Export the segmentation as BINARY; a FRACTIONAL one has no unambiguous border."},
    Entry{segmentation_off_grid, "segmentation_off_grid",
          "Export the segmentation on the grid of the images that it refers to."},
    Entry{incomplete_series, "incomplete_series",
          "Send the images that the segmentation refers to and that are missing."},
    Entry{no_segment_of_interest, "no_segment_of_interest",
          "Code the segments' property types (e.g. mass, neoplasm, liver) or add a label rule to the "
          "settings."},
    Entry{no_such_segment, "no_such_segment", "Name a Segment Number that the segmentation holds."},
    Entry{patient_mismatch, "patient_mismatch",
          "Have the sender mended: segmentation and images carry different Patient IDs."},
    Entry{empty_region, "empty_region", "Draw the region; the segment has no voxel inside the images."},
    Entry{region_too_small, "region_too_small",
          "Draw a larger region; this one is too small for the features asked for."},
    Entry{intensities_not_finite, "intensities_not_finite",
          "Have the images mended, or the filter's settings: intensities exceed what a number holds."},
    Entry{nothing_left_by_resegmentation, "nothing_left_by_resegmentation",
          "Widen the protocol's range or outliers under [resegmentation]; no voxel of the region fulfils "
          "them."},
    Entry{too_many_grey_levels, "too_many_grey_levels",
          "Use wider bins or fewer of them; textures are computed of up to 1024 grey levels."},
    Entry{padded_region, "padded_region",
          "Draw the region within the image; padding around it (PixelPaddingValue) was never measured."},
    Entry{invalid_settings, "invalid_settings", "Mend the settings file; `glisson config check` tests it."},
    Entry{invalid_protocol, "invalid_protocol",
          "Mend the protocol file: at the line named, or the setting named where it does not suit these "
          "images."},
    Entry{unknown_protocol, "unknown_protocol",
          "Name a protocol that ships, or put its file into the folder `protocols` of the data folder."},
    Entry{invalid_model, "invalid_model",
          "Mend the model's manifest at the line named; `glisson model check` tests it."},
    Entry{unknown_model, "unknown_model", "Name one of the models that `glisson model list` shows."},
    Entry{too_much_memory, "too_much_memory",
          "Use a coarser resampling or a smaller region; this would exceed the memory of one job."},
    Entry{conflicting_instances, "conflicting_instances",
          "Decide which of the objects with one SOP Instance UID and different pixels is right; both are "
          "kept."},
    Entry{invalid_argument, "invalid_argument", "Give the command again as its --help says."},
    Entry{not_permitted, "not_permitted", "Give the command again with sudo."},
    Entry{already_running, "already_running",
          "`glisson status` tells how it is; stop it first to start another."},
    Entry{unusable_database, "unusable_database",
          "Install the version of Glisson that the database belongs to, or name another database in the "
          "settings."},
    Entry{unsuitable_host, "unsuitable_host", "Mend that on this host, then start again."},
};

const Entry& entry(RejectionReason reason) noexcept {
  for (const Entry& candidate : entries) {
    if (candidate.reason == reason) return candidate;
  }
  return entries.front();
}

}  // namespace

std::string_view keyword(RejectionReason reason) noexcept { return entry(reason).keyword; }

std::string_view remedy(RejectionReason reason) noexcept { return entry(reason).remedy; }

}  // namespace glisson
