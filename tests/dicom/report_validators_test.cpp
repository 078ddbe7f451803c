// What others' programs say to the reports: dciodvfy (dicom3tools) and DicomSRValidator (pixelmed) find no
// errors, dsrdump and dsr2html (DCMTK) read them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "config/model_package.hpp"
#include "config/protocol_file.hpp"
#include "dicom/images/phantom_study.hpp"
#include "dicom/report/measurement_report.hpp"
#include "engine/extraction.hpp"
#include "tests/support/reference_data.hpp"
#include "tests/support/report_example.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::dicom {
namespace {

using testing::HasSubstr;
using tests::ReportExample;

constexpr std::array every_iod{ReportIod::comprehensive_3d, ReportIod::comprehensive, ReportIod::enhanced};

/// XPath limits of Java 17 that the SR validator's style sheets exceed; its wrapper does not lift them.
constexpr const char* java_options =
    "JAVA_TOOL_OPTIONS='-Djdk.xml.xpathExprOpLimit=0 -Djdk.xml.xpathTotalOpLimit=0 "
    "-Djdk.xml.xpathExprGrpLimit=0' ";

/// Standard output and error of a shell command.
std::string output_of(const std::string& command) {
  struct Close {
    void operator()(std::FILE* pipe) const { pclose(pipe); }
  };
  const std::unique_ptr<std::FILE, Close> pipe(popen((command + " 2>&1").c_str(), "r"));
  if (pipe == nullptr) throw std::runtime_error("no shell");
  std::string output;
  std::array<char, 4096> buffer{};
  while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
    output.append(buffer.data(), count);
  return output;
}

bool is_installed(const std::string& program) {
  return output_of("command -v " + program + " >/dev/null && echo yes") == "yes\n";
}

std::vector<std::string> errors_in(const std::string& output) {
  std::vector<std::string> errors;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("Error", 0) == 0) errors.push_back(line);
  }
  return errors;
}

