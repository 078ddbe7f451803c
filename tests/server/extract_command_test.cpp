#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/command.hpp"
#include "tests/support/reference_data.hpp"
#include "tests/support/synthetic_dicom.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::server {
namespace {

using tests::run_glisson;

std::map<std::string, std::string> csv_values(const std::string& text, const std::string& prefix) {
  std::map<std::string, std::string> values;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    if (!line.starts_with(prefix)) continue;
    const auto comma = line.find(',', prefix.size());
    values[line.substr(prefix.size(), comma - prefix.size())] =
        line.substr(comma + 1, line.find(',', comma + 1) - comma - 1);
  }
  return values;
}

/// A folder with two synthetic series, one segmentation of the first, and a text file.
class ExtractCommand : public testing::Test {
 protected:
  ExtractCommand() {
    series.size = {12, 10, 8};
    series.stored_value = [](int x, int y, int z) {
      return 1024 + 7 * x * y + 31 * z + (x * 13 + y * 7) % 29;
    };
    tests::write_series(series, folder / "images/portal");
    tests::SyntheticSeries other = series;
    other.series = "2";
    tests::write_series(other, folder / "images/arterial");
    std::ofstream(folder / "images/LICENSE.txt") << "Do as you like.";
    segmentation.segments = {{1,
                              "Liver",
                              {"10200004", "SCT", "Liver"},
                              [](int x, int y, int z) { return x > 0 && y > 0 && z > 0; }},
                             {2, "Lesion", {"4147007", "SCT", "Mass"}, [](int x, int y, int z) {
                                return x > 6 && y > 5 && z > 3;
                              }}};
    tests::write_segmentation(segmentation, series, folder / "images/seg.dcm");
  }

  std::vector<std::string> arguments(std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"extract", "--images", (folder / "images").string(), "--segmentation",
                                 (folder / "images/seg.dcm").string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  tests::TemporaryFolder folder;
  tests::SyntheticSeries series;
  tests::SyntheticSegmentation segmentation;
};

TEST_F(ExtractCommand, PrintsEveryFeatureOfEverySegmentAsCsvAndNothingElse) {
  const auto result = run_glisson(arguments());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_TRUE(result.out.starts_with(
      "segment,feature,value,reason,unit,convention,protocol,version,digest\n1,original_"));
  EXPECT_NE(result.out.find(",1,pyradiomics,pyradiomics-native,1.0.0,"), std::string::npos);
  EXPECT_EQ(csv_values(result.out, "1,").size(), 107U);
  EXPECT_EQ(csv_values(result.out, "2,").size(), 107U);
}

TEST_F(ExtractCommand, TakesTheImagesThatTheSegmentationRefersTo) {
  const auto values = csv_values(run_glisson(arguments({"--segment", "2"})).out, "2,");
  // Computed here from the formula of the stored values: 5 x 4 x 4 voxels.
  double sum = 0;
  for (int z = 4; z < 8; ++z) {
    for (int y = 6; y < 10; ++y) {
      for (int x = 7; x < 12; ++x) sum += series.stored_value(x, y, z) - 1024;
    }
  }
  EXPECT_NEAR(std::stod(values.at("original_firstorder_Mean")), sum / 80, 1e-9);
  EXPECT_NEAR(std::stod(values.at("original_shape_VoxelVolume")), 80 * 0.75 * 1.5 * 4, 1e-9);
}

TEST_F(ExtractCommand, PrintsJsonWithCodesUnitsAndProtocol) {
  const auto result = run_glisson(arguments({"--segment", "2", "--format", "json"}));
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["protocol"]["name"], "pyradiomics-native");
  EXPECT_EQ(json["protocol"]["digest"].get<std::string>().size(), 64U);
  EXPECT_EQ(json["protocol"]["convention"], "pyradiomics");
  ASSERT_EQ(json["segments"].size(), 1U);
  EXPECT_EQ(json["segments"][0]["segment"], 2);
  EXPECT_EQ(json["segments"][0]["voxels"], 80);
  const auto csv = csv_values(run_glisson(arguments({"--segment", "2"})).out, "2,");
  for (const auto& feature : json["segments"][0]["features"]) {
    EXPECT_EQ(feature["value"].get<double>(), std::stod(csv.at(feature["name"]))) << feature;
    if (feature["name"] == "original_firstorder_Mean") {
      EXPECT_EQ(feature["unit"], "[hnsf'U]");
      EXPECT_EQ(feature["ibsi"], "Q4LE");
    }
  }
}

