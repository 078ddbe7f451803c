#include "server/study_recipe.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>
#include <optional>
#include <regex>

#include "config/model_package.hpp"
#include "config/protocol_file.hpp"
#include "engine/errors.hpp"
#include "server/model_inputs.hpp"
#include "server/region_measurement.hpp"
#include "server/segment_selection.hpp"
#include "server/version.hpp"

namespace glisson::server {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

engine::Vector3 centroid(const engine::Mask& mask) {
  engine::Vector3 sum{};
  double count = 0;
  std::size_t offset = 0;
  for (int z = 0; z < mask.grid.size[2]; ++z) {
    for (int y = 0; y < mask.grid.size[1]; ++y) {
      for (int x = 0; x < mask.grid.size[0]; ++x, ++offset) {
        if (mask.voxels[offset] == 0) continue;
        sum[0] += x;
        sum[1] += y;
        sum[2] += z;
        ++count;
      }
    }
  }
  if (count == 0) return mask.grid.origin;
  return mask.grid.position({sum[0] / count, sum[1] / count, sum[2] / count});
}

/// The segment's own tracking, or the one made for it.
std::pair<std::string, std::string> tracking_of(const engine::SegmentMask& segment,
                                                const TrackingSource& tracking) {
  if (!segment.tracking_uid.empty()) return {segment.tracking_id, segment.tracking_uid};
  return tracking(segment, centroid(segment.mask));
}

/// A region as the report shows it. What derives from a lesion is tracked with it.
dicom::ReportedRegion reported(MeasuredRegion&& measured, const std::vector<dicom::ReportedRegion>& segments,
                               const StudyAnalysis& analysis) {
  dicom::ReportedRegion region;
  region.segment_number = measured.segment_number();
  region.size = measured.size;
  region.features = std::move(measured.features);
  if (!measured.reason.empty()) region.not_measured = fmt::format("{}: {}", measured.reason, measured.detail);
  if (!measured.derivation) return region;
  region.derivation = region_name(*measured.derivation);
  region.title = region_title(*measured.derivation);
  const auto source =
      std::ranges::find(segments, region.segment_number, &dicom::ReportedRegion::segment_number);
  const bool of_one = source != segments.end();
  region.tracking_id = of_one ? source->tracking_id + ", " + region.title : region.title;
  region.tracking_uid = dicom::derive_uid(
      fmt::format("tracking {} of {}", region.derivation,
                  of_one ? source->tracking_uid : analysis.segmentation.sop_instance_uid.value()));
  return region;
}

void add_regions(StudyAnalysis& analysis, const SegmentSelection& selection, const Recipe& recipe,
                 const TrackingSource& tracking) {
  const SegmentedLiver liver = segmented_liver(analysis.segmentation.segments, selection);
  std::vector<const engine::SegmentMask*> segments;
  for (const engine::SegmentMask& segment : analysis.segmentation.segments) {
    if (std::ranges::find(selection.selected, segment.segment_number, &SelectedSegment::segment_number) !=
        selection.selected.end())
      segments.push_back(&segment);
  }
  auto& regions = analysis.report.regions;
  for (MeasuredRegion& measured : measure_regions(analysis.images.volume, analysis.images.padding, segments,
                                                  liver, recipe.protocol, recipe.memory_budget)) {
    const engine::SegmentMask* segment = measured.derivation ? nullptr : measured.segment;
    auto& region = regions.emplace_back(reported(std::move(measured), regions, analysis));
    if (segment == nullptr) continue;
    region.is_lesion = std::ranges::find(liver.lesions, segment) != liver.lesions.end();
    std::tie(region.tracking_id, region.tracking_uid) = tracking_of(*segment, tracking);
  }
}

const engine::SegmentMask& segment_of(const dicom::Segmentation& segmentation, int number) {
  return *std::ranges::find(segmentation.segments, number, &engine::SegmentMask::segment_number);
}

bool overlap(const engine::Mask& a, const engine::Mask& b) {
  return std::ranges::mismatch(a.voxels, b.voxels, [](auto x, auto y) { return x == 0 || y == 0; }).in1 !=
         a.voxels.end();
}

/// Why a region may be several lesions, or a part of one that is drawn as another segment too.
std::string ambiguity(const StudyAnalysis& analysis, const dicom::ReportedRegion& region) {
  if (region.size.parts > 1) {
    return fmt::format("segment {} is drawn in {} separate parts", region.segment_number, region.size.parts);
  }
  const engine::Mask& mask = segment_of(analysis.segmentation, region.segment_number).mask;
  for (const auto& other : analysis.report.regions) {
    if (!other.is_lesion || other.segment_number <= region.segment_number) continue;
    if (overlap(mask, segment_of(analysis.segmentation, other.segment_number).mask)) {
      return fmt::format("segments {} and {} overlap", region.segment_number, other.segment_number);
    }
  }
  return {};
}

/// Counts and sizes are of all drawn lesions, measured by features or not.
std::vector<engine::RiskAssessment> assess(const StudyAnalysis& analysis, const Recipe& recipe) {
  const auto& regions = analysis.report.regions;
  std::vector<engine::FeatureVector> features;  // of each lesion and of what derives from it
  features.reserve(regions.size());
  std::vector<MeasuredLesion> lesions;
  for (const auto& lesion : regions) {
    if (!lesion.is_lesion || lesion.size.voxels == 0) continue;
    auto& known = features.emplace_back();
    for (const auto& region : regions) {
      if (region.segment_number == lesion.segment_number)
        std::ranges::copy(region.features, std::back_inserter(known));
    }
    lesions.push_back({lesion.segment_number, &lesion.size, lesion.not_measured.empty() ? &known : nullptr,
                       ambiguity(analysis, lesion)});
  }
  const MeasuredImages images{
      analysis.images.modality, analysis.images.intensity_unit, recipe.protocol.digest, {}};
  return assess_all(recipe.models, lesions, images);
}

/// Everything that makes a difference to what the report says but when, by which device and of which tracked
/// regions. `found` tells what went in, or what came out.
std::string basis(const std::string& found, const StudyAnalysis& analysis, const Recipe& recipe) {
  std::string text =
      fmt::format("glisson {}\nsegmentation {}\n{}\nprotocol {}\n", version(),
                  analysis.segmentation.sop_instance_uid.value(), found, recipe.protocol.digest);
  for (const auto& model : recipe.models) text += fmt::format("model {}\n", model.digest);
  for (const auto& rule : recipe.label_rules) text += fmt::format("rule {} {}\n", rule.pattern, rule.role);
  const auto refused = [](const dicom::ReportedRegion& region) {
    return region.not_measured.starts_with(keyword(RejectionReason::too_much_memory));
  };
  if (std::ranges::any_of(analysis.report.regions, refused)) {
    text += fmt::format("memory budget {}\n", recipe.memory_budget);
  }
  return text;
}

/// Everything that makes a difference to the report's bytes: two that differ never share a UID.
std::string identity(const StudyInput& input, const StudyAnalysis& analysis, const Recipe& recipe) {
  std::string text = basis("inputs " + input.digest, analysis, recipe);
  const auto& report = analysis.report;
  text += fmt::format("content {} {} {}\n", report.content_date, report.content_time, report.timezone_offset);
  text += fmt::format("device {} {}\n", report.device_uid, report.device_serial_number);
  for (const auto& region : report.regions) {
    text += fmt::format("tracking {} {}\n", region.tracking_uid, region.tracking_id);
  }
  return text;
}

/// Seconds east of UTC of an offset as "+0530"; none where it is not formed so (PS3.3 C.12.1.1.8).
std::optional<std::time_t> seconds_east(const std::string& offset) {
  static const std::regex form("[+-](0[0-9]|1[0-4])[0-5][0-9]");
  if (!std::regex_match(offset, form)) return std::nullopt;
  const int hours = std::stoi(offset.substr(1, 2));
  const int minutes = std::stoi(offset.substr(3, 2));
  const std::time_t seconds = 60 * (60 * hours + minutes);
  return offset.front() == '-' ? -seconds : seconds;
}

/// In the time zone of the images, because one offset holds for all dates and times of an object and the
/// report repeats theirs; else in that of this host.
void stamp(dicom::MeasurementReport& report, std::time_t moment) {
  const auto east = seconds_east(report.images->timezone_offset);
  const std::tm time = east ? fmt::gmtime(moment + *east) : fmt::localtime(moment);
  report.content_date = fmt::format("{:%Y%m%d}", time);
  report.content_time = fmt::format("{:%H%M%S}", time);
  report.timezone_offset = east ? report.images->timezone_offset : fmt::format("{:%z}", time);
}

}  // namespace

