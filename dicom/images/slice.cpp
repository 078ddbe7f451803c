#include "dicom/images/slice.hpp"

#include <dcmtk/dcmdata/dcuid.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include "dicom/dicom_file.hpp"
#include "dicom/images/geometry.hpp"
#include "dicom/images/pixel_frames.hpp"

namespace glisson::dicom {
namespace {

// By the SOP class rather than by Modality, so that the rules of the class hold whatever the attribute says.
std::string modality_of(const SopClassUid& sop_class) {
  if (sop_class.value() == UID_MRImageStorage) return "MR";
  return sop_class.value() == UID_CTImageStorage ? "CT" : "PT";
}

/// Units (0054,1001) of PET in UCUM (PS3.16 CID 84, which names these very units).
std::string pet_unit(const std::string& units) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> table{{
      {"CNTS", "{counts}"},
      {"CM2", "cm2"},
      {"PCNT", "%"},
      {"CPS", "{counts}/s"},
      {"BQML", "Bq/ml"},
      {"MGMINML", "mg/min/ml"},
      {"UMOLMINML", "umol/min/ml"},
      {"MLMING", "ml/min/g"},
      {"MLG", "ml/g"},
      {"1CM", "/cm"},
      {"UMOLML", "umol/ml"},
      {"PROPCNTS", "{propcounts}"},
      {"PROPCPS", "{propcounts}/s"},
      {"MLMINML", "ml/min/ml"},
      {"MLML", "ml/ml"},
      {"GML", "g/ml"},
  }};
  const auto* found =
      std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.first == units; });
  return found == table.end() ? "1" : std::string(found->second);
}

std::string intensity_unit(const Attributes& image, const std::string& modality) {
  if (modality == "PT") return pet_unit(image.text(DCM_Units));
  if (modality != "CT") return "1";
  const std::string type = image.text(DCM_RescaleType);
  return type.empty() || type == "HU" ? "[hnsf'U]" : "1";
}

PixelFormat read_pixel_format(const Attributes& image, const std::string& modality) {
  const auto unsupported = [&](const std::string& what) {
    image.reject(RejectionReason::unsupported_pixel_format, what);
  };
  PixelFormat format;
  if (image.has(DCM_NumberOfFrames) && image.required_number(DCM_NumberOfFrames) != 1) {
    unsupported("more than one frame in a classic image");
  }
  if (image.required_number(DCM_SamplesPerPixel) != 1) unsupported("SamplesPerPixel is not 1");
  const double allocated = image.required_number(DCM_BitsAllocated);
  if (allocated != 8 && allocated != 16) unsupported("BitsAllocated is neither 8 nor 16");
  format.bits_allocated = static_cast<int>(allocated);
  format.bits_stored = image.required_integer(DCM_BitsStored, 1, format.bits_allocated);
  format.high_bit = image.required_integer(DCM_HighBit, format.bits_stored - 1, format.bits_allocated - 1);
  format.is_signed = image.required_integer(DCM_PixelRepresentation, 0, 1) == 1;
  if (const auto first = image.stored_value(DCM_PixelPaddingValue, format.is_signed)) {
    const int last = image.stored_value(DCM_PixelPaddingRangeLimit, format.is_signed).value_or(*first);
    format.padding = {std::min(*first, last), std::max(*first, last)};
  }
  const bool rescale_required = modality != "MR";
  if (rescale_required || image.has(DCM_RescaleSlope) || image.has(DCM_RescaleIntercept)) {
    format.slope = image.required_number(DCM_RescaleSlope);
    format.intercept = image.required_number(DCM_RescaleIntercept);
    if (format.slope == 0) image.reject(RejectionReason::invalid_attribute, "RescaleSlope is 0");
    // Intensities are single-precision numbers, and so are what filters make of them.
    constexpr double largest_stored_value = 65535;
    constexpr double largest_intensity = 1e30;
    if (std::abs(format.slope) * largest_stored_value + std::abs(format.intercept) > largest_intensity) {
      image.reject(RejectionReason::invalid_attribute,
                   "RescaleSlope or RescaleIntercept make intensities beyond 1e30");
    }
  }
  return format;
}

void read_plane(const Attributes& image, Slice& slice) {
  constexpr int most = std::numeric_limits<std::uint16_t>::max();
  slice.rows = image.required_integer(DCM_Rows, 1, most);
  slice.columns = image.required_integer(DCM_Columns, 1, most);
  slice.pixel_spacing = read_pixel_spacing(image);
  slice.position = read_position(image);
  std::tie(slice.row_direction, slice.column_direction) = read_orientation(image);
}

