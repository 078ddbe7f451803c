#pragma once

#include <ctime>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "dicom/images/image_series.hpp"
#include "dicom/images/segmentation.hpp"
#include "dicom/report/measurement_report.hpp"
#include "engine/digest.hpp"
#include "engine/extraction_protocol.hpp"
#include "engine/risk/risk_model.hpp"

namespace glisson::server {

/// How studies are analysed on this host: everything of the recipe but the data.
struct Recipe {
  engine::ExtractionProtocol protocol;
  std::vector<engine::RiskModel> models;
  std::vector<config::LabelRule> label_rules;
  std::string device_uid;  ///< Of this node (TID 1004); derived from host and AE title.
  std::string device_serial_number;
  std::uint64_t memory_budget = 0;  ///< Bytes that measuring the regions may need.
};

/// @param protocol name of the extraction protocol.
/// @throws RejectedInput unknown_protocol, invalid_protocol, invalid_model.
Recipe load_recipe(const config::Settings& settings, const std::string& protocol);

/// One segmentation, the images that it refers to, and the other images of their series.
struct StudyInput {
  std::vector<std::filesystem::path> images;
  std::vector<std::filesystem::path> rest_of_series;
  std::filesystem::path segmentation;
  std::string digest;  ///< input_digest() of all files.
  /// When the last of the files was received: content date and time of the report, so that the same input
  /// gives the same report. None: now.
  std::optional<std::time_t> received_at;
};

/// The images of a study as a volume.
/// @throws RejectedInput lossy_compression unless the protocol takes such images; as
///         dicom::read_image_series().
dicom::ImageSeries read_measurable_images(const StudyInput& input,
                                          const engine::ExtractionProtocol& protocol);

/// SHA-256 over the digests of a study's files: segmentation, images, rest of the series, each in a fixed
/// order.
std::string input_digest(std::span<const Sha256> digests);

/// Gives a segment that has no Tracking ID and UID its own: (segment, centroid in LPS mm) to (id, UID).
using TrackingSource =
    std::function<std::pair<std::string, std::string>(const engine::SegmentMask&, const engine::Vector3&)>;

/// What was found. Fixed in memory, because the report refers to images, segmentation, protocol and models.
struct StudyAnalysis {
  dicom::ImageSeries images;
  dicom::Segmentation segmentation;
  dicom::MeasurementReport report;
  std::string identity;  ///< All that makes a difference to the numbers; the reports' UIDs derive from it.
  std::string results_digest;  ///< Equal for equal results, protocol, models and rules, whatever the inputs.

  StudyAnalysis() = default;
  StudyAnalysis(const StudyAnalysis&) = delete;
  StudyAnalysis& operator=(const StudyAnalysis&) = delete;
};

/// The study recipe: read the volume and the masks, pick the segments, extract features by the protocol,
/// assess the risk by every model. Regions that cannot be measured stand in the result with their reason.
/// @param recipe must outlive the result.
/// @throws RejectedInput when no report can be written: images or segmentation unusable,
/// no_segment_of_interest.
std::unique_ptr<StudyAnalysis> analyse_study(const StudyInput& input, const Recipe& recipe,
                                             const TrackingSource& tracking);

/// A report for one destination profile.
struct ProfiledReport {
  dicom::ReportIod iod = dicom::ReportIod::comprehensive_3d;
  bool demonstration = false;  ///< Shows demonstration scores: for destinations of purpose test only.
  dicom::EncodedReport object;
};

/// What the last analysis of the segmentation reported for one destination profile.
struct EarlierReport {
  dicom::ReportIod iod = dicom::ReportIod::comprehensive_3d;
  bool demonstration = false;
  dicom::PredecessorReport report;
};

/// The report in every SR IOD, with demonstration scores where there are any, and without. Each names the
/// earlier report of its profile as its predecessor, which its UIDs derive from too.
std::vector<ProfiledReport> encode_reports(const StudyAnalysis& analysis,
                                           std::span<const EarlierReport> earlier = {});

}  // namespace glisson::server
