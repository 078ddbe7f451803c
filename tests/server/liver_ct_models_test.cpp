// Oracle tests on a real study: sizes against PyRadiomics' diameters of the surface mesh, and the models
// against what PyRadiomics' feature values give by hand. The lesions of liver-ct are colorectal metastases,
// so the scores show that the machinery works and nothing else.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>

#include "config/model_package.hpp"
#include "config/protocol_file.hpp"
#include "dicom/images/image_series.hpp"
#include "dicom/images/segmentation.hpp"
#include "engine/extraction.hpp"
#include "server/model_inputs.hpp"
#include "tests/support/reference_data.hpp"

namespace glisson::server {
namespace {

std::map<std::string, double> reference_features(const std::filesystem::path& data, int segment) {
  return tests::reference_features(data / "reference/pyradiomics" /
                                   ("liver-ct_segment" + std::to_string(segment) + "_native.csv"));
}

struct Study {
  dicom::ImageSeries images;
  dicom::Segmentation segmentation;
};

Study read_study(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto& path = entry.path();
    if (path.extension() == ".dcm" && path.filename() != "seg.dcm") files.push_back(path);
  }
  Study study;
  study.images = dicom::read_image_series(files);
  study.segmentation = dicom::read_segmentation(folder / "seg.dcm", study.images);
  return study;
}

/// Each slice together with the next one.
engine::Mask neighbours_united(const engine::Mask& mask) {
  engine::Mask united = mask;
  const std::size_t slice = mask.voxels.size() / static_cast<std::size_t>(mask.grid.size[2]);
  for (std::size_t i = 0; i + slice < mask.voxels.size(); ++i) united.voxels[i] |= mask.voxels[i + slice];
  return united;
}

// The mesh passes halfway between voxel centres and cuts the corners of the voxels' rectangles, so each end
// of the long axis lies up to half a pixel outside it. PyRadiomics compares vertices of equal z, also of
// those halfway between two slices, which come from both. Tolerance: that, nothing more.
TEST(LiverCt, HasLongAxesWithinAPixelOfTheMeshDiameters) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  const Study study = read_study(data / "data/liver-ct");
  ASSERT_EQ(study.segmentation.segments.size(), 3U);
  for (const auto& segment : study.segmentation.segments) {
    const auto reference = reference_features(data, segment.segment_number);
    const auto size = engine::measure_lesion(segment.mask);
    const double mesh_diameter = reference.at("original_shape_Maximum2DDiameterSlice");
    EXPECT_LE(size.long_axis.length, mesh_diameter + size.pixel_size) << segment.segment_number;
    EXPECT_GE(engine::measure_lesion(neighbours_united(segment.mask)).long_axis.length, mesh_diameter - 1e-6)
        << segment.segment_number;
    EXPECT_NEAR(size.volume, reference.at("original_shape_VoxelVolume"), 1e-6 * size.volume);
  }
}

TEST(LiverCt, HasTheScoresThatItsSizesAndReferenceFeaturesGive) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  const Study study = read_study(data / "data/liver-ct");
  const auto protocol = config::find_protocol("pyradiomics-native", {});
  const auto models = config::load_models({});
  std::vector<engine::LesionSize> sizes;
  std::vector<engine::FeatureVector> features;
  for (const int index : {1, 2}) {  // Segments 2 and 3, the lesions.
    const auto& mask = study.segmentation.segments.at(static_cast<std::size_t>(index)).mask;
    sizes.push_back(engine::measure_lesion(mask));
    features.push_back(engine::extract_features(study.images.volume, mask, protocol));
  }
  const std::vector<MeasuredLesion> lesions{{2, sizes.data(), features.data()},
                                            {3, sizes.data() + 1, features.data() + 1}};
  const auto assessments =
      assess_all(models, lesions, {study.images.modality, study.images.intensity_unit, protocol.digest, ""});
  ASSERT_EQ(assessments.size(), 5U);
  for (std::size_t lesion = 0; lesion < 2; ++lesion) {
    const auto value = reference_features(data, lesions[lesion].segment_number);
    const double by_hand = -0.5 - 0.5 * (value.at("original_shape_Sphericity") - 0.7) / 0.1 +
                           (value.at("original_shape_Maximum3DDiameter") - 40) / 20 +
                           0.5 * value.at("original_firstorder_Skewness") / 0.5 +
                           0.25 * (value.at("original_glcm_Correlation") - 0.4) / 0.2 -
                           0.25 * (value.at("original_glcm_Idn") - 0.9) / 0.05;
    ASSERT_TRUE(assessments[lesion].score) << assessments[lesion].detail;
    EXPECT_NEAR(*assessments[lesion].score, by_hand, 1e-4);
    EXPECT_FALSE(assessments[lesion].category);
  }
  const double largest = std::max(sizes[0].long_axis.length, sizes[1].long_axis.length) / 10;
  EXPECT_NEAR(*assessments[3].score, std::hypot(largest, 2), 1e-9);
  EXPECT_NEAR(*assessments[4].score, largest + 2, 1e-9);
}

}  // namespace
}  // namespace glisson::server
