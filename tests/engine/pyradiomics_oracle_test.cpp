// Parity with PyRadiomics on real CT through DICOM: settings in reference/configurations.md, "PyRadiomics".
// Tolerance for every feature: 1e-4 relative, 1e-6 absolute near zero.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "config/protocol_file.hpp"
#include "dicom/images/image_series.hpp"
#include "dicom/images/segmentation.hpp"
#include "engine/extraction.hpp"
#include "tests/support/reference_data.hpp"

namespace glisson {
namespace {

constexpr double relative_tolerance = 1e-4;
constexpr double absolute_tolerance = 1e-6;

struct Study {
  dicom::ImageSeries images;
  dicom::Segmentation segmentation;
};

const Study& study(const std::filesystem::path& folder) {
  static std::map<std::filesystem::path, Study> studies;
  const auto known = studies.find(folder);
  if (known != studies.end()) return known->second;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".dcm" && entry.path().filename() != "seg.dcm")
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  dicom::ImageSeries images = dicom::read_image_series(files);
  dicom::Segmentation segmentation = dicom::read_segmentation(folder / "seg.dcm", images);
  // PyRadiomics was given the spacing in single precision, as its VoxelVolume shows: 0.804688 mm became
  // 0.80468798, which moves a grid of 1 mm by 1e-5 of a voxel across the image.
  for (double& spacing : images.volume.grid.spacing) {
    const volatile float single =
        static_cast<float>(spacing);  // volatile: g++ 12 vectorises the rounding away
    spacing = single;
  }
  for (auto& segment : segmentation.segments) segment.mask.grid = images.volume.grid;
  return studies.emplace(folder, Study{std::move(images), std::move(segmentation)}).first->second;
}

const engine::Mask& mask_of(const Study& study, int segment_number) {
  const auto& segments = study.segmentation.segments;
  return std::find_if(segments.begin(), segments.end(),
                      [=](const engine::SegmentMask& s) { return s.segment_number == segment_number; })
      ->mask;
}

std::map<std::string, double> reference_values(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::map<std::string, double> values;
  std::string header;
  std::getline(stream, header);
  for (std::string line; std::getline(stream, line);) {
    const std::size_t comma = line.find(',');
    values[line.substr(0, comma)] = std::stod(line.substr(comma + 1));
  }
  return values;
}

struct OracleCase {
  std::string study;
  int segment;
  std::string protocol;
  std::string file_suffix;
  std::size_t features;
  std::string file() const { return study + "_segment" + std::to_string(segment) + "_" + file_suffix; }
};

class PyRadiomicsOracle : public testing::TestWithParam<OracleCase> {};

TEST_P(PyRadiomicsOracle, AgreesOnEveryFeature) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  const OracleCase& oracle = GetParam();
  const Study& input = study(data / "data" / oracle.study);
  const auto protocol = config::find_protocol(oracle.protocol, {});
  const auto features =
      engine::extract_features(input.images.volume, mask_of(input, oracle.segment), protocol);
  const auto expected = reference_values(data / "reference" / "pyradiomics" / (oracle.file() + ".csv"));

  ASSERT_EQ(expected.size(), oracle.features);
  EXPECT_EQ(features.size(), expected.size());
  int reached = 0;
  double largest = 0;
  std::string worst;
  for (const engine::Feature& feature : features) {
    const auto reference = expected.find(feature.name);
    if (reference == expected.end()) {
      ADD_FAILURE() << feature.name << " is not a feature of PyRadiomics";
      continue;
    }
    if (!feature.value) {
      ADD_FAILURE() << feature.name << " undefined, PyRadiomics " << reference->second;
      continue;
    }
    const double difference = std::abs(*feature.value - reference->second);
    const double relative = difference / std::max(std::abs(reference->second), absolute_tolerance);
    if (relative > largest && difference > absolute_tolerance) {
      largest = relative;
      worst = feature.name;
    }
    if (difference <= std::max(absolute_tolerance, relative_tolerance * std::abs(reference->second))) {
      ++reached;
    } else {
      ADD_FAILURE() << std::setprecision(12) << feature.name << " " << *feature.value << ", PyRadiomics "
                    << reference->second;
    }
  }
  std::cout << oracle.file() << ": " << reached << "/" << expected.size()
            << " reached; largest relative difference " << largest << " " << worst << "\n";
}

INSTANTIATE_TEST_SUITE_P(
    Reference, PyRadiomicsOracle,
    testing::Values(OracleCase{"liver-ct", 1, "pyradiomics-native", "native", 107},
                    OracleCase{"liver-ct", 2, "pyradiomics-native", "native", 107},
                    OracleCase{"liver-ct", 3, "pyradiomics-native", "native", 107},
                    OracleCase{"ibsi-ct-phantom", 1, "pyradiomics-native", "native", 107},
                    OracleCase{"liver-ct", 1, "pyradiomics-full", "resampled-1mm-full", 1781},
                    OracleCase{"liver-ct", 2, "pyradiomics-full", "resampled-1mm-full", 1781},
                    OracleCase{"liver-ct", 3, "pyradiomics-full", "resampled-1mm-full", 1781},
                    OracleCase{"ibsi-ct-phantom", 1, "pyradiomics-full", "resampled-1mm-full", 1781}),
    [](const testing::TestParamInfo<OracleCase>& oracle) {
      std::string name = oracle.param.file();
      std::replace_if(
          name.begin(), name.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
      return name;
    });

}  // namespace
}  // namespace glisson
