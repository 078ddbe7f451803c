#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>

#include "engine/feature.hpp"
#include "tests/support/reference_data.hpp"

namespace glisson::engine {
namespace {

TEST(FeatureCatalogue, HoldsThe107FeaturesOfPyRadiomics) {
  std::map<std::string, int> families;
  for (const FeatureDefinition& definition : feature_catalogue()) ++families[definition.family];
  const std::map<std::string, int> expected{{"shape", 14}, {"firstorder", 18}, {"glcm", 24}, {"glrlm", 16},
                                            {"glszm", 16}, {"gldm", 14},       {"ngtdm", 5}};
  EXPECT_EQ(families, expected);
}

TEST(FeatureCatalogue, FindsEveryDefinitionByFamilyAndName) {
  for (const FeatureDefinition& definition : feature_catalogue()) {
    EXPECT_EQ(&feature_definition(definition.family, definition.name), &definition);
  }
  EXPECT_THROW(feature_definition("shape", "Mean"), std::logic_error);
  EXPECT_THROW(feature_definition("", ""), std::logic_error);
}

TEST(FeatureCatalogue, GivesNoIbsiCodeTwice) {
  std::set<std::string> codes;
  for (const FeatureDefinition& definition : feature_catalogue()) {
    if (definition.ibsi_code.empty()) continue;
    EXPECT_TRUE(codes.insert(definition.ibsi_code).second) << definition.ibsi_code;
    EXPECT_EQ(definition.ibsi_code.size(), 4U) << definition.ibsi_code;
  }
}

TEST(FeatureCatalogue, TextureAndShapeCodesAreThoseThatDicomAdopted) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  std::set<std::string> adopted;
  std::ifstream stream(data / "reference" / "ibsi" / "dicom_codes.csv");
  for (std::string line; std::getline(stream, line);) adopted.insert(line.substr(0, 4));
  ASSERT_GT(adopted.size(), 140U);
  for (const FeatureDefinition& definition : feature_catalogue()) {
    if (definition.family == "firstorder" || definition.ibsi_code.empty()) continue;
    EXPECT_TRUE(adopted.contains(definition.ibsi_code)) << definition.name << " " << definition.ibsi_code;
  }
}

TEST(IbsiFeatureCatalogue, HoldsTheFeaturesOfAllFamilies) {
  std::map<std::string, int> families;
  std::set<std::pair<std::string, std::string>> names;
  for (const FeatureDefinition& definition : ibsi_feature_catalogue()) {
    ++families[definition.family];
    EXPECT_TRUE(names.insert({definition.family, definition.name}).second) << definition.name;
    EXPECT_EQ(definition.convention, Convention::ibsi);
    EXPECT_EQ(&feature_definition(definition.family, definition.name), &definition);
  }
  const std::map<std::string, int> expected{{"morph", 29}, {"loc", 2}, {"stat", 18}, {"ih", 23},
                                            {"ivh", 10},   {"cm", 25}, {"rlm", 16},  {"szm", 16},
                                            {"dzm", 16},   {"ngt", 5}, {"ngl", 17}};
  EXPECT_EQ(families, expected);
}

TEST(IbsiFeatureCatalogue, HoldsEveryCodeThatPyRadiomicsShares) {
  std::map<std::string, const FeatureDefinition*> by_code;
  for (const FeatureDefinition& definition : ibsi_feature_catalogue())
    by_code.emplace(definition.ibsi_code, &definition);
  for (const FeatureDefinition& definition : feature_catalogue()) {
    if (definition.ibsi_code.empty()) continue;
    ASSERT_TRUE(by_code.contains(definition.ibsi_code)) << definition.name;
    const FeatureDefinition& same = *by_code[definition.ibsi_code];
    EXPECT_EQ(definition.unit, same.unit) << definition.name << " " << same.name;
    EXPECT_EQ(definition.intensity_power, same.intensity_power) << definition.name << " " << same.name;
  }
}

TEST(IbsiFeatureCatalogue, HoldsAllCodesThatDicomAdoptedAndFewOthers) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  std::set<std::string> adopted;
  std::ifstream stream(data / "reference" / "ibsi" / "dicom_codes.csv");
  std::string line;
  std::getline(stream, line);
  while (std::getline(stream, line)) adopted.insert(line.substr(0, 4));
  for (const FeatureDefinition& definition : ibsi_feature_catalogue()) {
    // DICOM expresses intensity statistics by modifiers, and has no codes for loc and ivh.
    const std::string& family = definition.family;
    if (family == "stat" || family == "loc" || family == "ivh") continue;
    EXPECT_EQ(adopted.erase(definition.ibsi_code), 1U) << family << "_" << definition.name;
  }
  EXPECT_TRUE(adopted.empty()) << *adopted.begin();
}

TEST(FeatureUnit, FollowsTheIntensitiesOfTheImage) {
  const std::string hu = "[hnsf'U]";
  EXPECT_EQ(ucum_unit(feature_definition("firstorder", "Mean"), hu), "[hnsf'U]");
  EXPECT_EQ(ucum_unit(feature_definition("firstorder", "Variance"), hu), "[hnsf'U]2");
  EXPECT_EQ(ucum_unit(feature_definition("firstorder", "TotalEnergy"), hu), "mm3.[hnsf'U]2");
  EXPECT_EQ(ucum_unit(feature_definition("firstorder", "Variance"), "Bq/ml"), "(Bq/ml)2");
}

TEST(FeatureUnit, IsTheCataloguesWhereIntensitiesHaveNone) {
  EXPECT_EQ(ucum_unit(feature_definition("firstorder", "Mean"), "1"), "1");
  EXPECT_EQ(ucum_unit(feature_definition("firstorder", "TotalEnergy"), "1"), "mm3");
  EXPECT_EQ(ucum_unit(feature_definition("shape", "MeshVolume"), "[hnsf'U]"), "mm3");
}

}  // namespace
}  // namespace glisson::engine
