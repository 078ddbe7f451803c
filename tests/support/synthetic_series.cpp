#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpeg/djrplol.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "dicom/data_set_writer.hpp"
#include "dicom/identity.hpp"
#include "tests/support/synthetic_dicom.hpp"
#include "tests/support/synthetic_file.hpp"

namespace glisson::tests {
namespace {

using dicom::DataSetWriter;
using enum SeriesDefect;

const char* sop_class(const SyntheticSeries& series) {
  if (series.defect == secondary_capture) return UID_SecondaryCaptureImageStorage;
  if (series.modality == "MR") return UID_MRImageStorage;
  return series.modality == "PT" ? UID_PositronEmissionTomographyImageStorage : UID_CTImageStorage;
}

engine::Vector3 slice_position(const SyntheticSeries& series, int z) {
  const engine::Grid grid = series.grid();
  engine::Vector3 index{0, 0, static_cast<double>(z)};
  const int last = series.size[2] - 1;
  if (series.defect == duplicate_position && z == last) index[2] -= 1;
  if (series.defect == uneven_spacing && z == last / 2) index[2] += 0.4;
  if (series.defect == gantry_tilt) index[1] += z / grid.spacing[1];
  return grid.position(index);
}

void put_identity(DataSetWriter& image, const SyntheticSeries& series, int z) {
  const bool last = z == series.size[2] - 1;
  const std::string study = "synthetic study " + series.study;
  const std::string other_series = series.defect == second_series && last ? " other" : "";
  const std::string other_frame = series.defect == mixed_frame_of_reference && last ? " other" : "";
  image.put(DCM_SpecificCharacterSet, series.character_set)
      .put(DCM_PatientName, series.patient_name)
      .put(DCM_PatientID, series.patient_id)
      .put(DCM_IssuerOfPatientID, series.issuer_of_patient_id)
      .put(DCM_StudyDate, "20260131")
      .put(DCM_AccessionNumber, "A" + series.study)
      .put(DCM_Modality, series.modality)
      .put(DCM_Manufacturer, "Synthetic")
      .put(DCM_SeriesDescription, series.series_description)
      .put(DCM_InstanceNumber, std::to_string(series.size[2] - z))  // Against the order of positions.
      .put(DCM_SOPClassUID, sop_class(series))
      .put(DCM_StudyInstanceUID, dicom::derive_uid(study))
      .put(DCM_SeriesInstanceUID, dicom::derive_uid(study + " series " + series.series + other_series))
      .put(DCM_FrameOfReferenceUID, dicom::derive_uid(study + " frame" + other_frame));
  if (!series.timezone_offset.empty()) image.put(DCM_TimezoneOffsetFromUTC, series.timezone_offset);
  if (series.defect != no_sop_instance_uid) image.put(DCM_SOPInstanceUID, series.image_uid(z));
  if (series.defect == malformed_series_uid) image.put(DCM_SeriesInstanceUID, "../../1.02");
}

void put_geometry(DataSetWriter& image, const SyntheticSeries& series, int z) {
  const bool last = z == series.size[2] - 1;
  engine::Vector3 row = series.row_direction;
  engine::Vector3 column = series.column_direction;
  if (series.defect == mixed_orientation && last) {
    const double angle = 2 * std::numbers::pi / 180;
    for (std::size_t i = 0; i < 3; ++i) {
      row[i] = std::cos(angle) * series.row_direction[i] + std::sin(angle) * series.column_direction[i];
      column[i] = std::cos(angle) * series.column_direction[i] - std::sin(angle) * series.row_direction[i];
    }
  }
  if (series.defect == orientation_not_orthogonal) column = row;
  double factor = 1;
  if (series.defect == mixed_pixel_spacing && last) factor = 1.1;
  if (series.defect == pixel_spacing_zero) factor = 0;
  image.put_decimals(DCM_PixelSpacing, std::array{series.spacing[1] * factor, series.spacing[0] * factor})
      .put_decimals(DCM_SliceThickness, std::array{series.spacing[2]});
  if (series.defect != no_orientation) {
    image.put_decimals(DCM_ImageOrientationPatient,
                       std::array{row[0], row[1], row[2], column[0], column[1], column[2]});
  }
  if (series.defect != no_position) image.put_decimals(DCM_ImagePositionPatient, slice_position(series, z));
  if (series.defect == position_not_a_number) image.put(DCM_ImagePositionPatient, "nan\\0\\0");
}

void put_rescale(DataSetWriter& image, const SyntheticSeries& series, int z) {
  if (series.modality == "PT") image.put(DCM_Units, series.units);
  if (series.defect == no_rescale) return;
  const double slope = series.defect == rescale_slope_zero ? 0 : series.slope(z);
  image.put_decimals(DCM_RescaleSlope, std::array{slope})
      .put_decimals(DCM_RescaleIntercept, std::array{series.intercept(z)});
  if (series.modality == "CT") image.put(DCM_RescaleType, series.rescale_type);
}

std::vector<std::uint16_t> stored_words(const SyntheticSeries& series, int rows, int z) {
  const auto mask = static_cast<unsigned>((1ULL << series.bits_stored) - 1);
  const auto shift = static_cast<unsigned>(series.high_bit + 1 - series.bits_stored);
  // Bits outside of Bits Stored are set: a reader that does not mask them fails.
  const auto padding = [&](unsigned value) {
    const bool negative = series.is_signed && ((value >> (series.bits_stored - 1)) & 1U) != 0;
    return series.extend_sign && !negative ? 0U : ~(mask << shift);
  };
  std::vector<std::uint16_t> words;
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < series.size[0]; ++x) {
      const auto value = static_cast<unsigned>(series.stored_value(x, y, z));
      words.push_back(static_cast<std::uint16_t>(((value & mask) << shift) | padding(value)));
    }
  }
  return words;
}

