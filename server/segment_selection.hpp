#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "dicom/report/measurement_report.hpp"
#include "engine/segment_mask.hpp"

namespace glisson::server {

/// What a segment shows, as far as the analysis of a liver study is concerned.
enum class SegmentRole { lesion, liver, vessel };

struct SelectedSegment {
  int segment_number = 0;
  SegmentRole role = SegmentRole::lesion;
  std::string why;  ///< e.g. "property type (4147007, SCT, Mass)" or "label rule \"tumou?r\"".
};

/// Which segments of a segmentation are analysed, and why the others are not; both in the order given.
struct SegmentSelection {
  std::vector<SelectedSegment> selected;  ///< Lesions and liver.
  std::vector<int>
      vessels;  ///< Segment Numbers; not measured (so ignored, too), but kept out of derived regions.
  std::vector<dicom::IgnoredSegment> ignored;
};

/// Picks segments by Segmented Property Type (PS3.16 CID 7159 for lesions; SCT and its SRT predecessors).
/// Where the type says neither lesion nor liver nor vessel, the first label rule that fits decides: those of
/// the settings, then the standard ones (default_label_rules()). What nothing fits is ignored.
/// @throws RejectedInput invalid_settings when a rule's pattern is no regular expression.
SegmentSelection select_segments(std::span<const engine::SegmentMask> segments,
                                 std::span<const config::LabelRule> rules);

/// The standard rules for labels such as "Lesion 1", "tumor", "HCC", "GTV-1", "Liver" or "portal vein";
/// labels that only speak of a lesion ("peritumoral", "liver without tumor") are ignored.
const std::vector<config::LabelRule>& default_label_rules();

}  // namespace glisson::server