// Intensities of stored values, which are the bits from High Bit down, sign-extended where signed (PS3.5
// 8.1.1): what lies above is shifted out to the left, what lies below to the right.
template <typename Value, typename Sample>
void rescale(std::span<const Sample> samples, const PixelFormat& format, std::span<float> target) {
  const int above = 31 - format.high_bit;
  const int below = 32 - format.bits_stored;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const auto value = static_cast<Value>(std::uint32_t{samples[i]} << above) >> below;
    target[i] = static_cast<float>(value * format.slope + format.intercept);
  }
}

/// Sets `padding` to 1 where the stored value lies in the padding's range; true where it does anywhere.
template <typename Value, typename Sample>
bool flag_padding(std::span<const Sample> samples, const PixelFormat& format,
                  std::span<std::uint8_t> padding) {
  if (!format.padding) return false;
  const int above = 31 - format.high_bit;
  const int below = 32 - format.bits_stored;
  const auto [lowest, highest] = *format.padding;
  bool found = false;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto value = static_cast<int>(static_cast<Value>(std::uint32_t{samples[i]} << above) >> below);
    if (value < lowest || value > highest) continue;
    padding[i] = 1;
    found = true;
  }
  return found;
}

template <typename Sample>
bool read_samples(PixelFrames& frames, const PixelFormat& format, std::span<float> target,
                  std::span<std::uint8_t> padding) {
  static_assert(std::endian::native == std::endian::little, "pixels are read in little-endian order");
  std::vector<Sample> samples(target.size());
  frames.read(0, {reinterpret_cast<std::uint8_t*>(samples.data()), samples.size() * sizeof(Sample)});
  const std::span<const Sample> read(samples);
  if (format.is_signed) {
    rescale<std::int32_t>(read, format, target);
    return flag_padding<std::int32_t>(read, format, padding);
  }
  rescale<std::uint32_t>(read, format, target);
  return flag_padding<std::uint32_t>(read, format, padding);
}

PixelLayout layout_of(const Slice& slice) {
  const PixelFormat& format = slice.format;
  return {slice.rows,         slice.columns,   format.bits_allocated,
          format.bits_stored, format.high_bit, format.is_signed};
}

}  // namespace

Slice read_slice(const std::filesystem::path& file) {
  const DicomFile dicom(file, Extent::image);
  const Attributes image = dicom.attributes();
  Slice slice;
  slice.file = file;
  slice.name = file.filename().string();
  slice.sop_class_uid = image.required_uid<SopClassUid>(DCM_SOPClassUID);
  if (!is_volume_sop_class(slice.sop_class_uid)) {
    image.reject(RejectionReason::unsupported_sop_class, is_multi_frame_sop_class(slice.sop_class_uid)
                                                             ? "an enhanced (multi-frame) image"
                                                             : "neither a classic CT nor MR nor PET image");
  }
  slice.sop_instance_uid = image.required_uid<SopInstanceUid>(DCM_SOPInstanceUID);
  slice.study_instance_uid = image.required_uid<StudyInstanceUid>(DCM_StudyInstanceUID);
  slice.series_instance_uid = image.required_uid<SeriesInstanceUid>(DCM_SeriesInstanceUID);
  slice.frame_of_reference_uid = image.uid<FrameOfReferenceUid>(DCM_FrameOfReferenceUID);
  slice.patient_id = image.text(DCM_PatientID);
  slice.issuer_of_patient_id = image.text(DCM_IssuerOfPatientID);
  slice.modality = modality_of(slice.sop_class_uid);
  slice.series_description = image.text(DCM_SeriesDescription);
  slice.manufacturer = image.text(DCM_Manufacturer);
  slice.timezone_offset = image.text(DCM_TimezoneOffsetFromUTC);
  slice.slice_thickness = image.number(DCM_SliceThickness).value_or(0);
  read_plane(image, slice);
  slice.format = read_pixel_format(image, slice.modality);
  slice.intensity_unit = intensity_unit(image, slice.modality);
  static_cast<void>(PixelFrames(dicom, layout_of(slice), 1));  // Refuses what it cannot read.
  return slice;
}

SlicePixels read_intensities(const Slice& slice, std::span<float> target, std::span<std::uint8_t> padding) {
  const DicomFile dicom(slice.file, Extent::image);
  PixelFrames frames(dicom, layout_of(slice), 1);
  SlicePixels pixels;
  pixels.padded = slice.format.bits_allocated == 8
                      ? read_samples<std::uint8_t>(frames, slice.format, target, padding)
                      : read_samples<std::uint16_t>(frames, slice.format, target, padding);
  pixels.lossy = frames.is_lossy();
  return pixels;
}

}  // namespace glisson::dicom
