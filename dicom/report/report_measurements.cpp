#include <algorithm>
#include <set>

#include "dicom/report/report_codes.hpp"
#include "dicom/report/report_content.hpp"
#include "dicom/report/report_words.hpp"

namespace glisson::dicom {
namespace {

using enum Relationship;

constexpr double cubic_millimetres_per_millilitre = 1000;

void add_size(ReportTree& tree, const MeasurementReport& report, const ReportedRegion& region,
              ReportIod iod) {
  if (region.size.voxels == 0) return;
  const auto millimetre = codes::unit("mm");
  tree.number(contains, codes::volume, region.size.volume / cubic_millimetres_per_millilitre,
              codes::unit("ml"));
  if (!region.is_lesion) return;
  {
    const auto& axis = region.size.long_axis;
    const auto number = tree.number(contains, codes::long_axis, axis.length, millimetre);
    if (iod == ReportIod::comprehensive_3d && !report.images->frame_of_reference_uid.empty())
      tree.line(inferred_from, codes::path, axis, report.images->frame_of_reference_uid);
    const auto parts = parts_in_words(region.size);
    if (!parts.empty()) tree.text(has_properties, codes::caution, parts);
  }
  tree.number(contains, codes::short_axis, region.size.short_axis.length, millimetre);
}

/// The value, or as text why there is none: TID 1419 takes no NUM without a value.
void add_feature(ReportTree& tree, const ImageSeries& images, const engine::Feature& feature) {
  const auto reason = feature.reason ? reason_in_words(*feature.reason) : std::string("no reason was given");
  if (!feature.value) {
    tree.text(contains, codes::reason_not_computed, feature.name + ": " + reason);
    return;
  }
  const auto code = codes::feature_code(feature, images.modality, images.intensity_unit);
  const auto number = tree.number(contains, code.name, *feature.value, code.unit);
  if (code.derivation) tree.code(has_concept_mod, codes::derivation, *code.derivation);
  if (feature.reason) tree.text(has_properties, codes::caution, reason);
}

/// Those that the models take in, or all where the report asks for all.
std::vector<const engine::Feature*> reported_features(const MeasurementReport& report,
                                                      const ReportedRegion& region) {
  if (!report.all_features) return model_features(report, region);
  std::vector<const engine::Feature*> features;
  for (const auto& feature : region.features) features.push_back(&feature);
  return features;
}

/// The tracking of a region in this report, made up from the report's identity where the caller gives none:
/// TID 1411 asks for both.
void add_tracking(ReportTree& tree, int segment_number, const ReportedRegion* region,
                  const std::string& identity) {
  std::string id = region != nullptr ? region->tracking_id : "";
  std::string uid = region != nullptr ? region->tracking_uid : "";
  if (id.empty()) id = "Segment " + std::to_string(segment_number);
  if (!is_valid_uid(uid)) uid = derive_uid(identity + "\ntracking " + std::to_string(segment_number));
  tree.text(has_obs_context, codes::tracking_identifier, id);
  tree.uid(has_obs_context, codes::tracking_uid, uid);
}

}  // namespace

const ReportedRegion* find_region(const MeasurementReport& report, int segment_number) {
  const auto found =
      std::find_if(report.regions.begin(), report.regions.end(),
                   [&](const ReportedRegion& region) { return region.segment_number == segment_number; });
  return found == report.regions.end() ? nullptr : &*found;
}

const engine::SegmentMask* find_segment(const MeasurementReport& report, int segment_number) {
  const auto& segments = report.segmentation->segments;
  const auto found = std::find_if(segments.begin(), segments.end(), [&](const engine::SegmentMask& segment) {
    return segment.segment_number == segment_number;
  });
  return found == segments.end() ? nullptr : &*found;
}

std::vector<const engine::Feature*> model_features(const MeasurementReport& report,
                                                   const ReportedRegion& region) {
  std::set<std::string> taken_in;
  for (const auto& assessment : report.assessments) {
    const bool concerns =
        assessment.segment_number == region.segment_number || assessment.segment_number == 0;
    if (!concerns) continue;
    for (const auto& input : assessment.model->inputs) taken_in.insert(input.name);
  }
  std::vector<const engine::Feature*> features;
  for (const auto& feature : region.features) {
    if (taken_in.contains(feature.name)) features.push_back(&feature);
  }
  return features;
}

void add_segment_references(ReportTree& tree, const MeasurementReport& report,
                            const std::vector<int>& segment_numbers) {
  tree.image(contains, codes::referenced_segment, report.segmentation->sop_class_uid,
             report.segmentation->sop_instance_uid, segment_numbers);
  tree.uid(contains, codes::source_series, report.images->series_instance_uid.value());
  tree.code(has_concept_mod, codes::finding_site, codes::liver);
}

void add_segment_identification(ReportTree& tree, const MeasurementReport& report, int segment_number,
                                const ReportedRegion* region, const std::string& identity) {
  add_tracking(tree, segment_number, region, identity);
  const auto* segment = find_segment(report, segment_number);
  if (segment != nullptr && !segment->category.empty())
    tree.code(contains, codes::finding_category, segment->category);
  if (segment != nullptr && !segment->type.empty()) tree.code(contains, codes::finding, segment->type);
  add_segment_references(tree, report, {segment_number});
}

namespace {

/// What a derived region is, by its own tracking and a finding of its own, and which segments it comes from.
void add_derived_identification(ReportTree& tree, const MeasurementReport& report,
                                const ReportedRegion& region) {
  tree.text(has_obs_context, codes::tracking_identifier, region.tracking_id);
  tree.uid(has_obs_context, codes::tracking_uid, region.tracking_uid);
  tree.code(contains, codes::finding_category, codes::spatial_concept);
  tree.code(contains, codes::finding, codes::private_concept('R', region.derivation, region.title));
  std::vector<int> sources;
  for (const auto& drawn : report.regions) {
    if (!drawn.derivation.empty()) continue;
    if (region.segment_number == 0 ? drawn.is_lesion : drawn.segment_number == region.segment_number)
      sources.push_back(drawn.segment_number);
  }
  add_segment_references(tree, report, sources);
}

}  // namespace

void add_region_groups(ReportTree& tree, const MeasurementReport& report, ReportIod iod,
                       const std::string& identity) {
  for (const auto& region : report.regions) {
    const auto group = tree.container(contains, codes::measurement_group, "1411");
    if (region.derivation.empty()) {
      add_segment_identification(tree, report, region.segment_number, &region, identity);
    } else {
      add_derived_identification(tree, report, region);
    }
    add_size(tree, report, region, iod);
    for (const auto* feature : reported_features(report, region)) {
      add_feature(tree, *report.images, *feature);
    }
    if (!region.not_measured.empty()) tree.text(contains, codes::reason_not_computed, region.not_measured);
  }
}

}  // namespace glisson::dicom
