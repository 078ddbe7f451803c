#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "dicom/report/measurement_report.hpp"
#include "dicom/report/report_words.hpp"
#include "tests/support/report_example.hpp"

namespace glisson::dicom {
namespace {

using testing::HasSubstr;
using testing::Not;
using tests::ReportExample;

/// What no report may say, whatever the models and segments are called.
bool says_forbidden_words(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  static const std::regex forbidden(
      R"(no mvi|no microvascular|no recurrence|benign|exclud|\blow\b|recommend|advise|should be|within milan)");
  return std::regex_search(text, forbidden);
}

TEST(ReportSummary, GoesFromTheResearchLineToTheTechnique) {
  const ReportExample example;
  const auto text = report_summary(example.report);
  EXPECT_EQ(text.rfind("RESEARCH, NOT FOR DIAGNOSIS", 0), 0U);
  std::size_t last = 0;
  for (const char* heading : {"NOT COMPUTED", "REGIONS", "SCORES", "LIMITS", "TECHNIQUE", "APPENDIX"}) {
    const auto at = text.find(heading);
    ASSERT_NE(at, std::string::npos) << heading;
    EXPECT_GT(at, last) << heading;
    last = at;
  }
}

TEST(ReportSummary, RoundsDiametersToMillimetresAndVolumesToTenthsOfAMillilitre) {
  const ReportExample example;
  const auto text = report_summary(example.report);
  EXPECT_THAT(text, HasSubstr("Lesion 1 (segment 2): long axis 23 mm, short axis 18 mm, volume 5.1 ml"));
  EXPECT_THAT(text, HasSubstr("Liver (segment 1): volume 1543.2 ml"));
  EXPECT_EQ(millimetres_in_words(22.5), "23 mm");
  EXPECT_EQ(millimetres_in_words(0.4), "less than 1 mm");
  EXPECT_EQ(millilitres_in_words(149), "0.1 ml");
  EXPECT_EQ(millilitres_in_words(151), "0.2 ml");
  EXPECT_EQ(millilitres_in_words(49), "less than 0.1 ml");
}

TEST(ReportSummary, RoundsProbabilitiesToFivePercent) {
  EXPECT_EQ(probability_in_words(0.372), "about 35 %");
  EXPECT_EQ(probability_in_words(0.38), "about 40 %");
  EXPECT_EQ(probability_in_words(0.02), "below 5 %");
  EXPECT_EQ(probability_in_words(0.99), "above 95 %");
  EXPECT_EQ(probability_in_words(0.95), "about 95 %");
}

TEST(ReportSummary, PutsThePopulationBesideTheScore) {
  const ReportExample example;
  EXPECT_THAT(
      report_summary(example.report),
      HasSubstr("Tumour burden score: 3.08; below the cut-off 3.36 of Tumour burden score. Population: "
                "Patients with hepatocellular carcinoma before resection."));
}

TEST(ReportSummary, SaysWhenAScoreIsAtTheCutOff) {
  ReportExample example;
  example.report.assessments[0].score = 3.34;
  example.report.assessments[0].at_cut_off = true;
  const auto text = report_summary(example.report);
  EXPECT_THAT(text, HasSubstr("3.34; at the cut-off"));
  EXPECT_THAT(text, Not(HasSubstr("below the cut-off")));
}

TEST(ReportSummary, SaysOnWhichSidesOfWhichCutOffsAScoreIs) {
  ReportExample example;
  const char* const sides[] = {
      "; below the cut-off 3.36 of Tumour burden score.",
      "; not below the cut-off 3.36 and not above the cut-off 13.74 of Tumour burden score.",
      "; above the cut-off 13.74 of Tumour burden score."};
  for (std::size_t i = 0; i < 3; ++i) {
    example.report.assessments[0].category = example.burden.categories[i];
    EXPECT_THAT(report_summary(example.report), HasSubstr(sides[i]));
  }
}

TEST(ReportSummary, PutsCriteriaIntoWords) {
  ReportExample example;
  example.burden.predictor = engine::Predictor::criteria;
  example.burden.alternatives = {{{{"lesion_count", {}, 1}, {"largest_diameter", {}, 5}}},
                                 {{{"lesion_count", {}, 3}, {"largest_diameter", 0.5, 3, true, false}}}};
  example.burden.proviso = "if HCC; diagnosis not assessed";
  auto& assessment = example.report.assessments[0];
  assessment.score = 1;
  assessment.category = engine::ScoreCategory{{}, "fulfilled", "By size and number: fulfilled", "", true};
  EXPECT_THAT(report_summary(example.report),
              HasSubstr("Tumour burden score: By size and number: fulfilled."));
  EXPECT_EQ(cut_offs_in_words(example.burden),
            "lesion count up to 1 and largest diameter up to 5 cm, or lesion count up to 3 and largest "
            "diameter from "
            "0.5 cm below 3 cm");
  assessment.category.reset();
  EXPECT_THAT(report_summary(example.report),
              HasSubstr("Tumour burden score: 1. if HCC; diagnosis not assessed."));
}

TEST(ReportSummary, MarksDemonstrations) {
  const ReportExample example;
  const auto text = report_summary(example.report);
  EXPECT_THAT(text,
              HasSubstr("- DEMONSTRATION: Microvascular invasion signature, Lesion 1 (segment 2): 0.487."));
  EXPECT_THAT(text, HasSubstr("come from no patients"));
}

TEST(ReportSummary, GivesNoScoreWhereTheModelGaveNone) {
  ReportExample example;
  example.report.assessments[0].score.reset();
  example.report.assessments[0].reason = engine::NotAssessedReason::missing_input;
  example.report.assessments[0].detail = "largest_diameter";
  example.report.assessments.resize(1);
  const auto text = report_summary(example.report);
  EXPECT_THAT(text, HasSubstr("Tumour burden score: no score: an input is missing: largest_diameter"));
  EXPECT_THAT(text, HasSubstr("SCORES\n- None.\n"));
}

TEST(ReportSummary, KeepsTextureValuesInTheAppendix) {
  const ReportExample example;
  const auto text = report_summary(example.report);
  const auto appendix = text.find("APPENDIX");
  EXPECT_GT(text.find("original_"), appendix);
}

TEST(ReportSummary, SaysWhatWasNotAnalysed) {
  const ReportExample example;
  const auto text = report_summary(example.report);
  EXPECT_THAT(text, HasSubstr("segment 4: not analysed: its property type is no lesion"));
}

TEST(ReportSummary, NeverSaysWhatAReportMustNot) {
  ReportExample example;  // Its fourth segment is labelled "Benign cyst", the score's category "low".
  auto& score = example.report.assessments[0];
  EXPECT_FALSE(says_forbidden_words(report_summary(example.report)));
  for (const char* wording :
       {"Low risk", "MVI is excluded", "no recurrence expected", "Resection is recommended"}) {
    score.category->wording = wording;
    EXPECT_FALSE(says_forbidden_words(report_summary(example.report))) << wording;
  }
  for (const auto& category : example.burden.categories) {
    score.category = category;
    EXPECT_FALSE(says_forbidden_words(report_summary(example.report))) << category.label;
  }
  example.segmentation.segments[1].label = "low density, benign";
  EXPECT_FALSE(says_forbidden_words(report_summary(example.report)));
}

TEST(ReportSummary, TakesTheModelsWordingWhereItIsAllowed) {
  ReportExample example;
  example.report.assessments[0].category->wording =
      "below the cut-off of the tumour burden score; of such patients 70 % lived for five years";
  EXPECT_THAT(report_summary(example.report), HasSubstr("of such patients 70 % lived for five years"));
}

TEST(ReportSummary, SurvivesExtremeNumbers) {
  ReportExample example;
  example.report.assessments[0].score = 1e308;
  example.report.regions[1].size.volume = 1e308;
  EXPECT_FALSE(report_summary(example.report).empty());
  EXPECT_EQ(number_in_words(1e308), "1e+308");
  EXPECT_EQ(number_in_words(-0.001), "-0.001");
  EXPECT_EQ(number_in_words(-0.0), "0");
  EXPECT_EQ(number_in_words(25), "25");
}

}  // namespace
}  // namespace glisson::dicom
