#pragma once

#include <string>

#include "dicom/report/measurement_report.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::tests {

/// Patient and study attributes of the example's images, in the character set named.
struct SourcePatient {
  std::string character_set = "ISO_IR 100";
  std::string name = "Example^Anna";
  std::string id = "P-1";
  std::string sex = "F";
  std::string birth_date = "19700101";
  std::string accession_number = "A-42";
  std::string study_description = "CT liver";
  bool with_request = true;
};

/// A report on three CT slices with a liver (segment 1), two lesions (segments 2 and 3) and an ignored
/// segment (4), a published and a demonstration model. Its source files lie in a folder that goes with it.
class ReportExample {
 public:
  explicit ReportExample(const SourcePatient& patient = {});
  ReportExample(const ReportExample&) = delete;
  ReportExample& operator=(const ReportExample&) = delete;

  /// Adds a ring around the lesion of segment 2, all lesions together, and a necrotic core that has no voxel.
  void add_derived_regions();

  dicom::MeasurementReport report;  ///< Change what the test is about.
  dicom::ImageSeries images;
  dicom::Segmentation segmentation;
  engine::ExtractionProtocol protocol;
  engine::RiskModel burden;         ///< Published, of the patient.
  engine::RiskModel demonstration;  ///< Of a lesion.

 private:
  TemporaryFolder folder_;
};

}  // namespace glisson::tests
