// Parity with PyRadiomics on real CT through DICOM: settings in reference/configurations.md, "PyRadiomics".
// Tolerance for every feature: 1e-4 relative, 1e-6 absolute near zero. PyRadiomics was given the pixel
// spacing in single precision, as its VoxelVolume shows: 0.804688 mm became 0.80468798, which moves a grid of
// 1 mm by 1e-5 of a voxel across the image. Each file is compared with what the engine makes of that same
// input, and with what `glisson extract` makes of the spacing as DICOM gives it (docs/performance.md,
// "Parity").

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>
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

enum class Spacing { of_dicom, in_single_precision };

void round_spacing(Study& study) {
  for (double& spacing : study.images.volume.grid.spacing) {
    const volatile float single =
        static_cast<float>(spacing);  // volatile: g++ 12 vectorises the rounding away
    spacing = single;
  }
  for (auto& segment : study.segmentation.segments) segment.mask.grid = study.images.volume.grid;
}

const Study& study(const std::filesystem::path& folder, Spacing spacing) {
  static std::map<std::pair<std::filesystem::path, Spacing>, Study> studies;
  const auto known = studies.find({folder, spacing});
  if (known != studies.end()) return known->second;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".dcm" && entry.path().filename() != "seg.dcm")
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  dicom::ImageSeries images = dicom::read_image_series(files);
  dicom::Segmentation segmentation = dicom::read_segmentation(folder / "seg.dcm", images);
  Study read{std::move(images), std::move(segmentation)};
  if (spacing == Spacing::in_single_precision) round_spacing(read);
  return studies.emplace(std::pair(folder, spacing), std::move(read)).first->second;
}

const engine::Mask& mask_of(const Study& study, int segment_number) {
  const auto& segments = study.segmentation.segments;
  return std::find_if(segments.begin(), segments.end(),
                      [=](const engine::SegmentMask& s) { return s.segment_number == segment_number; })
      ->mask;
}

struct OracleCase {
  std::string study;
  int segment;
  std::string protocol;
  std::string file_suffix;
  std::size_t features;
  int beyond_by_spacing;  ///< Values beyond the tolerance with the spacing of DICOM.
  std::string file() const { return study + "_segment" + std::to_string(segment) + "_" + file_suffix; }
};

class PyRadiomicsOracle : public testing::TestWithParam<OracleCase> {};

struct Comparison {
  int reached = 0;
  double largest = 0;  ///< Relative difference.
  std::string of;
  std::vector<std::string> beyond;  ///< "name value, PyRadiomics value"
};

Comparison compare(const engine::FeatureVector& features, const std::map<std::string, double>& expected) {
  Comparison comparison;
  for (const engine::Feature& feature : features) {
    const auto reference = expected.find(feature.name);
    if (reference == expected.end() || !feature.value) {
      ADD_FAILURE() << feature.name << (feature.value ? " is not a feature of PyRadiomics" : " is undefined");
      continue;
    }
    const double difference = std::abs(*feature.value - reference->second);
    const double relative = difference / std::max(std::abs(reference->second), absolute_tolerance);
    if (relative > comparison.largest && difference > absolute_tolerance) {
      comparison.largest = relative;
      comparison.of = feature.name;
    }
    if (difference <= std::max(absolute_tolerance, relative_tolerance * std::abs(reference->second))) {
      ++comparison.reached;
    } else {
      std::ostringstream line;
      line << std::setprecision(12) << feature.name << " " << *feature.value << ", PyRadiomics "
           << reference->second;
      comparison.beyond.push_back(line.str());
    }
  }
  return comparison;
}

Comparison compare_with_reference(const std::filesystem::path& data, const OracleCase& oracle,
                                  Spacing spacing) {
  const Study& input = study(data / "data" / oracle.study, spacing);
  const auto protocol = config::find_protocol(oracle.protocol, {});
  const auto features =
      engine::extract_features(input.images.volume, mask_of(input, oracle.segment), protocol);
  const auto expected =
      tests::reference_features(data / "reference" / "pyradiomics" / (oracle.file() + ".csv"));
  EXPECT_EQ(expected.size(), oracle.features);
  EXPECT_EQ(features.size(), expected.size());
  Comparison comparison = compare(features, expected);
  std::cout << oracle.file() << (spacing == Spacing::of_dicom ? ", spacing of DICOM: " : ": ")
            << comparison.reached << "/" << expected.size() << " reached; largest relative difference "
            << comparison.largest << " " << comparison.of << "\n";
  for (const std::string& line : comparison.beyond) std::cout << "  beyond: " << line << "\n";
  return comparison;
}

TEST_P(PyRadiomicsOracle, AgreesOnEveryFeatureOfTheSameInput) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  EXPECT_EQ(compare_with_reference(data, GetParam(), Spacing::in_single_precision).beyond.size(), 0U);
}

TEST_P(PyRadiomicsOracle, DiffersByTheRoundedSpacingAlone) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  const Comparison comparison = compare_with_reference(data, GetParam(), Spacing::of_dicom);
  EXPECT_EQ(comparison.beyond.size(), static_cast<std::size_t>(GetParam().beyond_by_spacing));
  EXPECT_LT(comparison.largest, 0.005);
}

INSTANTIATE_TEST_SUITE_P(
    Reference, PyRadiomicsOracle,
    testing::Values(OracleCase{"liver-ct", 1, "pyradiomics-native", "native", 107, 0},
                    OracleCase{"liver-ct", 2, "pyradiomics-native", "native", 107, 0},
                    OracleCase{"liver-ct", 3, "pyradiomics-native", "native", 107, 0},
                    OracleCase{"ibsi-ct-phantom", 1, "pyradiomics-native", "native", 107, 0},
                    OracleCase{"liver-ct", 1, "pyradiomics-full", "resampled-1mm-full", 1781, 28},
                    OracleCase{"liver-ct", 2, "pyradiomics-full", "resampled-1mm-full", 1781, 32},
                    OracleCase{"liver-ct", 3, "pyradiomics-full", "resampled-1mm-full", 1781, 5},
                    OracleCase{"ibsi-ct-phantom", 1, "pyradiomics-full", "resampled-1mm-full", 1781, 0}),
    [](const testing::TestParamInfo<OracleCase>& oracle) {
      std::string name = oracle.param.file();
      std::replace_if(
          name.begin(), name.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
      return name;
    });

}  // namespace
}  // namespace glisson
