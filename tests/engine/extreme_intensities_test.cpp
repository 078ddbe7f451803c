// Intensities that no scanner writes, but a RescaleSlope can make.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/errors.hpp"
#include "engine/extraction.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

const std::vector<ImageType> every_type{
    Original{},  LaplacianOfGaussian{1}, Wavelet{}, Square{}, SquareRoot{},
    Logarithm{}, Exponential{},          Gradient{}};

PyRadiomicsSettings settings_for(const ImageType& type) {
  PyRadiomicsSettings settings;
  settings.image_types = {type};
  settings.feature_classes = {"firstorder", "glcm", "glrlm"};
  return settings;
}

// A ball in an image of 14 x 14 x 14 voxels, so that the image goes on around the region.
tests::ImageAndMask ball() {
  auto image = tests::random_image({14, 14, 14}, 200, 1.0, 5);
  for (int z = 0; z < 14; ++z) {
    for (int y = 0; y < 14; ++y) {
      for (int x = 0; x < 14; ++x)
        image.mask.voxels[image.mask.grid.offset(x, y, z)] = std::hypot(x - 7, y - 7, z - 7) < 4 ? 1 : 0;
    }
  }
  return image;
}

void expect_values_or_reasons(const FeatureVector& features) {
  EXPECT_FALSE(features.empty());
  for (const Feature& feature : features) {
    if (feature.value) {
      EXPECT_TRUE(std::isfinite(*feature.value)) << feature.name;
    } else {
      EXPECT_TRUE(feature.reason) << feature.name;
    }
  }
}

TEST(ExtremeIntensities, TinyAndHugeOnesGiveValuesOrReasons) {
  for (const float scale : {1e-30F, 1e-20F, 1e-8F, 1e8F, 1e27F}) {
    auto image = ball();
    for (float& value : image.volume.values) value = (value - 50) * scale;
    for (const ImageType& type : every_type) {
      SCOPED_TRACE(response_names(type).front() + " at " + std::to_string(std::log10(scale)));
      expect_values_or_reasons(extract_pyradiomics_features(image.volume, image.mask, settings_for(type)));
    }
  }
}

TEST(ExtremeIntensities, WhatIsInfiniteOutsideOfTheRegionMakesItsResponsesUndefined) {
  for (const float outside : {infinity, -infinity, std::nanf("")}) {
    auto image = ball();
    image.volume.values[image.volume.grid.offset(3, 7, 7)] = outside;
    for (const ImageType& type : every_type) {
      SCOPED_TRACE(response_names(type).front());
      expect_values_or_reasons(extract_pyradiomics_features(image.volume, image.mask, settings_for(type)));
    }
    const auto features = extract_pyradiomics_features(image.volume, image.mask, settings_for(Wavelet{}));
    EXPECT_EQ(features.front().reason, UndefinedReason::intensities_not_finite);
  }
}

TEST(ExtremeIntensities, InfiniteOnesInsideAreRefused) {
  auto image = ball();
  image.volume.values[image.volume.grid.offset(7, 7, 7)] = infinity;
  try {
    extract_pyradiomics_features(image.volume, image.mask, settings_for(Original{}));
    FAIL();
  } catch (const RejectedInput& error) {
    EXPECT_EQ(error.reason(), RejectionReason::intensities_not_finite);
  }
}

TEST(ExtremeIntensities, TooManyGreyLevelsCostTheTexturesOfThatMapAlone) {
  auto image = tests::random_image({14, 14, 14}, 2, 1.0, 5);
  for (std::size_t i = 0; i < image.volume.values.size(); ++i) image.volume.values[i] = static_cast<float>(i);
  PyRadiomicsSettings settings = settings_for(Original{});
  settings.feature_classes.emplace_back("shape");
  settings.bin_width = 0.1;
  settings.image_types = {Original{}, Gradient{}};
  int shapes = 0;
  for (const Feature& feature : extract_pyradiomics_features(image.volume, image.mask, settings)) {
    if (feature.name.starts_with("original_gl")) {
      EXPECT_EQ(feature.reason, UndefinedReason::too_many_grey_levels) << feature.name;
      EXPECT_FALSE(feature.value) << feature.name;
    } else {
      EXPECT_TRUE(feature.value) << feature.name;
    }
    shapes += feature.name.starts_with("original_shape") ? 1 : 0;
  }
  EXPECT_EQ(shapes, 14);
}

}  // namespace
}  // namespace glisson::engine
