#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "dicom/images/image_series.hpp"
#include "dicom/images/segmentation.hpp"
#include "dicom/instance_reader.hpp"
#include "server/segment_selection.hpp"
#include "tests/support/command.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::server {
namespace {

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  return files;
}

std::map<std::string, std::string> contents_of(const std::filesystem::path& folder) {
  std::map<std::string, std::string> contents;
  for (const auto& file : files_in(folder)) {
    std::ostringstream content;
    content << std::ifstream(file, std::ios::binary).rdbuf();
    contents[std::filesystem::relative(file, folder).string()] = content.str();
  }
  return contents;
}

/// One phantom for all tests of the file.
class PhantomCommand : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<tests::TemporaryFolder>();
    result_ = tests::run_glisson({"phantom", study().string()});
  }
  static void TearDownTestSuite() { folder_.reset(); }
  static std::filesystem::path study() { return *folder_ / "study"; }

  static double mean_inside(const engine::Volume& volume, const engine::Mask& mask) {
    double sum = 0;
    for (std::size_t i = 0; i < mask.voxels.size(); ++i)
      if (mask.voxels[i] != 0) sum += volume.values[i];
    return sum / static_cast<double>(mask.count());
  }

  inline static std::unique_ptr<tests::TemporaryFolder> folder_;
  inline static tests::CommandResult result_;
};

TEST_F(PhantomCommand, WritesTwoSeriesAndASegmentation) {
  EXPECT_EQ(result_.exit_code, 0) << result_.err;
  EXPECT_NE(result_.out.find("PHANTOM1"), std::string::npos);
  EXPECT_EQ(files_in(study() / "arterial").size(), 36U);
  EXPECT_EQ(files_in(study() / "portal").size(), 36U);
  EXPECT_EQ(files_in(study()).size(), 73U);
}

TEST_F(PhantomCommand, WritesTheSameStudyEachTime) {
  ASSERT_EQ(tests::run_glisson({"phantom", (*folder_ / "again").string()}).exit_code, 0);
  EXPECT_TRUE(contents_of(study()) == contents_of(*folder_ / "again"));
}

TEST_F(PhantomCommand, WritesOneStudyOfAFictitiousPatientWithDistinctInstances) {
  std::set<dicom::SopInstanceUid> instances;
  std::set<dicom::SeriesInstanceUid> series;
  std::set<dicom::StudyInstanceUid> studies;
  for (const auto& file : files_in(study())) {
    const auto header = dicom::read_instance_header(file);
    EXPECT_EQ(header.accession_number, "PHANTOM1");
    EXPECT_EQ(header.patient_id, "GLISSON-PHANTOM");
    EXPECT_FALSE(header.written_by_glisson);  // Else the service would ignore the study.
    instances.insert(header.sop_instance_uid);
    series.insert(header.series_instance_uid);
    studies.insert(header.study_instance_uid);
  }
  EXPECT_EQ(instances.size(), 73U);
  EXPECT_EQ(series.size(), 3U);
  EXPECT_EQ(studies.size(), 1U);
}

TEST_F(PhantomCommand, HasLesionsThatEnhanceInTheArterialPhaseAndWashOutInThePortalOne) {
  const auto arterial = dicom::read_image_series(files_in(study() / "arterial"));
  const auto portal = dicom::read_image_series(files_in(study() / "portal"));
  EXPECT_EQ(arterial.volume.grid, portal.volume.grid);
  const auto segments = dicom::read_segmentation(study() / "seg.dcm", portal).segments;
  ASSERT_EQ(segments.size(), 3U);
  engine::Mask parenchyma = segments[0].mask;
  for (std::size_t i = 0; i < parenchyma.voxels.size(); ++i) {
    if (segments[1].mask.voxels[i] + segments[2].mask.voxels[i] != 0) parenchyma.voxels[i] = 0;
  }
  for (const std::size_t lesion : {1U, 2U}) {
    const engine::Mask& mask = segments[lesion].mask;
    EXPECT_GT(mean_inside(arterial.volume, mask), mean_inside(arterial.volume, parenchyma) + 25);
    EXPECT_LT(mean_inside(portal.volume, mask), mean_inside(portal.volume, parenchyma) - 15);
    // Volumes of the ellipsoids that they were made of, within the coarseness of the grid.
    const double radii = lesion == 1 ? 21.0 * 17 * 19 : 11.0 * 12 * 13;
    const double volume = 4.0 / 3 * 3.14159265358979 * radii;
    EXPECT_NEAR(static_cast<double>(mask.count()) * mask.grid.voxel_volume(), volume, 0.03 * volume);
  }
}

TEST_F(PhantomCommand, HasSegmentsThatTheSelectionUnderstands) {
  const auto portal = dicom::read_image_series(files_in(study() / "portal"));
  const auto selection = select_segments(dicom::read_segmentation(study() / "seg.dcm", portal).segments, {});
  ASSERT_EQ(selection.selected.size(), 3U);
  EXPECT_EQ(selection.selected[0].role, SegmentRole::liver);
  EXPECT_EQ(selection.selected[1].role, SegmentRole::lesion);
  EXPECT_EQ(selection.selected[2].role, SegmentRole::lesion);
  EXPECT_TRUE(selection.ignored.empty());
}

TEST_F(PhantomCommand, IsValidDicom) {
  if (!tests::has_program("dciodvfy")) GTEST_SKIP() << "needs dciodvfy (dicom3tools)";
  for (const auto& file : files_in(study())) {
    const auto verdict = tests::run_command({"dciodvfy", file.string()});
    EXPECT_EQ((verdict.out + verdict.err).find("Error"), std::string::npos)
        << file << verdict.out << verdict.err;
  }
}

TEST_F(PhantomCommand, SaysWhyItCannotWrite) {
  std::ofstream(*folder_ / "a file") << "in the way";
  const auto result = tests::run_glisson({"phantom", (*folder_ / "a file").string()});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_NE(result.err.find("cannot be made"), std::string::npos) << result.err;
  EXPECT_EQ(tests::run_glisson({"phantom"}).exit_code, 2);
}

}  // namespace
}  // namespace glisson::server
