#include "server/segment_selection.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "engine/errors.hpp"

namespace glisson::server {
namespace {

engine::SegmentMask segment(int number, const std::string& label, engine::CodedConcept type = {}) {
  engine::SegmentMask result;
  result.segment_number = number;
  result.label = label;
  result.type = std::move(type);
  return result;
}

std::optional<SegmentRole> role(const engine::SegmentMask& one, std::vector<config::LabelRule> rules = {}) {
  const auto selection = select_segments({&one, 1}, rules);
  EXPECT_EQ(selection.selected.size() + selection.ignored.size(), 1U);
  if (selection.selected.empty()) return std::nullopt;
  return selection.selected.front().role;
}

TEST(SegmentSelection, FollowsTheCodedPropertyTypeWhateverTheLabelSays) {
  EXPECT_EQ(role(segment(1, "Liver", {"4147007", "SCT", "Mass"})), SegmentRole::lesion);
  EXPECT_EQ(role(segment(1, "S1", {"86049000", "SCT", "Neoplasm, Primary"})), SegmentRole::lesion);
  EXPECT_EQ(role(segment(1, "S1", {"M-03000", "SRT", "Mass"})), SegmentRole::lesion);
  EXPECT_EQ(role(segment(1, "S1", {"M-03000", "99SDM", "Mass"})), SegmentRole::lesion);
  EXPECT_EQ(role(segment(1, "tumor", {"10200004", "SCT", "Liver"})), SegmentRole::liver);
  EXPECT_EQ(role(segment(1, "S1", {"T-62000", "SRT", "Liver"})), SegmentRole::liver);
}

TEST(SegmentSelection, DoesNotConfuseTheSameValueOfAnotherScheme) {
  EXPECT_EQ(role(segment(1, "S1", {"4147007", "99LOCAL", "Something"})), std::nullopt);
}

TEST(SegmentSelection, FallsBackToTheLabel) {
  const engine::CodedConcept tissue{"85756007", "SCT", "Tissue"};
  for (const char* label : {"Lesion 1", "lesion_2", "TUMOR", "tumour", "HCC", "HCC_1", "segment VI hcc",
                            "Liver tumor", "liver metastases", "GTV-1", "mets", "Mass3"}) {
    EXPECT_EQ(role(segment(1, label, tissue)), SegmentRole::lesion) << label;
  }
  for (const char* label : {"Liver", "liver", "whole liver", "Liver parenchyma", "LIVER_MASK"}) {
    EXPECT_EQ(role(segment(1, label, tissue)), SegmentRole::liver) << label;
  }
}

TEST(SegmentSelection, IgnoresLabelsThatOnlySpeakOfALesion) {
  for (const char* label :
       {"peritumoral", "peri-tumor rim", "liver without tumor", "non-tumor liver", "tumor-free liver",
        "Liver vessels", "massive ascites", "Spleen", "Segment 1", "metal", ""}) {
    EXPECT_EQ(role(segment(1, label)), std::nullopt) << label;
  }
}

TEST(SegmentSelection, AppliesTheHostsRulesBeforeTheStandardOnes) {
  const std::vector<config::LabelRule> rules{
      {"^s[0-9]+$", "lesion"}, {"old tumor", "ignore"}, {"foie", "liver"}};
  EXPECT_EQ(role(segment(1, "S12"), rules), SegmentRole::lesion);
  EXPECT_EQ(role(segment(1, "old tumor bed"), rules), std::nullopt);
  EXPECT_EQ(role(segment(1, "Foie"), rules), SegmentRole::liver);
  EXPECT_EQ(role(segment(1, "new tumor"), rules), SegmentRole::lesion);
}

TEST(SegmentSelection, KnowsVesselsByTypeAndLabelAndMeasuresThemNot) {
  for (const auto& vessel :
       {segment(4, "S1", {"32764006", "SCT", "Portal vein"}),
        segment(4, "S1", {"T-48720", "SRT", "Hepatic vein"}), segment(4, "Liver vessels"),
        segment(4, "portal_vein"), segment(4, "hepatic artery")}) {
    const auto selection = select_segments({&vessel, 1}, {});
    EXPECT_EQ(selection.vessels, std::vector<int>{4}) << vessel.label;
    ASSERT_EQ(selection.ignored.size(), 1U);
    EXPECT_NE(selection.ignored[0].reason.find("says vessel"), std::string::npos);
  }
  const auto thrombus = segment(4, "tumor thrombus in portal vein");
  EXPECT_EQ(select_segments({&thrombus, 1}, {}).selected.size(), 1U);
  const std::vector<config::LabelRule> rules{{"^pv$", "vessel"}};
  const auto by_rule = segment(4, "PV");
  EXPECT_EQ(select_segments({&by_rule, 1}, rules).vessels.size(), 1U);
}

TEST(SegmentSelection, SaysWhyASegmentIsIgnored) {
  const std::vector<engine::SegmentMask> segments{segment(3, "Spleen", {"78961009", "SCT", "Spleen"}),
                                                  segment(5, "non-tumor"), segment(7, "Lesion")};
  const auto selection = select_segments(segments, {});
  ASSERT_EQ(selection.ignored.size(), 2U);
  EXPECT_EQ(selection.ignored[0].segment_number, 3);
  EXPECT_EQ(selection.ignored[0].label, "Spleen");
  EXPECT_NE(selection.ignored[0].reason.find("(78961009, SCT, Spleen)"), std::string::npos);
  EXPECT_NE(selection.ignored[1].reason.find("says ignore"), std::string::npos);
  ASSERT_EQ(selection.selected.size(), 1U);
  EXPECT_EQ(selection.selected[0].segment_number, 7);
}

TEST(SegmentSelection, SurvivesAbsurdlyLongLabels) {
  EXPECT_EQ(role(segment(1, std::string(1 << 20, 'x'))), std::nullopt);
}

TEST(SegmentSelection, RefusesARuleThatIsNoRegularExpression) {
  const auto one = segment(1, "x");
  const std::vector<config::LabelRule> rules{{"(", "lesion"}};
  try {
    select_segments({&one, 1}, rules);
    FAIL();
  } catch (const RejectedInput& error) {
    EXPECT_EQ(error.reason(), RejectionReason::invalid_settings);
  }
}

}  // namespace
}  // namespace glisson::server
