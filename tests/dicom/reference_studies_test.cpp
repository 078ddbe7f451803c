// Oracle tests on real studies: images and masks together must give the first-order values that PyRadiomics
// found for the same files, and the voxel count that the IBSI phantom is published with.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "dicom/images/image_series.hpp"
#include "dicom/images/segmentation.hpp"
#include "dicom/instance_reader.hpp"
#include "tests/support/reference_data.hpp"

namespace glisson::dicom {
namespace {

// Tolerance: relative 1e-6, the precision of float32 intensities summed in double.
void expect_first_order_values(const engine::Volume& volume, const engine::Mask& mask,
                               const std::filesystem::path& reference) {
  const auto expected = tests::reference_features(reference);
  ASSERT_FALSE(expected.empty()) << reference;
  double sum = 0;
  double energy = 0;
  std::vector<float> inside;
  for (std::size_t i = 0; i < mask.voxels.size(); ++i) {
    if (mask.voxels[i] != 0) inside.push_back(volume.values[i]);
  }
  ASSERT_FALSE(inside.empty());
  for (const float value : inside) {
    sum += value;
    energy += static_cast<double>(value) * value;
  }
  const auto count = static_cast<double>(inside.size());
  const auto near = [&](const std::string& name, double value) {
    EXPECT_NEAR(value, expected.at(name), 1e-6 * std::abs(expected.at(name)) + 1e-9) << name;
  };
  near("original_shape_VoxelVolume", count * mask.grid.voxel_volume());
  near("original_firstorder_Mean", sum / count);
  near("original_firstorder_Energy", energy);
  near("original_firstorder_Minimum", *std::min_element(inside.begin(), inside.end()));
  near("original_firstorder_Maximum", *std::max_element(inside.begin(), inside.end()));
}

TEST(LiverCt, IsReadAsAVolumeSortedByPosition) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  const ImageSeries series = read_image_series(tests::image_files(data / "data/liver-ct"));
  EXPECT_EQ(series.modality, "CT");
  EXPECT_EQ(series.intensity_unit, "[hnsf'U]");
  EXPECT_EQ(series.manufacturer, "GE MEDICAL SYSTEMS");
  EXPECT_EQ(series.images.size(), 51U);
  EXPECT_EQ(series.slice_thickness, 5);
  const engine::Grid& grid = series.volume.grid;
  EXPECT_EQ(grid.size, (std::array<int, 3>{512, 512, 51}));
  EXPECT_NEAR(grid.spacing[0], 0.804688, 1e-9);
  EXPECT_NEAR(grid.spacing[1], 0.804688, 1e-9);
  EXPECT_NEAR(grid.spacing[2], 5, 1e-6);
  EXPECT_NEAR(grid.origin[2], -376.440002, 1e-6);
  EXPECT_EQ(grid.direction[2], (engine::Vector3{0, 0, 1}));
}

TEST(LiverCt, HasTheRegionsThatPyRadiomicsSaw) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  const ImageSeries series = read_image_series(tests::image_files(data / "data/liver-ct"));
  const Segmentation segmentation = read_segmentation(data / "data/liver-ct/seg.dcm", series);
  ASSERT_EQ(segmentation.segments.size(), 3U);
  EXPECT_EQ(segmentation.segments[0].label, "Liver");
  EXPECT_EQ(segmentation.segments[0].type, (engine::CodedConcept{"10200004", "SCT", ""}));
  EXPECT_EQ(segmentation.segments[1].label, "Lesion 1");
  EXPECT_EQ(segmentation.segments[1].type, (engine::CodedConcept{"4147007", "SCT", ""}));
  EXPECT_EQ(segmentation.segments[1].algorithm, "SEMIAUTOMATIC");
  EXPECT_EQ(segmentation.segments[2].tracking_id, "Lesion 2");
  EXPECT_EQ(segmentation.segments[2].tracking_uid,
            "1.2.826.0.1.3680043.10.511.3.12954103159066253703917294212281819");
  for (const auto& segment : segmentation.segments) {
    const std::string number = std::to_string(segment.segment_number);
    SCOPED_TRACE(number);
    expect_first_order_values(series.volume, segment.mask,
                              data / ("reference/pyradiomics/liver-ct_segment" + number + "_native.csv"));
  }
}

TEST(LiverCt, SegmentationNamesItsImages) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  const InstanceHeader segmentation = read_instance_header(data / "data/liver-ct/seg.dcm");
  EXPECT_TRUE(segmentation.is_segmentation());
  EXPECT_FALSE(segmentation.written_by_glisson);
  EXPECT_EQ(segmentation.modality, "SEG");
  EXPECT_EQ(segmentation.referenced_images.size(), 51U);
  for (const auto& file : tests::image_files(data / "data/liver-ct")) {
    const InstanceHeader image = read_instance_header(file);
    EXPECT_TRUE(std::binary_search(segmentation.referenced_images.begin(),
                                   segmentation.referenced_images.end(), image.sop_instance_uid));
  }
}

TEST(IbsiCtPhantom, HasItsPublishedRegion) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  const ImageSeries series = read_image_series(tests::image_files(data / "data/ibsi-ct-phantom"));
  EXPECT_EQ(series.volume.grid.size, (std::array<int, 3>{204, 201, 60}));
  const Segmentation segmentation = read_segmentation(data / "data/ibsi-ct-phantom/seg.dcm", series);
  ASSERT_EQ(segmentation.segments.size(), 1U);
  EXPECT_EQ(segmentation.segments[0].label, "GTV-1");
  EXPECT_EQ(segmentation.segments[0].mask.count(), 125256U);
  expect_first_order_values(series.volume, segmentation.segments[0].mask,
                            data / "reference/pyradiomics/ibsi-ct-phantom_segment1_native.csv");
}

}  // namespace
}  // namespace glisson::dicom
