#include "server/study_recipe.hpp"

#include <gtest/gtest.h>

#include <ctime>

#include "tests/support/synthetic_dicom.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::server {
namespace {

/// Date, time and zone of the report of images with this Timezone Offset From UTC, as seconds since 1970.
std::pair<std::time_t, std::string> moment_of_report(const std::string& timezone_offset) {
  const tests::TemporaryFolder folder;
  tests::SyntheticSeries series;
  series.timezone_offset = timezone_offset;
  StudyInput input;
  input.images = tests::write_series(series, folder / "images");
  input.segmentation = folder / "seg.dcm";
  tests::write_segmentation({}, series, input.segmentation);
  const Recipe recipe = load_recipe({}, config::Settings{}.protocol);
  const auto analysis = analyse_study(input, recipe, [](const auto&, const auto&) {
    return std::pair(std::string("Lesion 1"), dicom::derive_uid("lesion 1"));
  });
  const auto& report = analysis->report;
  std::tm time{};
  EXPECT_NE(::strptime((report.content_date + report.content_time).c_str(), "%Y%m%d%H%M%S", &time), nullptr);
  const int east = std::stoi(report.timezone_offset);
  return {::timegm(&time) - 60 * (60 * (east / 100) + east % 100), report.timezone_offset};
}

TEST(StudyRecipe, DatesTheReportInTheTimeZoneOfTheImages) {
  for (const char* offset : {"+0530", "-0330", "+1400", "-1000", "+0000"}) {
    const auto [moment, written] = moment_of_report(offset);
    EXPECT_EQ(written, offset);
    EXPECT_NEAR(static_cast<double>(moment), static_cast<double>(std::time(nullptr)), 60) << offset;
  }
}

TEST(StudyRecipe, DatesTheReportInTheTimeZoneOfTheHostWhereTheImagesStateNone) {
  for (const char* offset : {"", "CET", "+9900", "0100"}) {
    const auto [moment, written] = moment_of_report(offset);
    std::tm here{};
    const std::time_t now = std::time(nullptr);
    ::localtime_r(&now, &here);
    char expected[8]{};
    std::strftime(expected, sizeof expected, "%z", &here);
    EXPECT_EQ(written, expected) << offset;
    EXPECT_NEAR(static_cast<double>(moment), static_cast<double>(now), 60) << offset;
  }
}

TEST(StudyRecipe, GivesOneUidToReportsOfTheSameBytesOnly) {
  const tests::TemporaryFolder folder;
  StudyInput input;
  input.images = tests::write_series({}, folder / "images");
  input.segmentation = folder / "seg.dcm";
  tests::write_segmentation({}, {}, input.segmentation);
  const Recipe recipe = load_recipe({}, config::Settings{}.protocol);
  const auto report = [&](std::time_t received_at) {
    input.received_at = received_at;
    const auto analysis = analyse_study(input, recipe, [](const auto&, const auto&) {
      return std::pair(std::string("Lesion 1"), dicom::derive_uid("lesion 1"));
    });
    return encode_reports(*analysis).front().object;
  };
  const auto first = report(1'700'000'000);
  const auto again = report(1'700'000'000);
  EXPECT_EQ(again.sop_instance_uid, first.sop_instance_uid);
  EXPECT_EQ(again.part10, first.part10);
  EXPECT_NE(report(1'700'000'001).sop_instance_uid, first.sop_instance_uid);
}

}  // namespace
}  // namespace glisson::server
