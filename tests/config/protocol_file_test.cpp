#include "config/protocol_file.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "engine/digest.hpp"
#include "engine/errors.hpp"

namespace glisson::config {
namespace {

using engine::PyRadiomicsSettings;

const std::string valid = R"(name = "test"
version = "1.2.3"
description = "One sentence."

[image]
bin_width = 10

[features]
classes = ["shape", "glcm"]
)";

std::string replaced(const std::string& from, const std::string& to) {
  std::string text = valid;
  const std::size_t position = text.find(from);
  EXPECT_NE(position, std::string::npos) << from;
  return text.replace(position, from.size(), to);
}

void expect_refused(const std::string& toml, const std::string& place, const std::string& what) {
  try {
    parse_protocol(toml, "p.toml");
    ADD_FAILURE() << "accepted:\n" << toml;
  } catch (const RejectedInput& rejected) {
    EXPECT_EQ(rejected.reason(), RejectionReason::invalid_protocol);
    EXPECT_TRUE(std::string(rejected.what()).starts_with(place)) << rejected.what();
    EXPECT_NE(std::string(rejected.what()).find(what), std::string::npos) << rejected.what();
  }
}

TEST(ProtocolFile, GivesItsSettingsAndItsDigest) {
  const auto protocol = parse_protocol(valid, "p.toml");
  EXPECT_EQ(protocol.name, "test");
  EXPECT_EQ(protocol.version, "1.2.3");
  EXPECT_EQ(protocol.description, "One sentence.");
  const auto& settings = std::get<PyRadiomicsSettings>(protocol.settings);
  EXPECT_EQ(settings.bin_width, 10);
  EXPECT_FALSE(settings.resampled_pixel_spacing);
  EXPECT_TRUE(protocol.derived_regions.empty());
  EXPECT_EQ(settings.feature_classes, (std::vector<std::string>{"shape", "glcm"}));
  EXPECT_EQ(protocol.digest, to_hex(sha256(valid)));
}

TEST(ProtocolFile, EveryByteCountsInTheDigest) {
  EXPECT_NE(parse_protocol(valid, "p").digest, parse_protocol(valid + "# note\n", "p").digest);
}

TEST(ProtocolFile, ReadsResampling) {
  const auto protocol =
      parse_protocol(replaced("bin_width = 10\n",
                              "bin_width = 10\nresampled_pixel_spacing = [1, 1, 2.5]\npad_distance = 8\n"),
                     "p");
  const auto& settings = std::get<PyRadiomicsSettings>(protocol.settings);
  EXPECT_EQ(settings.resampled_pixel_spacing, (std::array<double, 3>{1, 1, 2.5}));
  EXPECT_EQ(settings.pad_distance, 8);
}

TEST(ProtocolFile, RefusesUnknownKeysWithTheirLine) {
  expect_refused(replaced("bin_width = 10", "bin_width = 10\nbin_widht = 10"), "p.toml:7:", "bin_widht");
  expect_refused(replaced("[image]", "colour = \"red\"\n[image]"), "p.toml:5:", "colour");
  expect_refused(valid + "wavelets = true\n", "p.toml:10:", "wavelets");
}

TEST(ProtocolFile, TakesABinWidthOrABinCount) {
  const auto protocol = parse_protocol(replaced("bin_width = 10", "bin_count = 32"), "p.toml");
  EXPECT_EQ(std::get<PyRadiomicsSettings>(protocol.settings).bin_count, 32);
  EXPECT_FALSE(std::get<PyRadiomicsSettings>(parse_protocol(valid, "p.toml").settings).bin_count);
  expect_refused(replaced("bin_width = 10", "bin_width = 10\nbin_count = 32"),
                 "p.toml:7:", "contradicts bin_width");
  expect_refused(replaced("bin_width = 10", "bin_count = 0"), "p.toml:6:", "from 1 to 1024");
  expect_refused(replaced("bin_width = 10", "bin_count = 8.5"), "p.toml:6:", "bin_count");
}

TEST(ProtocolFile, ReadsTheNormOfDistanceWeighting) {
  const auto norm_of = [](const std::string& line) {
    return std::get<PyRadiomicsSettings>(parse_protocol(valid + line, "p").settings).weighting_norm;
  };
  EXPECT_FALSE(norm_of(""));
  EXPECT_EQ(norm_of("weighting_norm = \"manhattan\"\n"), engine::WeightingNorm::manhattan);
  EXPECT_EQ(norm_of("weighting_norm = \"no_weighting\"\n"), engine::WeightingNorm::no_weighting);
  expect_refused(valid + "weighting_norm = \"chebyshev\"\n", "p.toml:10:", "one of");
  expect_refused(replaced("\"glcm\"]", "\"gldm\"]\nweighting_norm = \"euclidean\""),
                 "p.toml:10:", "contradicts classes");
}

TEST(ProtocolFile, RefusesFiltersOfWhichNothingIsComputed) {
  expect_refused(
      "name = \"test\"\nversion = \"1.2.3\"\ndescription = \"d\"\n[image]\nbin_width = 10\n"
      "[image_types]\ntypes = [\"wavelet\"]\n[features]\nclasses = [\"shape\"]\n",
      "p.toml:7:", "contradict the classes");
}

TEST(ProtocolFile, RefusesAbsurdValuesWithTheirLine) {
  expect_refused(replaced("bin_width = 10", "bin_width = 0"), "p.toml:6:", "bin_width");
  expect_refused(replaced("bin_width = 10", "bin_width = -25"), "p.toml:6:", "bin_width");
  expect_refused(replaced("bin_width = 10", "bin_width = 1e9"), "p.toml:6:", "bin_width");
  expect_refused(replaced("bin_width = 10", "bin_width = nan"), "p.toml:6:", "bin_width");
  expect_refused(replaced("bin_width = 10", "bin_width = 10\nresampled_pixel_spacing = [1, 1, 0.001]"),
                 "p.toml:7:", "0.1 to 20");
  expect_refused(replaced("bin_width = 10", "bin_width = 10\nresampled_pixel_spacing = [1, 1]"),
                 "p.toml:7:", "three numbers");
}

TEST(ProtocolFile, RefusesWrongTypesWithTheirLine) {
  expect_refused(replaced("bin_width = 10", "bin_width = \"10\""), "p.toml:6:", "bin_width");
  expect_refused(replaced("classes = [\"shape\", \"glcm\"]", "classes = \"shape\""), "p.toml:9:", "classes");
  expect_refused(replaced("name = \"test\"", "name = 3"), "p.toml:1:", "name");
}

TEST(ProtocolFile, RefusesContradictions) {
  expect_refused(replaced("bin_width = 10", "bin_width = 10\npad_distance = 5"), "p.toml:7:", "pad_distance");
  expect_refused(replaced("\"glcm\"", "\"shape\""), "p.toml:9:", "twice");
  expect_refused(replaced("\"shape\", \"glcm\"", ""), "p.toml:9:", "classes");
  expect_refused(replaced("\"glcm\"", "\"gclm\""), "p.toml:9:", "gclm");
  expect_refused(
      replaced("bin_width = 10", "bin_width = 10\nresampled_pixel_spacing = [1, 1, 1]\npad_distance = -1"),
      "p.toml:8:", "pad_distance");
}

TEST(ProtocolFile, RefusesNamesAndVersionsThatCannotBeCited) {
  expect_refused(replaced("\"test\"", "\"My Protocol\""), "p.toml:1:", "name");
  expect_refused(replaced("\"test\"", "\"../test\""), "p.toml:1:", "name");
  expect_refused(replaced("\"1.2.3\"", "\"latest\""), "p.toml:2:", "version");
}

TEST(ProtocolFile, RefusesWhatIsMissing) {
  expect_refused(replaced("bin_width = 10\n", ""), "p.toml:5:", "needs bin_width or bin_count");
  expect_refused(replaced("version = \"1.2.3\"\n", ""), "p.toml:", "version is missing");
  expect_refused("", "p.toml:", "missing");
}

TEST(ProtocolFile, RefusesWhatIsNoToml) { expect_refused("name = \"x\"\n= 3\n", "p.toml:2:", ""); }

TEST(ProtocolFile, MayNameItsConvention) {
  const auto protocol = parse_protocol("convention = \"pyradiomics\"\n" + valid, "p");
  EXPECT_TRUE(std::holds_alternative<PyRadiomicsSettings>(protocol.settings));
  expect_refused("convention = \"pyradiomic\"\n" + valid, "p.toml:1:", "convention must be");
  expect_refused("convention = 3\n" + valid, "p.toml:1:", "convention must be text");
}

TEST(ProtocolFile, ReadsDerivedRegions) {
  const auto protocol = parse_protocol(valid + R"([regions]
peritumoral_ring = [3, 5, 10]
inner_rim = [2.5]
tumour_with_ring = [3]
necrotic_core = { below = 20, parts = "all" }
largest_lesion = true
all_lesions = false
)",
                                       "p");
  EXPECT_EQ(protocol.derived_regions,
            (std::vector<engine::RegionDerivation>{
                engine::PeritumoralRing{3}, engine::PeritumoralRing{5}, engine::PeritumoralRing{10},
                engine::InnerRim{2.5}, engine::TumourWithRing{3},
                engine::NecroticCore{20, engine::CoreParts::all}, engine::LargestLesion{}}));
}

