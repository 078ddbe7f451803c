// Reads reports back from their bytes and checks the content tree (PS3.16 TID 1500).
#include "dicom/report/measurement_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "dicom/report/report_codes.hpp"
#include "tests/support/report_example.hpp"
#include "tests/support/report_reader.hpp"

namespace glisson::dicom {
namespace {

using tests::ReadItem;
using tests::ReadReport;
using tests::ReportExample;

constexpr std::array every_iod{ReportIod::comprehensive_3d, ReportIod::comprehensive, ReportIod::enhanced};

ReadReport read_back(const ReportExample& example, ReportIod iod = ReportIod::comprehensive_3d) {
  return ReadReport(encode_report(example.report, iod, "test").part10);
}

std::vector<const ReadItem*> groups(const ReadReport& report) {
  return report.root.child("126010").all("125007");
}

/// The group of the measurements of a segment: the one with its volume.
const ReadItem& region_group(const ReadReport& report, const std::string& segment) {
  for (const auto* group : groups(report)) {
    if (group->child("121191").segments == segment && group->has_child("118565006")) return *group;
  }
  throw std::runtime_error("no group of segment " + segment);
}

/// The only NUM whose concept has this meaning.
const ReadItem& score(const ReadReport& report, const std::string& meaning) {
  for (const auto* group : groups(report)) {
    for (const auto& item : group->children) {
      if (item.type == "NUM" && item.meaning == meaning) return item;
    }
  }
  throw std::runtime_error("no score " + meaning);
}

std::vector<std::string> values(const std::vector<const ReadItem*>& items) {
  std::vector<std::string> found;
  for (const auto* item : items) found.push_back(item->value);
  return found;
}

/// The only group with this finding.
const ReadItem& group_of_finding(const ReadReport& report, const std::string& meaning) {
  for (const auto* group : groups(report)) {
    if (group->has_child("121071") && group->child("121071").value_meaning == meaning) return *group;
  }
  throw std::runtime_error("no group of finding " + meaning);
}

TEST(MeasurementReport, NamesDerivedRegionsAsFindingsOfTheirOwn) {
  ReportExample example;
  example.add_derived_regions();
  for (const auto iod : every_iod) {
    const auto report = read_back(example, iod);
    const auto& ring = group_of_finding(report, "Peritumoral ring of 3 mm");
    EXPECT_EQ(ring.child("112039").value, "Lesion 1, Peritumoral ring of 3 mm");
    EXPECT_EQ(ring.child("112040").value, "2.25.4711");
    EXPECT_EQ(ring.child("121191").segments, "2");
    EXPECT_EQ(ring.child("276214006").value_meaning, "Spatial and Relational Concept");
    EXPECT_EQ(ring.child("118565006").value, "2.345");
    EXPECT_FALSE(ring.has_child("103339001")) << "a ring has no long axis";
    EXPECT_EQ(group_of_finding(report, "All lesions").child("121191").segments, "2\\3");
    EXPECT_THAT(group_of_finding(report, "Necrotic core below 20, largest part").child("reason").value,
                testing::StartsWith("nothing_below_threshold"));
  }
}

TEST(MeasurementReport, SaysItsLanguageObserverAndProcedure) {
  const ReportExample example;
  for (const auto iod : every_iod) {
    const auto report = read_back(example, iod);
    EXPECT_EQ(report.root.name, "126000");
    EXPECT_EQ(report.root.child("121049").value, "en-US");
    EXPECT_EQ(report.root.child("121049").value_meaning, "English (United States)");
    EXPECT_EQ(report.root.child("121005").value, "121007");
    EXPECT_EQ(report.root.child("121012").value, "2.25.99");
    EXPECT_EQ(report.root.child("121013").value, "Glisson");
    EXPECT_EQ(report.root.child("121016").value, "G-1");
    EXPECT_EQ(report.root.child("121058").value, "25045-6");
  }
}

TEST(MeasurementReport, BeginsWithTheSummaryAsItsFirstContainedText) {
  const ReportExample example;
  const auto report = read_back(example);
  const auto first = std::find_if(report.root.children.begin(), report.root.children.end(),
                                  [](const ReadItem& item) { return item.relationship == "CONTAINS"; });
  ASSERT_NE(first, report.root.children.end());
  EXPECT_EQ(first->type, "TEXT");
  std::string text = first->value;
  text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
  EXPECT_EQ(text, report_summary(example.report));
}

TEST(MeasurementReport, ListsEveryImageInTheLibrary) {
  const ReportExample example;
  for (const auto iod : every_iod) {
    const auto report = read_back(example, iod);
    const auto& group = report.root.child("111028").child("126200");
    EXPECT_EQ(group.child("121139").value, "CT");
    EXPECT_EQ(group.child("112227").value, "1.2.826.0.1.3680043.9.1.4");
    EXPECT_EQ(group.child("111026").value, "0.75");
    EXPECT_EQ(group.child("111066").value, "0.8");
    EXPECT_EQ(group.child("112226").value, "5");
    EXPECT_EQ(group.child("112225").value, "5");
    EXPECT_THAT(values(group.all("")),
                testing::ElementsAre("1.2.826.0.1.3680043.9.1.2.1", "1.2.826.0.1.3680043.9.1.2.2",
                                     "1.2.826.0.1.3680043.9.1.2.3"));
  }
}

TEST(MeasurementReport, DescribesALesionByItsSegment) {
  const ReportExample example;
  const auto report = read_back(example);
  const auto& lesion = region_group(report, "2");
  EXPECT_EQ(lesion.child("112039").value, "Lesion 1");
  EXPECT_EQ(lesion.child("112040").value, "2.25.102");
  EXPECT_EQ(lesion.child("276214006").value, "49755003");
  EXPECT_EQ(lesion.child("121071").value, "4147007");
  EXPECT_EQ(lesion.child("121071").value_meaning, "Mass");
  EXPECT_EQ(lesion.child("121191").value, "1.2.826.0.1.3680043.9.1.3.1");
  EXPECT_EQ(lesion.child("121232").value, "1.2.826.0.1.3680043.9.1.2");
  EXPECT_EQ(lesion.child("363698007").value, "10200004");
  EXPECT_EQ(lesion.child("118565006").value, "5.149");
  EXPECT_EQ(lesion.child("118565006").unit, "ml");
  EXPECT_EQ(lesion.child("103339001").value, "23.4");
  EXPECT_EQ(lesion.child("103339001").unit, "mm");
  EXPECT_EQ(lesion.child("103340004").value, "17.6");
}

TEST(MeasurementReport, GivesAnOrganNoDiameters) {
  const ReportExample example;
  const auto report = read_back(example);
  const auto& liver = region_group(report, "1");
  EXPECT_EQ(liver.child("118565006").value, "1543.21");
  EXPECT_FALSE(liver.has_child("103339001"));
}

TEST(MeasurementReport, DrawsTheLongAxisInComprehensive3dOnly) {
  const ReportExample example;
  const auto with_lines = read_back(example, ReportIod::comprehensive_3d);
  EXPECT_EQ(region_group(with_lines, "2").child("103339001").child("121055").value, "POLYLINE");
  for (const auto iod : {ReportIod::comprehensive, ReportIod::enhanced}) {
    EXPECT_TRUE(read_back(example, iod).root.all("121055").empty());
  }
}

TEST(MeasurementReport, MakesUpATrackingForARegionWithoutOne) {
  ReportExample example;
  example.report.regions[1].tracking_id.clear();
  example.report.regions[1].tracking_uid = "no uid";
  const auto report = read_back(example);
  const auto& lesion = region_group(report, "2");
  EXPECT_EQ(lesion.child("112039").value, "Segment 2");
  EXPECT_TRUE(is_valid_uid(lesion.child("112040").value));
  EXPECT_NE(lesion.child("112040").value, region_group(report, "1").child("112040").value);
}

TEST(MeasurementReport, CarriesTheFeaturesThatItsModelsTakeIn) {
  const ReportExample example;
  const auto report = read_back(example);
  const auto& lesion = region_group(report, "2");
  EXPECT_EQ(lesion.child("QCFX").scheme, "IBSI");
  EXPECT_EQ(lesion.child("QCFX").value, "0.71");
  const auto& mean = lesion.child("110850");
  EXPECT_EQ(mean.value, "61.5");
  EXPECT_EQ(mean.unit, "[hnsf'U]");
  EXPECT_EQ(mean.child("121401").value, "373098007");
  EXPECT_FALSE(lesion.has_child(codes::private_concept('F', "original_firstorder_Kurtosis", "").value));
}

TEST(MeasurementReport, CarriesEveryFeatureWhereAsked) {
  ReportExample example;
  example.report.all_features = true;
  const auto report = read_back(example);
  const auto& kurtosis =
      region_group(report, "2").child(codes::private_concept('F', "original_firstorder_Kurtosis", "").value);
  EXPECT_EQ(kurtosis.scheme, "99GLISSON");
  EXPECT_EQ(kurtosis.meaning, "original_firstorder_Kurtosis");
  EXPECT_EQ(kurtosis.value, "2.75");
}

TEST(MeasurementReport, SaysWhyAFeatureHasNoValue) {
  ReportExample example;
  auto& sphericity = example.report.regions[1].features.back();
  sphericity.value.reset();
  sphericity.reason = engine::UndefinedReason::empty_mesh;
  const auto report = read_back(example);
  const auto& lesion = region_group(report, "2");
  EXPECT_FALSE(lesion.has_child("QCFX"));
  EXPECT_EQ(lesion.child("reason").value, "original_shape_Sphericity: the region is too thin for a surface");
  EXPECT_EQ(report.attribute("CompletionFlag"), "PARTIAL");
}

TEST(MeasurementReport, KeepsASentinelWithItsCaution) {
  ReportExample example;
  auto& sphericity = example.report.regions[1].features.back();
  sphericity.reason = engine::UndefinedReason::division_by_zero;
  const auto report = read_back(example);
  const auto& number = region_group(report, "2").child("QCFX");
  EXPECT_EQ(number.value, "0.71");
  EXPECT_EQ(number.child("caution").value, "the formula divides by zero for this region");
}

TEST(MeasurementReport, CautionsAboutTheAxesOfSeparateParts) {
  ReportExample example;
  EXPECT_TRUE(region_group(read_back(example), "2").child("103339001").all("caution").empty());
  example.report.regions[1].size.parts = 3;
  const auto report = read_back(example);
  EXPECT_THAT(region_group(report, "2").child("103339001").child("caution").value,
              testing::HasSubstr("3 separate parts"));
  EXPECT_THAT(report_summary(example.report), testing::HasSubstr("volume 5.1 ml; drawn in 3 separate parts"));
}

TEST(MeasurementReport, CautionsAboutANumberAtTheCutOff) {
  ReportExample example;
  auto& assessment = example.report.assessments[0];
  EXPECT_TRUE(read_back(example).root.all("caution").empty());
  assessment.at_cut_off = true;
  assessment.category->wording = "At the cut-off between \"a\" and \"b\"";
  const auto report = read_back(example);
  ASSERT_EQ(report.root.all("caution").size(), 1U);
  EXPECT_EQ(report.root.all("caution").front()->value, assessment.category->wording);
}

TEST(MeasurementReport, SaysWhyARegionWasNotMeasured) {
  ReportExample example;
  example.report.regions[2].size = {};
  example.report.regions[2].features.clear();
  example.report.regions[2].not_measured = "the mask is empty";
  const auto report = read_back(example);
  for (const auto* group : groups(report)) {
    if (group->child("121191").segments == "3") {
      EXPECT_EQ(group->child("reason").value, "the mask is empty");
    }
  }
  EXPECT_THAT(values(report.root.child("C0034375").all("reason")),
              testing::Contains("Lesion 2 (segment 3): no features: the mask is empty"));
}

TEST(MeasurementReport, InfersAScoreFromItsInputsByValue) {
  const ReportExample example;
  for (const auto iod : every_iod) {
    const auto report = read_back(example, iod);
    const auto& number = score(report, "Tumour burden score");
    EXPECT_EQ(number.value, "3.08");
    EXPECT_EQ(number.scheme, "99GLISSON");
    EXPECT_EQ(number.child("111001").value, "Tumour burden score");
    EXPECT_EQ(number.child("111003").value, "1.0.0");
    EXPECT_EQ(number.child("111000").value, "euclidean");
    EXPECT_EQ(number.child("122405").value, "Glisson");
    EXPECT_THAT(values(number.all("111002")),
                testing::ElementsAre(
                    "model tumour-burden-score 1.0.0, SHA-256 " + std::string(64, 'b'),
                    "extraction protocol pyradiomics-native 1.0.0, SHA-256 " + std::string(64, 'a'),
                    "convention: PyRadiomics", "discretisation: bin width 25, bin edges at multiples of it",
                    "resampling: none"));
    std::vector<std::string> inputs;
    for (const auto& item : number.children) {
      if (item.relationship == "INFERRED FROM")
        inputs.push_back(item.meaning + " " + item.value + " " + item.unit);
    }
    EXPECT_THAT(inputs, testing::ElementsAre("largest diameter 23.4 mm", "lesion count 2 1"));
  }
}

TEST(MeasurementReport, ReferencesAllLesionsForAScoreOfThePatient) {
  const ReportExample example;
  const auto report = read_back(example);
  for (const auto* group : groups(report)) {
    if (group->child("112039").value == "Patient: tumour-burden-score") {
      EXPECT_EQ(group->child("121191").segments, "2\\3");
    }
  }
  EXPECT_THAT(values(report.root.all("112039")), testing::Contains("Patient: tumour-burden-score"));
}

TEST(MeasurementReport, CodesTheRiskCategory) {
  ReportExample example;
  auto& assessment = example.report.assessments[0];
  const std::pair<const char*, const char*> cases[] = {
      {"high", "15508007"}, {"moderate", "25594002"}, {"low", "75976002"}, {"uncertain", "64957009"}};
  for (const auto& [risk, code] : cases) {
    assessment.category->risk = risk;
    EXPECT_THAT(values(read_back(example).root.all("risk-category")), testing::ElementsAre(code));
  }
  assessment.category->risk = "";
  const auto report = read_back(example);
  EXPECT_TRUE(report.root.all("risk-category").empty());
  EXPECT_EQ(report.root.all("category-text").front()->value, "below the cut-off 3.36 of Tumour burden score");
}

TEST(MeasurementReport, GivesADemonstrationNoCategoryAndNoPercentage) {
  ReportExample example;
  auto& assessment = example.report.assessments[1];
  assessment.probability = 0.4873;
  assessment.category = engine::ScoreCategory{0.5, "high", "High risk of MVI", "high"};
  example.report.assessments = {assessment};
  const auto report = read_back(example);
  const auto& number = score(report, "DEMONSTRATION: MVI signature");
  EXPECT_EQ(number.value, "0.4873");
  EXPECT_EQ(number.unit, "1");
  EXPECT_THAT(number.child("111001").value, testing::StartsWith("DEMONSTRATION: "));
  EXPECT_TRUE(report.root.all("risk-category").empty());
  EXPECT_TRUE(report.root.all("category-text").empty());
  EXPECT_THAT(report.attribute("SeriesDescription"), testing::HasSubstr("DEMONSTRATION"));
  EXPECT_THAT(report_summary(example.report), testing::Not(testing::HasSubstr("%")));
}

TEST(MeasurementReport, WritesAProbabilityInPercent) {
  ReportExample example;
  example.burden.predictor = engine::Predictor::logistic;
  example.report.assessments[0].score = 0.372;
  example.report.assessments[0].probability = 0.372;
  const auto report = read_back(example);
  const auto& number = score(report, "Tumour burden score");
  EXPECT_DOUBLE_EQ(std::stod(number.value), 37.2);
  EXPECT_EQ(number.unit, "%");
}

TEST(MeasurementReport, SaysWhyAModelGaveNoScore) {
  const ReportExample example;
  const auto report = read_back(example);
  EXPECT_THAT(
      values(report.root.child("C0034375").all("reason")),
      testing::ElementsAre("DEMONSTRATION: Microvascular invasion signature, Lesion 2 (segment 3): no "
                           "score: the lesion is smaller than the smallest that the model is for"));
  EXPECT_EQ(report.attribute("CompletionFlag"), "PARTIAL");
}

TEST(MeasurementReport, ListsIgnoredSegments) {
  const ReportExample example;
  const auto report = read_back(example);
  EXPECT_THAT(values(report.root.all("ignored-segment")),
              testing::ElementsAre("segment 4: not analysed: its property type is no lesion"));
}

TEST(MeasurementReport, KeepsExtremeValues) {
  ReportExample example;
  auto& mean = example.report.regions[1].features[2];
  for (const double value :
       {1e308, 1e-300, -1.2345678901234567e-300, 0.1 + 0.2, 1.7976931348623157e308, -0.0}) {
    mean.value = value;
    const auto report = read_back(example);
    const auto& number = region_group(report, "2").child("110850");
    EXPECT_LE(number.value.size(), 16U) << value;
    EXPECT_NEAR(std::stod(number.value) / (value == 0 ? 1 : value), value == 0 ? 0 : 1, 1e-4) << value;
    if (std::stod(number.value) != value) {
      ASSERT_EQ(number.binary.size(), 1U) << value;
      EXPECT_EQ(number.binary.front(), value);
    }
  }
}

TEST(MeasurementReport, SaysInWordsWhatIsNoFiniteNumber) {
  ReportExample example;
  for (const double value :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    example.report.regions[1].features[2].value = value;
    const auto report = read_back(example);
    const auto& item = region_group(report, "2").child("110850");
    EXPECT_EQ(item.type, "TEXT");
    EXPECT_EQ(item.value, "no value: the result is not a finite number");
  }
}

TEST(MeasurementReport, AcceptsCodesThatAreOddlyFormed) {
  ReportExample example;
  example.segmentation.segments[1].type = {"4147007", "SCT", ""};
  example.segmentation.segments[1].category = {"", "", ""};
  example.segmentation.segments[2].type = {"A-CODE-VALUE-THAT-IS-FAR-TOO-LONG", "99SITE",
                                           std::string(100, 'x')};
  const auto report = read_back(example);
  EXPECT_EQ(region_group(report, "2").child("121071").value_meaning, "4147007");
  EXPECT_FALSE(region_group(report, "2").has_child("276214006"));
  EXPECT_EQ(region_group(report, "3").child("121071").value_meaning, std::string(64, 'x'));
}

TEST(MeasurementReport, NeedsImagesASegmentationAndAProtocol) {
  ReportExample example;
  example.report.protocol = nullptr;
  EXPECT_THROW(encode_report(example.report, ReportIod::enhanced, "test"), std::logic_error);
}

}  // namespace
}  // namespace glisson::dicom
