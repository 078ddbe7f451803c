#include <gtest/gtest.h>

#include <set>

#include "dicom/images/phantom_study.hpp"
#include "server/study_folder.hpp"
#include "server/study_recipe.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::server {
namespace {

/// The phantom study under a protocol with derived regions.
class DerivedRegionsRecipe : public testing::Test {
 protected:
  DerivedRegionsRecipe() {
    const auto phantom = dicom::write_phantom_study(folder_.path());
    input_ = StudyFolder(folder_.path()).input_of(phantom.segmentation);
    config::Settings settings;
    settings.data = folder_.path() / "data";
    settings.protocol = "pyradiomics-peritumoral";
    recipe_ = load_recipe(settings, settings.protocol);
  }

  std::unique_ptr<StudyAnalysis> analyse() const {
    return analyse_study(input_, recipe_, [](const engine::SegmentMask& segment, const engine::Vector3&) {
      const std::string number = std::to_string(segment.segment_number);
      return std::pair("Segment " + number, "2.25.1000" + number);
    });
  }

  tests::TemporaryFolder folder_;
  StudyInput input_;
  Recipe recipe_;
};

TEST_F(DerivedRegionsRecipe, ReportsDerivedRegionsAfterTheSegmentsWithTheirOwnTracking) {
  const auto analysis = analyse();
  const auto& regions = analysis->report.regions;
  std::size_t segments = 0;
  std::size_t lesions = 0;
  std::set<std::string> trackings;
  for (const auto& region : regions) {
    trackings.insert(region.tracking_uid);
    lesions += region.is_lesion ? 1 : 0;
    if (region.derivation.empty()) {
      EXPECT_EQ(++segments, trackings.size()) << "segments come first";
      continue;
    }
    EXPECT_FALSE(region.is_lesion);
    EXPECT_EQ(region.not_measured, "");
    EXPECT_EQ(region.features.size(), 107U);
    EXPECT_TRUE(region.features.front().name.starts_with(region.derivation + "_original_"));
    EXPECT_TRUE(region.tracking_id.ends_with(region.title)) << region.tracking_id;
  }
  EXPECT_EQ(lesions, 2U);
  EXPECT_EQ(regions.size(), segments + 3 * lesions);
  EXPECT_EQ(trackings.size(), regions.size());
}

TEST_F(DerivedRegionsRecipe, TracksDerivedRegionsAlikeInEveryRun) {
  const auto first = analyse();
  const auto second = analyse();
  ASSERT_EQ(first->report.regions.size(), second->report.regions.size());
  for (std::size_t i = 0; i < first->report.regions.size(); ++i) {
    EXPECT_EQ(first->report.regions[i].tracking_uid, second->report.regions[i].tracking_uid);
  }
  EXPECT_EQ(first->identity, second->identity);
}

TEST_F(DerivedRegionsRecipe, TheMemoryBudgetIsPartOfTheIdentityWhereItRefusedARegion) {
  const auto usual = analyse()->identity;
  recipe_.memory_budget *= 2;
  EXPECT_EQ(analyse()->identity, usual);
  recipe_.memory_budget = 1;
  const auto refused = analyse();
  EXPECT_TRUE(refused->report.regions.front().not_measured.starts_with("too_much_memory: "));
  EXPECT_NE(refused->identity, usual);
  EXPECT_GT(refused->report.regions.front().size.voxels, 0U);
}

}  // namespace
}  // namespace glisson::server