TEST_F(ExtractCommand, LeavesUndefinedFeaturesEmptyInCsvAndGivesTheirReasonInJson) {
  segmentation.segments[1].inside = [](int x, int y, int z) { return x == 5 && y == 5 && z == 5; };
  tests::write_segmentation(segmentation, series, folder / "images/seg.dcm");
  const auto csv = csv_values(run_glisson(arguments({"--segment", "2"})).out, "2,");
  const auto json = nlohmann::json::parse(run_glisson(arguments({"--segment", "2", "--format", "json"})).out);
  int undefined = 0;
  for (const auto& feature : json["segments"][0]["features"]) {
    EXPECT_EQ(feature.contains("sentinel"), !feature["value"].is_null() && feature.contains("reason"));
    if (!feature["value"].is_null()) continue;
    ++undefined;
    EXPECT_EQ(csv.at(feature["name"]), "");
    EXPECT_TRUE(feature.contains("reason")) << feature;
  }
  EXPECT_GT(undefined, 0);
}

TEST_F(ExtractCommand, MeasuresTheOtherSegmentsWhereOneIsEmpty) {
  segmentation.segments[0].inside = [](int, int, int) { return false; };
  tests::write_segmentation(segmentation, series, folder / "images/seg.dcm");
  const auto result = run_glisson(arguments());
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_NE(result.err.find("glisson: empty_region: segment 1"), std::string::npos) << result.err;
  EXPECT_TRUE(csv_values(result.out, "1,").empty());
  EXPECT_EQ(csv_values(result.out, "2,").size(), 107U);
}

