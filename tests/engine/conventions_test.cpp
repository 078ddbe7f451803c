// A feature of PyRadiomics that bears an IBSI code has the value of IBSI's feature: the same region under
// both conventions, with the same grey levels.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "engine/extraction.hpp"
#include "tests/support/small_region.hpp"

namespace glisson::engine {
namespace {

// Textures averaged over directions; families without directions.
bool is_of_the_volume(const Feature& feature) {
  const std::string plain = feature.definition->family + "_" + feature.definition->name;
  return feature.name == plain || feature.name == plain + "_3D_avg" || feature.name == plain + "_3D";
}

std::map<std::string, const Feature*> by_code(const FeatureVector& features) {
  std::map<std::string, const Feature*> result;
  for (const Feature& feature : features) {
    if (is_of_the_volume(feature)) result.emplace(feature.definition->ibsi_code, &feature);
  }
  return result;
}

// Both conventions have levels from 1 on where intensities are whole numbers from 1 on and bins are of
// width 1.
ExtractionProtocol protocol_of(auto settings) {
  ExtractionProtocol protocol;
  protocol.settings = std::move(settings);
  return protocol;
}

TEST(Conventions, GiveOneValueUnderOneCode) {
  auto image = tests::random_image({9, 8, 7}, 6, 0.9, 17);
  for (float& value : image.volume.values) value = value < 1 ? 1 : std::floor(value);
  PyRadiomicsSettings pyradiomics;
  pyradiomics.bin_width = 1;
  pyradiomics.feature_classes.assign(feature_classes().begin(), feature_classes().end());
  IbsiExtraction ibsi;
  ibsi.processing.discretisation = FixedBinSize{1};
  const auto ours = extract_features(image.volume, image.mask, protocol_of(pyradiomics));
  const auto theirs = extract_features(image.volume, image.mask, protocol_of(ibsi));
  const auto reference = by_code(theirs);
  std::set<std::string> compared;
  for (const Feature& feature : ours) {
    const std::string& code = feature.definition->ibsi_code;
    if (code.empty()) continue;
    ASSERT_TRUE(reference.contains(code)) << feature.name << ' ' << code;
    const Feature& same = *reference.at(code);
    ASSERT_TRUE(feature.value && same.value) << feature.name;
    EXPECT_NEAR(*feature.value, *same.value, 1e-6 * std::max(1.0, std::abs(*same.value)))
        << feature.name << ' ' << same.name << ' ' << code;
    compared.insert(feature.definition->family);
  }
  EXPECT_EQ(compared.size(), feature_classes().size());
}

}  // namespace
}  // namespace glisson::engine
