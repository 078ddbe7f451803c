#pragma once

#include <string>
#include <vector>

#include "dicom/report/measurement_report.hpp"
#include "dicom/report/report_tree.hpp"
#include "engine/coded_concept.hpp"
#include "engine/segment_mask.hpp"

/// The parts of the content tree, one function for each template, in the order of the document.
namespace glisson::dicom {

/// Language, observer and procedure (TID 1204, 1001, 1004; TID 1500 row 4).
void add_observation_context(ReportTree& tree, const MeasurementReport& report);

/// Every source image, with what they have in common (TID 1600, 1602, 1604).
void add_image_library(ReportTree& tree, const ImageSeries& images);

/// One group for each region (TID 1411): what and where it is, its size, its features.
/// @param iod Comprehensive 3D also gets each lesion's long axis as a line.
/// @param identity see encode_report(); tracking UIDs that a region lacks derive from it.
void add_region_groups(ReportTree& tree, const MeasurementReport& report, ReportIod iod,
                       const std::string& identity);

/// One group for each score (TID 1411), about its lesion or, for the patient's, about all lesions. The score
/// is INFERRED FROM its inputs and names its model (TID 4019). Models without a score are told of by
/// add_qualitative_evaluations().
void add_score_groups(ReportTree& tree, const MeasurementReport& report, const std::string& identity);

/// Texts about the report as a whole (TID 1500 row 12): the protocol, what was not computed or not analysed.
void add_qualitative_evaluations(ReportTree& tree, const MeasurementReport& report);

/// Which segments of which series a group is about, and that they are of the liver.
void add_segment_references(ReportTree& tree, const MeasurementReport& report,
                            const std::vector<int>& segment_numbers);

/// The items that open a group about a segment: tracking, finding category, finding, references.
/// @param region null for a segment that was not measured.
void add_segment_identification(ReportTree& tree, const MeasurementReport& report, int segment_number,
                                const ReportedRegion* region, const std::string& identity);

/// Null where the report has no such region.
const ReportedRegion* find_region(const MeasurementReport& report, int segment_number);

/// Null where the segmentation has no such segment.
const engine::SegmentMask* find_segment(const MeasurementReport& report, int segment_number);

/// The features of a region that the report's models take in.
std::vector<const engine::Feature*> model_features(const MeasurementReport& report,
                                                   const ReportedRegion& region);

}  // namespace glisson::dicom