Recipe load_recipe(const config::Settings& settings, const std::string& protocol) {
  const std::string node = fmt::format("{} on {}", settings.ae_title, host_name());
  return {config::find_protocol(protocol, settings.protocol_folder()),
          config::load_models(settings.model_folder()),
          settings.label_rules,
          dicom::derive_uid("glisson device " + node),
          node,
          settings.memory_budget};
}

dicom::ImageSeries read_measurable_images(const StudyInput& input,
                                          const engine::ExtractionProtocol& protocol) {
  auto images = dicom::read_image_series(input.images, input.rest_of_series);
  if (images.lossy_images > 0 && !protocol.lossy_images) {
    throw RejectedInput(
        RejectionReason::lossy_compression,
        fmt::format("{} of {} images were compressed with loss", images.lossy_images, images.images.size()));
  }
  return images;
}

std::string input_digest(std::span<const Sha256> digests) {
  Sha256Stream stream;
  for (const Sha256& digest : digests) stream.update(std::as_bytes(std::span(digest)));
  return to_hex(stream.finish());
}

std::unique_ptr<StudyAnalysis> analyse_study(const StudyInput& input, const Recipe& recipe,
                                             const TrackingSource& tracking) {
  auto analysis = std::make_unique<StudyAnalysis>();
  if (input.images.empty()) {
    throw RejectedInput(RejectionReason::missing_attribute, "the segmentation refers to no images");
  }
  analysis->images = read_measurable_images(input, recipe.protocol);
  analysis->segmentation = dicom::read_segmentation(input.segmentation, analysis->images);

  const SegmentSelection selection = select_segments(analysis->segmentation.segments, recipe.label_rules);
  if (selection.selected.empty()) {
    throw RejectedInput(
        RejectionReason::no_segment_of_interest,
        fmt::format("none of {} segments is a lesion or the liver", selection.ignored.size()));
  }
  auto& report = analysis->report;
  report.images = &analysis->images;
  report.segmentation = &analysis->segmentation;
  report.segmentation_file = input.segmentation;
  report.protocol = &recipe.protocol;
  report.ignored = selection.ignored;
  add_regions(*analysis, selection, recipe, tracking);
  report.assessments = assess(*analysis, recipe);
  report.software_version = version();
  report.device_uid = recipe.device_uid;
  report.device_serial_number = recipe.device_serial_number;
  stamp(report, input.received_at.value_or(std::time(nullptr)));
  analysis->identity = identity(input, *analysis, recipe);
  analysis->results_digest =
      to_hex(sha256(basis("results " + dicom::results_digest(report), *analysis, recipe)));
  return analysis;
}