TEST_F(ExtractCommand, NamesFeaturesOfDerivedRegionsAfterThem) {
  const auto result = run_glisson(arguments({"--protocol", "pyradiomics-peritumoral"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(csv_values(result.out, "1,").size(), 107U);
  EXPECT_EQ(csv_values(result.out, "2,original_").size(), 107U);
  for (const std::string ring : {"3", "5", "10"}) {
    EXPECT_EQ(csv_values(result.out, "2,peritumoral-ring-" + ring + "mm_original_").size(), 107U) << ring;
  }
  const auto json = nlohmann::json::parse(
      run_glisson(arguments({"--protocol", "pyradiomics-peritumoral", "--format", "json"})).out);
  ASSERT_EQ(json["segments"].size(), 5U);
  EXPECT_FALSE(json["segments"][1].contains("derivation"));
  EXPECT_EQ(json["segments"][2]["derivation"], "peritumoral-ring-3mm");
  EXPECT_EQ(json["segments"][2]["segment"], 2);
}

TEST_F(ExtractCommand, PrintsTheTimeOfEachStageBesideTheValues) {
  const auto result = run_glisson(arguments({"--timing"}));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, run_glisson(arguments()).out);
  for (const char* stage :
       {"reading images", "reading segmentation", "sizes", "features", "all, wall clock"}) {
    EXPECT_NE(result.err.find(std::string(stage) + " "), std::string::npos) << result.err;
  }
}

TEST_F(ExtractCommand, RefusesWhatExceedsTheMemoryBudgetAndGoesOn) {
  std::ofstream(folder / "glisson.toml") << "[analysis]\nmemory_budget = 67108864\n";
  const auto result = run_glisson(arguments({"--config", (folder / "glisson.toml").string()}));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_NE(result.err.find("too_much_memory: segment 1: the protocol needs about"), std::string::npos)
      << result.err;
}

TEST_F(ExtractCommand, CountsMissingImages) {
  for (const auto& entry : std::filesystem::directory_iterator(folder / "images/portal")) {
    std::filesystem::remove(entry.path());
    break;
  }
  const auto result = run_glisson(arguments());
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("glisson: incomplete_series: seg.dcm: incomplete: 7 of 8 images"),
            std::string::npos)
      << result.err;
}

TEST_F(ExtractCommand, NamesTheFilesThatItCannotRead) {
  const auto image = *std::filesystem::directory_iterator(folder / "images/portal");
  tests::truncate_file(image.path(), 600);
  const auto result = run_glisson(arguments());
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_NE(result.err.find("7 of 8 images; unreadable: " + image.path().filename().string()),
            std::string::npos)
      << result.err;
}

TEST_F(ExtractCommand, MeasuresOnTheWholeSeriesWhereFewImagesAreReferenced) {
  for (const char* protocol : {"pyradiomics-native", "pyradiomics-1mm"}) {
    const auto all = run_glisson(arguments({"--segment", "2", "--protocol", protocol}));
    ASSERT_EQ(all.exit_code, 0) << all.err;
    segmentation.referenced_slices = {4, 6};
    tests::write_segmentation(segmentation, series, folder / "images/seg.dcm");
    const auto few = run_glisson(arguments({"--segment", "2", "--protocol", protocol}));
    EXPECT_EQ(few.exit_code, 0) << few.err;
    EXPECT_EQ(few.out, all.out);
    segmentation.referenced_slices.clear();
    tests::write_segmentation(segmentation, series, folder / "images/seg.dcm");
  }
}

TEST_F(ExtractCommand, NamesWhatDoesNotExist) {
  const auto segment = run_glisson(arguments({"--segment", "9"}));
  EXPECT_EQ(segment.exit_code, 5);
  EXPECT_NE(segment.err.find("there are 1, 2"), std::string::npos) << segment.err;
  const auto no_number = run_glisson(arguments({"--segment", "two"}));
  EXPECT_EQ(no_number.exit_code, 2);
  EXPECT_NE(no_number.err.find("not in range 1 to 65535"), std::string::npos) << no_number.err;
  const auto protocol = run_glisson(arguments({"--protocol", "nonsense"}));
  EXPECT_EQ(protocol.exit_code, 5);
  EXPECT_NE(protocol.err.find("unknown_protocol"), std::string::npos) << protocol.err;
}

TEST_F(ExtractCommand, TellsWrongUseFromWrongData) {
  EXPECT_EQ(run_glisson({"extract"}).exit_code, 2);
  EXPECT_EQ(run_glisson({"extract", "--images", "/nowhere", "--segmentation", "/nowhere"}).exit_code, 2);
  EXPECT_EQ(run_glisson(arguments({"--format", "xml"})).exit_code, 2);
  const auto no_segmentation = run_glisson({"extract", "--images", (folder / "images").string(),
                                            "--segmentation", (folder / "images/LICENSE.txt").string()});
  EXPECT_EQ(no_segmentation.exit_code, 3);
  EXPECT_NE(no_segmentation.err.find("glisson: not_dicom: LICENSE.txt"), std::string::npos)
      << no_segmentation.err;
  const auto help = run_glisson({"extract", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_NE(help.out.find("Examples:"), std::string::npos);
}

// Oracle: PyRadiomics at native spacing on the same files. Tolerance: relative 1e-4, absolute 1e-6 near zero.
void expect_reference_values(const std::filesystem::path& data, const std::string& study, int segment) {
  const std::string number = std::to_string(segment);
  const auto folder = data / "data" / study;
  const auto result =
      run_glisson({"extract", "--images", folder.string(), "--segmentation", (folder / "seg.dcm").string(),
                   "--segment", number, "--protocol", "pyradiomics-native"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto computed = csv_values(result.out, number + ",");
  const auto expected = tests::reference_features(data / "reference/pyradiomics" /
                                                  (study + "_segment" + number + "_native.csv"));
  ASSERT_EQ(expected.size(), 107U);
  for (const auto& [name, reference] : expected) {
    const auto found = computed.find(name);
    ASSERT_NE(found, computed.end()) << name;
    EXPECT_NEAR(std::stod(found->second), reference, std::max(1e-4 * std::abs(reference), 1e-6)) << name;
  }
}

TEST(ExtractOracle, AgreesWithPyRadiomicsOnTheLiverStudy) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  for (const int segment : {1, 2, 3}) expect_reference_values(data, "liver-ct", segment);
}

TEST(ExtractOracle, AgreesWithPyRadiomicsOnTheIbsiPhantom) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  expect_reference_values(data, "ibsi-ct-phantom", 1);
}

}  // namespace
}  // namespace glisson::server
