#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/identity.hpp"
#include "dicom/images/image_series.hpp"
#include "dicom/images/segmentation.hpp"
#include "engine/extraction_protocol.hpp"
#include "engine/feature.hpp"
#include "engine/geometry/lesion_size.hpp"
#include "engine/risk/risk_model.hpp"

namespace glisson::dicom {

/// The SR IODs that a report can be written as, in the order in which destinations are tried.
enum class ReportIod { comprehensive_3d, comprehensive, enhanced };

std::string_view keyword(ReportIod iod) noexcept;  ///< "comprehensive_3d", ...
/// The one of this keyword. @throws std::logic_error when there is none.
ReportIod report_iod(std::string_view keyword);
SopClassUid sop_class_of(ReportIod iod);

/// A measured region of the report: a segment, or a region derived from one or from all lesions.
struct ReportedRegion {
  int segment_number =
      0;  ///< Of the segment that it is or derives from; 0 where it derives from all lesions.
  bool is_lesion = false;  ///< The segment of a lesion; else an organ (liver) or a derived region.
  std::string derivation;  ///< engine::region_name() of a derived region; empty for a segment.
  std::string title;       ///< engine::region_title() of a derived region; empty for a segment.
  engine::LesionSize size;
  std::string tracking_id;  ///< Of the segment, or made for it.
  std::string tracking_uid;
  engine::FeatureVector features;  ///< All that were computed.
  std::string not_measured;        ///< Why no features could be computed, as "keyword: sentence"; else empty.
};

/// A segment that was not analysed, and why.
struct IgnoredSegment {
  int segment_number = 0;
  std::string label;
  std::string reason;
};

/// A report that this one takes the place of (PS3.3 C.17.2, Predecessor Documents Sequence), in the study of
/// the images.
struct PredecessorReport {
  SopClassUid sop_class_uid;
  SopInstanceUid sop_instance_uid;
  SeriesInstanceUid series_instance_uid;
};

/// Everything that one report says. What the pointers name must outlive the call that encodes it.
struct MeasurementReport {
  /// Source images; patient and study attributes are read from the file of the first.
  const ImageSeries* images = nullptr;
  const Segmentation* segmentation = nullptr;
  std::filesystem::path segmentation_file;               ///< For attributes that are copied from it.
  const engine::ExtractionProtocol* protocol = nullptr;  ///< That all features were computed by.
  std::vector<ReportedRegion> regions;  ///< Segments, sorted by number, then the regions derived from them.
  std::vector<IgnoredSegment> ignored;  ///< Sorted by segment number.
  std::vector<engine::RiskAssessment> assessments;  ///< Of lesions and of the patient.
  bool all_features = false;  ///< Report every feature, not only those that the models took in.
  std::optional<PredecessorReport> predecessor;
  std::string software_version;
  std::string device_uid;  ///< Identifies this Glisson (TID 1004), valid UID.
  std::string device_serial_number;
  std::string content_date;     ///< DA, of the analysis; fixed per report so that encoding repeats exactly.
  std::string content_time;     ///< TM.
  std::string timezone_offset;  ///< e.g. "+0000".
};

/// A report as a DICOM object.
struct EncodedReport {
  SopClassUid sop_class_uid;
  SopInstanceUid sop_instance_uid;
  SeriesInstanceUid series_instance_uid;
  std::vector<std::byte> part10;  ///< The whole file, explicit VR little endian.
};

/// True where an assessment comes from a demonstration model: such a report may only go to destinations of
/// purpose test, and says what it is in its series description.
bool shows_demonstration(const MeasurementReport& report);

/// Writes the report as a TID 1500 Structured Report.
/// @param identity text from which the report's UIDs derive (segmentation, input digests, protocol, models,
///        software version); the IOD is added to it here. Equal arguments give equal bytes.
EncodedReport encode_report(const MeasurementReport& report, ReportIod iod, const std::string& identity);

/// SHA-256, in lower-case hexadecimal, over all that the report says, every feature included, but not when
/// and by which device it says so, what it succeeds, and its own UIDs: equal results have equal digests.
std::string results_digest(const MeasurementReport& report);

/// The plain-text summary that is also the report's first TEXT item.
std::string report_summary(const MeasurementReport& report);

}  // namespace glisson::dicom