std::vector<ProfiledReport> encode_reports(const StudyAnalysis& analysis,
                                           std::span<const EarlierReport> earlier) {
  dicom::MeasurementReport plain = analysis.report;
  std::erase_if(plain.assessments, [](const engine::RiskAssessment& assessment) {
    return assessment.model->status == engine::ModelStatus::demonstration;
  });
  std::vector<ProfiledReport> reports;
  const auto add = [&](dicom::MeasurementReport report, dicom::ReportIod iod, bool demonstration) {
    std::string identity = analysis.identity + (demonstration ? "profile test\n" : "profile research\n");
    const auto before = std::ranges::find_if(earlier, [&](const EarlierReport& candidate) {
      return candidate.iod == iod && candidate.demonstration == demonstration;
    });
    if (before != earlier.end()) {
      report.predecessor = before->report;
      identity += fmt::format("after {}\n", before->report.sop_instance_uid.value());
    }
    reports.push_back({iod, demonstration, dicom::encode_report(report, iod, identity)});
  };
  for (const auto iod :
       {dicom::ReportIod::comprehensive_3d, dicom::ReportIod::comprehensive, dicom::ReportIod::enhanced}) {
    add(plain, iod, false);
    if (dicom::shows_demonstration(analysis.report)) add(analysis.report, iod, true);
  }
  return reports;
}

}  // namespace glisson::server