void put_pixels(DataSetWriter& image, const SyntheticSeries& series, int z) {
  const bool last = z == series.size[2] - 1;
  const bool absurd = series.defect == absurd_rows_and_columns;
  const int rows = series.size[1] + (series.defect == mixed_rows && last ? 1 : 0);
  const auto unsigned_short = [](int value) { return static_cast<std::uint16_t>(value); };
  image.put(DCM_SamplesPerPixel, unsigned_short(series.defect == colour ? 3 : 1))
      .put(DCM_PhotometricInterpretation, series.defect == colour ? "RGB" : "MONOCHROME2")
      .put(DCM_Rows, unsigned_short(absurd ? 65535 : rows))
      .put(DCM_Columns, unsigned_short(absurd ? 65535 : series.size[0]))
      .put(DCM_BitsAllocated,
           unsigned_short(series.defect == four_bytes_per_pixel ? 32 : series.bits_allocated))
      .put(DCM_BitsStored, unsigned_short(series.bits_stored))
      .put(DCM_HighBit, unsigned_short(series.defect == high_bit_below_bits_stored ? series.bits_stored - 2
                                                                                   : series.high_bit))
      .put(DCM_PixelRepresentation, unsigned_short(series.is_signed ? 1 : 0));
  const auto put_stored = [&](const DcmTagKey& tag, const std::optional<int>& value) {
    if (value) image.put(tag, static_cast<std::uint16_t>(*value));
  };
  put_stored(DCM_PixelPaddingValue, series.padding_value);
  put_stored(DCM_PixelPaddingRangeLimit, series.padding_limit);
  if (series.lossy_before) image.put(DCM_LossyImageCompression, "01");
  if (series.defect == two_frames) image.put(DCM_NumberOfFrames, "2");
  if (series.defect == no_pixel_data) return;
  std::vector<std::uint16_t> words = stored_words(series, rows, z);
  if (series.defect == short_pixel_data) words.resize(words.size() / 2);
  if (series.bits_allocated == 16) {
    image.put_words(DCM_PixelData, words);
  } else {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(words.size() + 1);
    for (const std::uint16_t word : words) bytes.push_back(static_cast<std::uint8_t>(word));
    if (bytes.size() % 2 != 0) bytes.push_back(0);
    image.put_bytes(DCM_PixelData, bytes);
  }
}

bool is_written(const SyntheticSeries& series, int z) {
  const int middle = (series.size[2] - 1) / 2;
  if (series.defect == single_slice) return z == 0;
  if (series.defect == missing_slice) return z != middle;
  if (series.defect == two_missing_slices) return z != middle && z != middle + 1;
  return true;
}

E_TransferSyntax encoding(const SyntheticSeries& series) {
  if (series.defect == deflated) return EXS_DeflatedLittleEndianExplicit;
  return encoding_of(series.transfer_syntax);
}

}  // namespace

E_TransferSyntax encoding_of(SyntheticTransferSyntax transfer_syntax) {
  switch (transfer_syntax) {
    case SyntheticTransferSyntax::implicit_little_endian:
      return EXS_LittleEndianImplicit;
    case SyntheticTransferSyntax::explicit_big_endian:
      return EXS_BigEndianExplicit;
    default:
      return EXS_LittleEndianExplicit;
  }
}

void compress(DcmFileFormat& object, E_TransferSyntax encoding) {
  DcmRLEEncoderRegistration::registerCodecs();
  DJEncoderRegistration::registerCodecs();
  const DJ_RPLossless jpeg_parameters;
  const DcmRepresentationParameter* parameters = encoding == EXS_RLELossless ? nullptr : &jpeg_parameters;
  if (object.getDataset()->chooseRepresentation(encoding, parameters).bad()) {
    throw std::logic_error("the synthetic pixel data cannot be compressed");
  }
  object.getDataset()->removeAllButCurrentRepresentations();
}

