#pragma once

#include <string>
#include <vector>

#include "dicom/report/measurement_report.hpp"

/// How a report words things, in its summary and in its TEXT items alike.
namespace glisson::dicom {

bool is_demonstration(const engine::RiskModel& model);

/// Title and name of the score, marked where the model is a demonstration.
std::string title_in_report(const engine::RiskModel& model);
std::string score_name_in_report(const engine::RiskModel& model);

/// Where the model comes from, as a sentence.
std::string status_in_words(const engine::RiskModel& model);

/// Name of a model's input that is no feature, e.g. "largest diameter".
std::string input_in_words(std::string name);

/// The cut-offs between the model's categories, e.g. "3.36; 13.74", or the alternatives of criteria; empty
/// where it has none.
std::string cut_offs_in_words(const engine::RiskModel& model);

/// Where the score stands: at a cut-off, the wording of its category, or above and below which cut-offs it
/// is. Empty for demonstrations, for models without categories and where there is no score.
std::string category_in_words(const engine::RiskAssessment& assessment);

/// Why there is no score; empty where there is one.
std::string reason_in_words(const engine::RiskAssessment& assessment);

/// Why a feature has no value, e.g. "the region has one voxel".
std::string reason_in_words(engine::UndefinedReason reason);

/// Name, version, settings and digest of a protocol, one text each.
std::vector<std::string> protocol_settings(const engine::ExtractionProtocol& protocol);
std::string protocol_in_words(const engine::ExtractionProtocol& protocol);

/// The segment's label and number, e.g. "Lesion 1 (segment 2)".
std::string segment_in_words(const MeasurementReport& report, int segment_number);

/// The region's segment, with the title of a derived region, e.g. "Lesion 1 (segment 2), peritumoral ring of
/// 3 mm".
std::string region_in_words(const MeasurementReport& report, const ReportedRegion& region);

/// One line for each region, feature vector or score that could not be computed, with the reason.
std::vector<std::string> missing_in_words(const MeasurementReport& report);

/// One line for each segment that was not analysed, with the reason.
std::vector<std::string> ignored_in_words(const MeasurementReport& report);

/// A number for people: two decimals, or three significant digits where it is very large or small.
std::string number_in_words(double value);

/// A length in whole mm, e.g. "23 mm" or "less than 1 mm".
std::string millimetres_in_words(double millimetres);

/// A volume to 0.1 ml, e.g. "5.1 ml" or "less than 0.1 ml".
std::string millilitres_in_words(double cubic_millimetres);

/// What separate parts of one segment mean for its axes; empty where there is but one.
std::string parts_in_words(const engine::LesionSize& size);

/// A probability to 5 %, e.g. "about 35 %"; "below 5 %" and "above 95 %" at the ends.
std::string probability_in_words(double probability);

}  // namespace glisson::dicom