TEST(ProtocolFile, RefusesDerivedRegionsThatAreNone) {
  const auto refused = [](const std::string& line, const std::string& what) {
    expect_refused(valid + "[regions]\n" + line + "\n", "p.toml:11:", what);
  };
  refused("peritumoral_ring = [3, 3]", "stands twice");
  refused("peritumoral_ring = [0]", "0.1 to 100 mm");
  refused("peritumoral_ring = []", "up to 20 widths");
  refused("peritumoral_ring = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21]", "up to 20 widths");
  refused("peritumoral_ring = 3", "an array");
  refused("inner_rim = [1000]", "0.1 to 100 mm");
  refused("ring = [3]", "unknown key \"ring\" in [regions]; known are peritumoral_ring");
  refused("necrotic_core = { below = 20 }", "must state below and parts");
  refused("necrotic_core = { below = 20, parts = \"some\" }", "one of largest, all");
  refused("necrotic_core = { below = 20, parts = \"all\", above = 3 }", "unknown key \"above\"");
  refused("all_lesions = 1", "true or false");
}

TEST(ShippedProtocols, AreReadableAndNamedAsTheirFiles) {
  const auto protocols = load_protocols("/nonexistent");
  ASSERT_GE(protocols.size(), 2U);
  const auto native = std::get<PyRadiomicsSettings>(find_protocol("pyradiomics-native", {}).settings);
  EXPECT_EQ(native.bin_width, 25);
  EXPECT_EQ(native.feature_classes.size(), 7U);
  EXPECT_FALSE(native.resampled_pixel_spacing);
  const auto resampled = std::get<PyRadiomicsSettings>(find_protocol("pyradiomics-1mm", {}).settings);
  EXPECT_EQ(resampled.resampled_pixel_spacing, (std::array<double, 3>{1, 1, 1}));
}