/// A report as a file that goes with the test.
class ReportFile {
 public:
  ReportFile(const MeasurementReport& report, ReportIod iod) : path_(folder_.path() / "report.dcm") {
    const auto bytes = encode_report(report, iod, "test").part10;
    std::ofstream stream(path_, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  std::string name() const { return path_.string(); }

 private:
  tests::TemporaryFolder folder_;
  std::filesystem::path path_;
};

void expect_valid_iod(const MeasurementReport& report, ReportIod iod) {
  const ReportFile file(report, iod);
  const auto output = output_of("dciodvfy -new " + file.name());
  EXPECT_THAT(output, HasSubstr("SR\n")) << "dciodvfy did not recognise the IOD";
  EXPECT_THAT(errors_in(output), testing::IsEmpty()) << keyword(iod);
}

void expect_valid_template(const MeasurementReport& report, ReportIod iod) {
  const ReportFile file(report, iod);
  const auto output = output_of(java_options + ("DicomSRValidator " + file.name()));
  EXPECT_THAT(output, HasSubstr("Found Root Template TID_1500"));
  EXPECT_THAT(output, HasSubstr("Root Template Validation Complete"));
  EXPECT_THAT(output, HasSubstr("IOD validation complete"));
  EXPECT_THAT(errors_in(output), testing::IsEmpty()) << keyword(iod);
}

/// Every feature of the catalogue on every lesion.
void report_all_features(ReportExample& example) {
  example.report.all_features = true;
  for (auto& region : example.report.regions) {
    if (!region.is_lesion) continue;
    region.features.clear();
    for (const auto& definition : engine::feature_catalogue()) {
      const auto value = 1.5 + static_cast<double>(region.features.size()) / 7;
      region.features.push_back(
          {"original_" + definition.family + "_" + definition.name, value, {}, &definition});
    }
  }
}

tests::SourcePatient nobody() {
  tests::SourcePatient patient;
  patient.name = patient.id = patient.accession_number = patient.study_description = "";
  patient.sex = "?";
  patient.birth_date = "unknown";
  patient.with_request = false;
  return patient;
}

/// Nothing works out: an empty lesion, an undefined feature, numbers that are none or extreme, no tracking.
void let_everything_fail(ReportExample& example) {
  auto& regions = example.report.regions;
  regions[1].features[2].value = std::numeric_limits<double>::quiet_NaN();
  regions[1].features[3].value.reset();
  regions[1].features[3].reason = engine::UndefinedReason::empty_mesh;
  regions[1].tracking_uid.clear();
  regions[1].size.volume = 1e308;
  regions[1].size.long_axis.length = 1.0 / 3e300;
  regions[2].size = {};
  regions[2].features.clear();
  regions[2].not_measured = "the mask is empty";
  example.report.device_serial_number.clear();
  example.report.device_uid.clear();
  example.report.timezone_offset.clear();
  example.report.segmentation_file.clear();
}

TEST(ReportValidators, DciodvfyFindsNoErrors) {
  if (!is_installed("dciodvfy")) GTEST_SKIP() << "needs dciodvfy (dicom3tools)";
  ReportExample usual;
  ReportExample full;
  report_all_features(full);
  ReportExample failed(nobody());
  let_everything_fail(failed);
  for (const auto iod : every_iod) {
    expect_valid_iod(usual.report, iod);
    expect_valid_iod(full.report, iod);
    expect_valid_iod(failed.report, iod);
  }
}

// One run of the SR validator takes ten seconds; the three IODs share one tree, so that each is shown to it
// in another state.

TEST(ReportValidators, DicomSrValidatorFindsNoErrorsInAllFeatures) {
  if (!is_installed("DicomSRValidator")) GTEST_SKIP() << "needs DicomSRValidator (pixelmed-apps)";
  ReportExample full;
  report_all_features(full);
  expect_valid_template(full.report, ReportIod::comprehensive_3d);
}

TEST(ReportValidators, DicomSrValidatorFindsNoErrorsInTheUsualReport) {
  if (!is_installed("DicomSRValidator")) GTEST_SKIP() << "needs DicomSRValidator (pixelmed-apps)";
  const ReportExample usual;
  expect_valid_template(usual.report, ReportIod::comprehensive);
}

TEST(ReportValidators, DicomSrValidatorFindsNoErrorsWhereEverythingFails) {
  if (!is_installed("DicomSRValidator")) GTEST_SKIP() << "needs DicomSRValidator (pixelmed-apps)";
  ReportExample failed(nobody());
  let_everything_fail(failed);
  expect_valid_template(failed.report, ReportIod::enhanced);
}

/// A study through the real readers, engine and models, as the service reports it.
class AnalysedStudy {
 public:
  AnalysedStudy(const std::vector<std::filesystem::path>& image_files,
                const std::filesystem::path& segmentation_file)
      : images_(read_image_series(image_files)),
        segmentation_(read_segmentation(segmentation_file, images_)),
        protocol_(config::find_protocol("pyradiomics-native", {})),
        models_(config::load_models({})) {
    report.images = &images_;
    report.segmentation = &segmentation_;
    report.segmentation_file = segmentation_file;
    report.protocol = &protocol_;
    report.software_version = "0.1.0";
    report.device_uid = "2.25.99";
    report.content_date = "20260201";
    report.content_time = "120000";
    for (const auto& segment : segmentation_.segments) add_region(segment);
    for (const auto& model : models_) assess(model);
  }

  MeasurementReport report;

 private:
  void add_region(const engine::SegmentMask& segment) {
    ReportedRegion region;
    region.segment_number = segment.segment_number;
    region.is_lesion = segment.label != "Liver";
    region.size = engine::measure_lesion(segment.mask);
    region.tracking_id = segment.tracking_id;
    region.tracking_uid = segment.tracking_uid;
    if (region.is_lesion) region.features = engine::extract_features(images_.volume, segment.mask, protocol_);
    report.regions.push_back(std::move(region));
  }

  void assess(const engine::RiskModel& model) {
    double largest = 0;
    double count = 0;
    for (const auto& region : report.regions) {
      if (!region.is_lesion) continue;
      ++count;
      largest = std::max(largest, region.size.long_axis.length);
    }
    for (const auto& region : report.regions) {
      if (model.scope == engine::ModelScope::lesion && !region.is_lesion) continue;
      engine::ModelContext context;
      context.modality = images_.modality;
      context.protocol_digest = protocol_.digest;
      context.values = {{"largest_diameter", {largest, "mm"}}, {"lesion_count", {count, "1"}}};
      context.lesion_volume = region.size.volume;
      context.lesion_slices = region.size.slices;
      if (model.scope == engine::ModelScope::lesion) context.segment_number = region.segment_number;
      for (const auto& feature : region.features) {
        if (feature.value)
          context.values[feature.name] = {*feature.value,
                                          engine::ucum_unit(*feature.definition, images_.intensity_unit)};
      }
      report.assessments.push_back(engine::assess_risk(model, context));
      if (model.scope == engine::ModelScope::patient) return;
    }
  }

  ImageSeries images_;
  Segmentation segmentation_;
  engine::ExtractionProtocol protocol_;
  std::vector<engine::RiskModel> models_;
};

TEST(ReportValidators, DciodvfyFindsNoErrorsInThePhantomsReport) {
  if (!is_installed("dciodvfy")) GTEST_SKIP() << "needs dciodvfy (dicom3tools)";
  const tests::TemporaryFolder folder;
  const auto phantom = write_phantom_study(folder.path());
  const AnalysedStudy study(tests::image_files(phantom.portal), phantom.segmentation);
  for (const auto iod : every_iod) expect_valid_iod(study.report, iod);
}

TEST(ReportValidators, FindNoErrorsInTheReportOfARealStudy) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  if (!is_installed("dciodvfy")) GTEST_SKIP() << "needs dciodvfy (dicom3tools)";
  if (!is_installed("DicomSRValidator")) GTEST_SKIP() << "needs DicomSRValidator (pixelmed-apps)";
  const AnalysedStudy study(tests::image_files(data / "data/liver-ct"), data / "data/liver-ct/seg.dcm");
  ASSERT_EQ(study.report.images->images.size(), 51U);
  ASSERT_EQ(study.report.regions.size(), 3U);
  for (const auto iod : every_iod) expect_valid_iod(study.report, iod);
  expect_valid_template(study.report, ReportIod::comprehensive_3d);
}

TEST(ReportValidators, FindNoErrorsInAReportWithDerivedRegions) {
  if (!is_installed("dciodvfy")) GTEST_SKIP() << "needs dciodvfy (dicom3tools)";
  if (!is_installed("DicomSRValidator")) GTEST_SKIP() << "needs DicomSRValidator (pixelmed-apps)";
  ReportExample example;
  example.add_derived_regions();
  for (const auto iod : every_iod) expect_valid_iod(example.report, iod);
  expect_valid_template(example.report, ReportIod::comprehensive_3d);
}

TEST(ReportValidators, DcmtkReadsAndRenders) {
  if (!is_installed("dsrdump")) GTEST_SKIP() << "needs dsrdump and dsr2html (dcmtk)";
  tests::SourcePatient german;
  german.name = "M\xFCller^J\xF6rg";
  const ReportExample example(german);
  for (const auto iod : every_iod) {
    const ReportFile file(example.report, iod);
    const auto dump = output_of("dsrdump +Pl " + file.name());
    EXPECT_THAT(dump, HasSubstr("Müller^Jörg"));
    EXPECT_THAT(dump, HasSubstr("<contains TEXT:(,,\"Document Summary\")=\"RESEARCH, NOT FOR DIAGNOSIS"));
    EXPECT_THAT(dump, HasSubstr("<contains NUM:(,,\"Volume\")=\"5.149\" (ml,UCUM,\"milliliter\")>"));
    EXPECT_THAT(dump, HasSubstr("<contains NUM:(,,\"Tumour burden score\")=\"3.08\""));
    EXPECT_THAT(dump, testing::Not(HasSubstr("E: ")));
    const auto html = output_of("dsr2html --charset-require --convert-to-utf8 " + file.name());
    EXPECT_THAT(html, HasSubstr("</html>"));
    EXPECT_THAT(html, HasSubstr("Referenced Segment"));
  }
}

}  // namespace
}  // namespace glisson::dicom