std::vector<std::uint8_t> first_fragment(DcmFileFormat& object) {
  DcmElement* element = nullptr;
  DcmPixelSequence* fragments = nullptr;
  DcmPixelItem* item = nullptr;
  Uint8* bytes = nullptr;
  DcmDataset& data_set = *object.getDataset();
  if (data_set.findAndGetElement(DCM_PixelData, element).bad()) {
    throw std::logic_error("there are no pixel data");
  }
  auto& pixels = dynamic_cast<DcmPixelData&>(*element);
  E_TransferSyntax encoding = EXS_Unknown;
  const DcmRepresentationParameter* parameters = nullptr;
  pixels.getCurrentRepresentationKey(encoding, parameters);
  if (pixels.getEncapsulatedRepresentation(encoding, parameters, fragments).bad() ||
      fragments->getItem(item, 1).bad() || item->getUint8Array(bytes).bad()) {
    throw std::logic_error("there are no compressed pixel data");
  }
  return {bytes, bytes + item->getLength()};
}

void encapsulate(DcmFileFormat& object, E_TransferSyntax encoding, std::vector<std::uint8_t> stream) {
  auto* const fragments = new DcmPixelSequence(DCM_PixelSequenceTag);
  fragments->insert(new DcmPixelItem(DCM_PixelItemTag));
  DcmOffsetList offsets;
  if (fragments->storeCompressedFrame(offsets, stream.data(), static_cast<Uint32>(stream.size()), 0).bad()) {
    throw std::logic_error("a fragment cannot be stored");
  }
  auto* const pixels = new DcmPixelData(DcmTag(DCM_PixelData, EVR_OB));
  pixels->putOriginalRepresentation(encoding, nullptr, fragments);
  DcmDataset& data_set = *object.getDataset();
  if (data_set.insert(pixels, OFTrue).bad() || data_set.chooseRepresentation(encoding, nullptr).bad()) {
    throw std::logic_error("the pixel data cannot be replaced");
  }
}

namespace {

void spoil_compression(DcmFileFormat& object, SeriesDefect defect) {
  if (defect == not_decoded) {
    encapsulate(object, EXS_JPEG2000MulticomponentLosslessOnly, {0xFF, 0x4F, 0xFF, 0x51});
    return;
  }
  compress(object, EXS_JPEGProcess14SV1);
  if (defect == jpeg_of_another_size) {
    Uint16 rows = 0;
    object.getDataset()->findAndGetUint16(DCM_Rows, rows);
    DataSetWriter(*object.getDataset()).put(DCM_Rows, static_cast<std::uint16_t>(rows + 1));
  } else {
    auto stream = first_fragment(object);
    stream.resize(stream.size() / 2);
    encapsulate(object, EXS_JPEGProcess14SV1, stream);
  }
}

}  // namespace

void save(DcmFileFormat& object, const std::filesystem::path& file, E_TransferSyntax encoding) {
  if (encoding == EXS_RLELossless) compress(object, encoding);
  const OFCondition saved = object.saveFile(OFFilename(file.c_str()), encoding);
  if (saved.bad()) throw std::logic_error(std::string("a synthetic file cannot be saved: ") + saved.text());
}

engine::Grid SyntheticSeries::grid() const {
  engine::Grid grid;
  grid.size = size;
  grid.spacing = spacing;
  grid.origin = origin;
  const auto& r = row_direction;
  const auto& c = column_direction;
  grid.direction = {r, c, {r[1] * c[2] - r[2] * c[1], r[2] * c[0] - r[0] * c[2], r[0] * c[1] - r[1] * c[0]}};
  return grid;
}

std::string SyntheticSeries::image_uid(int z) const {
  return dicom::derive_uid("synthetic study " + study + " series " + series + " image " + std::to_string(z));
}

std::vector<std::filesystem::path> write_series(const SyntheticSeries& series,
                                                const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::vector<std::filesystem::path> files;
  for (int z = 0; z < series.size[2]; ++z) {
    if (!is_written(series, z)) continue;
    DcmFileFormat object;
    DataSetWriter image(*object.getDataset());
    put_identity(image, series, z);
    put_geometry(image, series, z);
    put_rescale(image, series, z);
    put_pixels(image, series, z);
    files.push_back(folder / (std::to_string(z * 7 % 11) + "-" + std::to_string(z) + ".dcm"));
    E_TransferSyntax saved_as = encoding(series);
    if (series.defect == not_decoded || series.defect == jpeg_of_another_size ||
        series.defect == truncated_jpeg) {
      spoil_compression(object, series.defect);
      saved_as = object.getDataset()->getCurrentXfer();
    }
    save(object, files.back(), saved_as);
    if (series.defect == truncated_file)
      truncate_file(files.back(), std::filesystem::file_size(files.back()) - 10);
  }
  return files;
}

void truncate_file(const std::filesystem::path& file, std::uintmax_t bytes) {
  std::filesystem::resize_file(file, bytes);
}

}  // namespace glisson::tests
