#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/coded_concept.hpp"
#include "engine/feature.hpp"

/// The coded concepts that Glisson's reports use (PS3.16).
namespace glisson::dicom::codes {

using engine::CodedConcept;

// Document (TID 1500, 1204, 1004)
inline const CodedConcept imaging_measurement_report{"126000", "DCM", "Imaging Measurement Report"};
inline const CodedConcept language{"121049", "DCM", "Language of Content Item and Descendants"};
inline const CodedConcept english{"en-US", "RFC5646", "English (United States)"};
inline const CodedConcept observer_type{"121005", "DCM", "Observer Type"};
inline const CodedConcept device{"121007", "DCM", "Device"};
inline const CodedConcept device_uid{"121012", "DCM", "Device Observer UID"};
inline const CodedConcept device_name{"121013", "DCM", "Device Observer Name"};
inline const CodedConcept device_manufacturer{"121014", "DCM", "Device Observer Manufacturer"};
inline const CodedConcept device_model{"121015", "DCM", "Device Observer Model Name"};
inline const CodedConcept device_serial_number{"121016", "DCM", "Device Observer Serial Number"};
inline const CodedConcept procedure_reported{"121058", "DCM", "Procedure reported"};
inline const CodedConcept document_summary{"55112-7", "LN", "Document Summary"};
inline const CodedConcept imaging_measurements{"126010", "DCM", "Imaging Measurements"};
inline const CodedConcept qualitative_evaluations{"C0034375", "UMLS", "Qualitative Evaluations"};

// Image library (TID 1600, 1602, 1604)
inline const CodedConcept image_library{"111028", "DCM", "Image Library"};
inline const CodedConcept image_library_group{"126200", "DCM", "Image Library Group"};
inline const CodedConcept modality{"121139", "DCM", "Modality"};
inline const CodedConcept target_region{"123014", "DCM", "Target Region"};
inline const CodedConcept frame_of_reference_uid{"112227", "DCM", "Frame of Reference UID"};
inline const CodedConcept pixel_data_rows{"110910", "DCM", "Pixel Data Rows"};
inline const CodedConcept pixel_data_columns{"110911", "DCM", "Pixel Data Columns"};
inline const CodedConcept horizontal_pixel_spacing{"111026", "DCM", "Horizontal Pixel Spacing"};
inline const CodedConcept vertical_pixel_spacing{"111066", "DCM", "Vertical Pixel Spacing"};
inline const CodedConcept spacing_between_slices{"112226", "DCM", "Spacing between slices"};
inline const CodedConcept slice_thickness{"112225", "DCM", "Slice Thickness"};
/// CID 4031 names regions, not organs; its former code for the abdomen is the one that validators know.
inline const CodedConcept abdomen{"113345001", "SCT", "Abdomen"};
inline const CodedConcept liver{"10200004", "SCT", "Liver"};

// Measurement groups (TID 1411, 1419, 1501)
inline const CodedConcept measurement_group{"125007", "DCM", "Measurement Group"};
inline const CodedConcept tracking_identifier{"112039", "DCM", "Tracking Identifier"};
inline const CodedConcept tracking_uid{"112040", "DCM", "Tracking Unique Identifier"};
inline const CodedConcept finding_category{"276214006", "SCT", "Finding category"};
inline const CodedConcept finding{"121071", "DCM", "Finding"};
inline const CodedConcept finding_site{"363698007", "SCT", "Finding Site"};
inline const CodedConcept referenced_segment{"121191", "DCM", "Referenced Segment"};
inline const CodedConcept source_series{"121232", "DCM", "Source series for segmentation"};
inline const CodedConcept volume{"118565006", "SCT", "Volume"};
inline const CodedConcept long_axis{"103339001", "SCT", "Long Axis"};
inline const CodedConcept short_axis{"103340004", "SCT", "Short Axis"};
inline const CodedConcept path{"121055", "DCM", "Path"};
inline const CodedConcept spatial_concept{"309825002", "SCT", "Spatial and Relational Concept"};
inline const CodedConcept derivation{"121401", "DCM", "Derivation"};

// Algorithm identification (TID 4019)
inline const CodedConcept algorithm_name{"111001", "DCM", "Algorithm Name"};
inline const CodedConcept algorithm_version{"111003", "DCM", "Algorithm Version"};
inline const CodedConcept algorithm_parameters{"111002", "DCM", "Algorithm Parameters"};
inline const CodedConcept algorithm_family{"111000", "DCM", "Algorithm Family"};
inline const CodedConcept algorithm_manufacturer{"122405", "DCM", "Algorithm Manufacturer"};

// Of Glisson's own scheme
inline constexpr const char* private_scheme = "99GLISSON";
inline const CodedConcept reason_not_computed{"reason", "99GLISSON", "Reason for having no value"};
inline const CodedConcept caution{"caution", "99GLISSON", "Caution about this value"};
inline const CodedConcept extraction_protocol{"protocol", "99GLISSON", "Feature extraction protocol"};
inline const CodedConcept ignored_segment{"ignored-segment", "99GLISSON", "Segment not analysed"};
inline const CodedConcept risk_category{"risk-category", "99GLISSON", "Risk category"};
inline const CodedConcept category_wording{"category-text", "99GLISSON", "Category in words"};
inline const CodedConcept endpoint{"endpoint", "99GLISSON", "Endpoint of the model"};
inline const CodedConcept population{"population", "99GLISSON", "Population of the model"};
inline const CodedConcept proviso{"proviso", "99GLISSON", "Proviso of the model"};
inline const CodedConcept calibration{"calibration", "99GLISSON", "Calibration of the model"};
inline const CodedConcept cut_offs{"cut-offs", "99GLISSON", "Cut-offs of the model"};
inline const CodedConcept citation{"citation", "99GLISSON", "Source of the model"};
inline const CodedConcept model_status{"model-status", "99GLISSON", "Status of the model"};

// Families of algorithms, which no context group of the standard names
inline const CodedConcept linear_predictor{"linear", "99GLISSON", "Linear predictor"};
inline const CodedConcept logistic_regression{"logistic", "99GLISSON", "Logistic regression"};
inline const CodedConcept euclidean_distance{"euclidean", "99GLISSON", "Euclidean distance"};
inline const CodedConcept point_score{"points", "99GLISSON", "Point score"};
inline const CodedConcept criteria{"criteria", "99GLISSON", "Criteria"};

/// Every concept of the private scheme but those of private_concept(), for the conformance statement.
const std::vector<CodedConcept>& private_dictionary();

/// A concept of the private scheme for something that is named by free text: the value is `prefix` and the
/// first 15 hexadecimal digits of the name's SHA-256, so that it depends on the name alone and fits a Code
/// Value (SH, 16 characters).
CodedConcept private_concept(char prefix, std::string_view name, std::string meaning);

/// A unit of measurement (UCUM) with a meaning for people.
CodedConcept unit(std::string_view ucum);

/// What a feature is called in a report.
struct FeatureCode {
  CodedConcept name;
  std::optional<CodedConcept> derivation;  ///< Derivation (121401) from CID 7464, of intensity statistics.
  CodedConcept unit;
};

/// The code of a feature, by the first of these that fits: the IBSI code that DICOM adopted; for an
/// intensity statistic, the measured quantity with its derivation; a private code with PyRadiomics' name.
/// Features of filtered images always take the last, since the other two speak of the image itself.
/// @param image_modality "CT", "MR" or "PT"; decides what the intensities are.
/// @param intensity_unit UCUM; see ImageSeries.
FeatureCode feature_code(const engine::Feature& feature, std::string_view image_modality,
                         std::string_view intensity_unit);

}  // namespace glisson::dicom::codes
