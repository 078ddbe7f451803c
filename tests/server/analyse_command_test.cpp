#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"
#include "tests/support/synthetic_dicom.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::server {
namespace {

using testing::HasSubstr;
using testing::Not;
using tests::run_glisson;

/// A folder with a series of 40 x 30 x 12 voxels and a segmentation of two lesions.
class AnalyseCommand : public testing::Test {
 protected:
  AnalyseCommand() {
    series.size = {40, 30, 12};
    series.spacing = {1, 1, 4};
    series.stored_value = [](int x, int y, int z) { return 1024 + (x * 13 + y * 7 + z * 31) % 97; };
    tests::write_series(series, folder / "study/images");
    segmentation.segments = {lesion(1, "Lesion 1", 2), lesion(2, "Lesion 2", 20)};
    write();
  }

  /// A block of 12 x 12 x 4 voxels from column `x0` on.
  static tests::SyntheticSegment lesion(int number, const std::string& label, int x0) {
    return {number, label, {"4147007", "SCT", "Mass"}, [x0](int x, int y, int z) {
              return x >= x0 && x < x0 + 12 && y > 5 && y < 18 && z > 3 && z < 8;
            }};
  }
  void write() const { tests::write_segmentation(segmentation, series, folder / "study/seg.dcm"); }
  tests::CommandResult analyse(std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"analyse", (folder / "study").string(), "--out", (folder / "out").string()};
    all.insert(all.end(), more.begin(), more.end());
    return run_glisson(all);
  }

  tests::TemporaryFolder folder;
  tests::SyntheticSeries series;
  tests::SyntheticSegmentation segmentation;
};

TEST_F(AnalyseCommand, WritesTheReportAndPrintsItsSummary) {
  const auto result = analyse();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Tumour burden score: "));
  EXPECT_THAT(result.out, Not(HasSubstr("separate parts")));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "out"), {}), 1);
}

TEST_F(AnalyseCommand, ReportsTheSameOfSparseReferences) {
  const auto regions = [](const std::string& text) {
    return text.substr(text.find("REGIONS"), text.find("\nwritten to") - text.find("REGIONS"));
  };
  const auto all = analyse();
  segmentation.referenced_slices = {5};
  write();
  const auto one = analyse();
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_EQ(regions(one.out), regions(all.out));
  EXPECT_THAT(one.out, HasSubstr("CT, 12 images"));
}

TEST_F(AnalyseCommand, GivesNoScoreOfSizeAndNumberWhereASegmentMayBeSeveralLesions) {
  const auto first = segmentation.segments[0].inside;
  const auto second = segmentation.segments[1].inside;
  segmentation.segments.resize(1);
  segmentation.segments[0].inside = [=](int x, int y, int z) { return first(x, y, z) || second(x, y, z); };
  write();
  const auto result = analyse();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("drawn in 2 separate parts, which may be several lesions"));
  EXPECT_THAT(result.out, HasSubstr("Tumour burden score: no score: an input is undefined for this region: "
                                    "largest_diameter (segment 1 is drawn in 2 separate parts)"));
}

TEST_F(AnalyseCommand, GivesNoScoreOfSizeAndNumberWhereLesionsOverlap) {
  segmentation.segments[1] = lesion(2, "Lesion 1, enhancing part", 10);
  write();
  const auto result = analyse();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Up-to-seven by size and number: no score"));
  EXPECT_THAT(result.out, HasSubstr("segments 1 and 2 overlap"));
}

TEST_F(AnalyseCommand, ReportsTheOtherSegmentationsWhereOneIsUnusable) {
  tests::SyntheticSegmentation broken = segmentation;
  broken.uid_seed = "another";
  broken.defect = tests::SegmentationDefect::fractional;
  tests::write_segmentation(broken, series, folder / "study/a.dcm");
  const auto result = analyse({"--json"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("glisson: fractional_segmentation: a.dcm"));
  EXPECT_EQ(nlohmann::json::parse(result.out).size(), 1U);
}

TEST_F(AnalyseCommand, PassesOverFilesThatCannotBeRead) {
  std::filesystem::copy(std::filesystem::directory_iterator(folder / "study/images")->path(),
                        folder / "study/copy.dcm");
  tests::truncate_file(folder / "study/copy.dcm", 600);
  const auto result = analyse();
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST_F(AnalyseCommand, SaysThatASegmentationRefersToNoImages) {
  segmentation.refers_to_images = false;
  write();
  const auto result = analyse();
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("glisson: missing_attribute: seg.dcm refers to no images"));
}

TEST_F(AnalyseCommand, SaysWhyItCannotWrite) {
  std::ofstream(folder / "file") << "in the way";
  const auto result =
      run_glisson({"analyse", (folder / "study").string(), "--out", (folder / "file").string()});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, HasSubstr("cannot be made"));
  EXPECT_THAT(result.err, Not(HasSubstr("report this as a bug")));
}

}  // namespace
}  // namespace glisson::server
