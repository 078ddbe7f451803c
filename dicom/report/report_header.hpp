#pragma once

#include <string>

#include "dicom/report/measurement_report.hpp"

class DcmItem;

namespace glisson::dicom {

/// Writes all modules of an SR IOD but the content tree and the evidence (PS3.3 A.35): patient and study as
/// the first source image has them, series, equipment, SR document general, SOP common. What the data set
/// holds of them already is replaced.
///
/// Texts are converted to UTF-8; bytes that the image's character set does not explain are read as
/// Latin-1. Dates,
/// codes and the like that break their VR are left out, identifiers (patient, accession) stay as they are.
/// @param identity see encode_report().
/// @throws RejectedInput not_dicom when the file of the first image or of the segmentation cannot be read.
void write_report_header(DcmItem& data_set, const MeasurementReport& report, ReportIod iod,
                         const std::string& identity);

}  // namespace glisson::dicom