TEST(ShippedProtocols, AreNamedWhereAProtocolIsUnknown) {
  try {
    find_protocol("pyradiomics", {});
    FAIL();
  } catch (const RejectedInput& rejected) {
    EXPECT_EQ(rejected.reason(), RejectionReason::unknown_protocol);
    EXPECT_NE(std::string(rejected.what()).find("pyradiomics-native"), std::string::npos);
  }
}

class ProtocolFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "glisson-protocols-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name) << content;
  }
  std::filesystem::path folder_;
};

TEST_F(ProtocolFolder, AddsToTheShippedProtocols) {
  write("mine.toml", valid);
  write("notes.txt", "not a protocol");
  EXPECT_EQ(load_protocols(folder_).size(), load_protocols({}).size() + 1);
  EXPECT_EQ(find_protocol("test", folder_).version, "1.2.3");
}

TEST_F(ProtocolFolder, MayNotChangeAShippedProtocol) {
  write("mine.toml", replaced("\"test\"", "\"pyradiomics-native\""));
  EXPECT_THROW(load_protocols(folder_), RejectedInput);
}

TEST_F(ProtocolFolder, NamesTheFileThatIsWrong) {
  write("broken.toml", replaced("bin_width = 10", "bin_width = 0"));
  try {
    load_protocols(folder_);
    FAIL();
  } catch (const RejectedInput& rejected) {
    EXPECT_NE(std::string(rejected.what()).find("broken.toml:6:"), std::string::npos) << rejected.what();
  }
}

TEST_F(ProtocolFolder, BreaksNoProtocolThatShips) {
  write("broken.toml", "bin_width = 0");
  EXPECT_EQ(find_protocol("ibsi-a", folder_).name, "ibsi-a");
  EXPECT_THROW(find_protocol("test", folder_), RejectedInput);
}

}  // namespace
}  // namespace glisson::config
