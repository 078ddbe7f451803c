#include "dicom/report/report_codes.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "dicom/report/decimal_string.hpp"
#include "dicom/report/ibsi_codes.hpp"
#include "tests/support/reference_data.hpp"

namespace glisson::dicom {
namespace {

engine::Feature feature(const std::string& image, const std::string& family, const std::string& name) {
  return {image + "_" + family + "_" + name, 1.0, {}, &engine::feature_definition(family, name)};
}

TEST(IbsiCodes, AreThoseThatDicomAdopted) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  std::ifstream file(data / "reference/ibsi/dicom_codes.csv");
  std::string line;
  std::getline(file, line);
  int count = 0;
  while (std::getline(file, line)) {
    const auto first = line.find(',');
    const auto second = line.find(',', first + 1);
    const auto found = ibsi_concept(line.substr(0, first));
    ASSERT_TRUE(found) << line;
    EXPECT_EQ(found->meaning, line.substr(first + 1, second - first - 1));
    ++count;
  }
  EXPECT_EQ(count, 147);
}

TEST(IbsiCodes, HoldNoIntensityStatistics) {
  EXPECT_FALSE(ibsi_concept("Q4LE"));  // Mean.
  EXPECT_FALSE(ibsi_concept(""));
  EXPECT_FALSE(ibsi_concept("ZZZZ"));
  EXPECT_TRUE(ibsi_concept("QCFX"));
}

TEST(FeatureCode, TakesTheQuantityOfTheModality) {
  const auto mean = feature("original", "firstorder", "Mean");
  EXPECT_EQ(codes::feature_code(mean, "CT", "[hnsf'U]").name.value, "110850");
  EXPECT_EQ(codes::feature_code(mean, "CT", "[hnsf'U]").unit.value, "[hnsf'U]");
  EXPECT_EQ(codes::feature_code(mean, "MR", "1").name.value, "110852");
  EXPECT_EQ(codes::feature_code(mean, "MR", "1").unit.value, "1");
  EXPECT_EQ(codes::feature_code(mean, "PT", "Bq/ml").name.scheme, "99GLISSON");
}

TEST(FeatureCode, OfAFilteredImageIsPrivate) {
  const auto code = codes::feature_code(feature("wavelet-LLH", "shape", "Sphericity"), "CT", "[hnsf'U]");
  EXPECT_EQ(code.name.scheme, "99GLISSON");
  EXPECT_EQ(code.name.meaning, "wavelet-LLH_shape_Sphericity");
}

engine::Feature ibsi_feature(const std::string& name, const std::string& family, const std::string& of) {
  return {name, 1.0, {}, &engine::feature_definition(family, of)};
}

TEST(FeatureCode, OfIbsiIsThatOfItsDefinition) {
  const auto volume = codes::feature_code(ibsi_feature("morph_volume", "morph", "volume"), "CT", "[hnsf'U]");
  EXPECT_EQ(volume.name.value, "RNU0");
  EXPECT_EQ(volume.unit.value, "mm3");
  const auto mean = codes::feature_code(ibsi_feature("stat_mean", "stat", "mean"), "CT", "[hnsf'U]");
  EXPECT_EQ(mean.name.value, "110850");
  ASSERT_TRUE(mean.derivation);
  EXPECT_EQ(mean.derivation->value, "373098007");
  const auto kurtosis = codes::feature_code(ibsi_feature("stat_kurt", "stat", "kurt"), "CT", "[hnsf'U]");
  EXPECT_EQ(kurtosis.name.scheme, "99GLISSON");
}

TEST(FeatureCode, OfIbsiAggregationsAndFiltersIsPrivate) {
  for (const char* name : {"cm_contrast_3D_avg", "cm_contrast_3D_comb", "log-1.5mm_cm_contrast_3D_avg"}) {
    EXPECT_EQ(codes::feature_code(ibsi_feature(name, "cm", "contrast"), "CT", "1").name.scheme, "99GLISSON")
        << name;
  }
  EXPECT_EQ(codes::feature_code(ibsi_feature("log_stat_mean", "stat", "mean"), "CT", "1").name.scheme,
            "99GLISSON");
}

TEST(FeatureCode, TellsAllIbsiFeaturesApart) {
  std::set<std::string> seen;
  std::size_t features = 0;
  for (const auto& definition : engine::ibsi_feature_catalogue()) {
    // The levels of an IVH bear the name of its intensities.
    if (definition.name.ends_with("_level")) continue;
    const std::string name = definition.family + "_" + definition.name;
    const auto code =
        codes::feature_code(ibsi_feature(name, definition.family, definition.name), "CT", "[hnsf'U]");
    const auto key = code.name.value + "/" + (code.derivation ? code.derivation->value : "");
    EXPECT_TRUE(seen.insert(key).second) << name;
    ++features;
  }
  EXPECT_EQ(seen.size(), features);
}

TEST(FeatureCode, TellsAllFeaturesApartAndFitsItsVr) {
  std::set<std::string> seen;
  for (const auto& definition : engine::feature_catalogue()) {
    const auto code =
        codes::feature_code(feature("original", definition.family, definition.name), "CT", "[hnsf'U]");
    EXPECT_LE(code.name.value.size(), 16U);
    EXPECT_LE(code.name.meaning.size(), 64U);
    EXPECT_LE(code.unit.value.size(), 16U);
    const auto key = code.name.value + "/" + (code.derivation ? code.derivation->value : "");
    EXPECT_TRUE(seen.insert(key).second) << definition.family << " " << definition.name;
  }
  EXPECT_EQ(seen.size(), engine::feature_catalogue().size());
}

TEST(PrivateConcept, DependsOnPrefixAndNameOnly) {
  EXPECT_EQ(codes::private_concept('F', "a", "x").value, codes::private_concept('F', "a", "y").value);
  EXPECT_NE(codes::private_concept('F', "a", "x").value, codes::private_concept('F', "b", "x").value);
  EXPECT_NE(codes::private_concept('F', "a", "x").value, codes::private_concept('S', "a", "x").value);
  // Codes that reports were sent with must never change their meaning.
  EXPECT_EQ(codes::private_concept('F', "original_firstorder_Kurtosis", "").value, "F02747a6c0d41512");
}

TEST(DecimalString, HasAtMostSixteenCharactersAndReadsBack) {
  for (const double value :
       {0.0, 1.0, -1.0, 0.1, 1.0 / 3, -1.0 / 3, 1e308, -1e308, 1e-300, -1e-300, 123456789.123456789,
        -0.000012345678901234, 1.7976931348623157e308, -1.7976931348623157e308, 5e-324,
        2.2250738585072011e-308, 1e15, 1e16, 123456789012345678.0}) {
    const auto text = decimal_string(value);
    EXPECT_LE(text.size(), 16U) << text;
    EXPECT_EQ(text.find_first_not_of("0123456789+-.eE"), std::string::npos) << text;
    EXPECT_NEAR(std::strtod(text.c_str(), nullptr), value, std::abs(value) * 1e-4) << text;
  }
  EXPECT_EQ(decimal_string(0.71), "0.71");
  EXPECT_EQ(decimal_string(23.4), "23.4");
  EXPECT_THROW(decimal_string(std::numeric_limits<double>::quiet_NaN()), std::logic_error);
  EXPECT_THROW(decimal_string(std::numeric_limits<double>::infinity()), std::logic_error);
}

}  // namespace
}  // namespace glisson::dicom
