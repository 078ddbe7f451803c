#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <stdexcept>

#include "storage/results.hpp"
#include "tests/support/stored_study.hpp"

namespace glisson::storage {
namespace {

using ::testing::ElementsAre;
using tests::claim;
using tests::claim_and_stall;
using tests::sample_result;

class Results : public ::testing::Test {
 protected:
  bool analyse(const AnalysisResult& result) {
    tests::schedule_analysis(test_, study_);
    return store_results(database_, claim(database_, JobKind::analyse), result);
  }
  std::string count(const std::string& table) { return test_.value("select count(*) from " + table); }

  tests::TestDatabase test_;
  Database database_ = test_.connect();
  tests::StoredStudy study_ = tests::store_study(test_);
};

TEST_F(Results, KeepsEveryBitOfEveryFeature) {
  AnalysisResult result = sample_result("one");
  const auto& features = result.regions.front().features;
  ASSERT_TRUE(analyse(result));
  const auto rows =
      test_.rows("select feature, value, reason, unit, ibsi_code from feature_value order by feature");
  ASSERT_EQ(rows.size(), features.size());
  for (std::size_t index = 0; index < rows.size(); ++index) {
    EXPECT_EQ(rows[index][0], features[index].name);
    EXPECT_EQ(rows[index][3], features[index].definition->unit);
    if (!features[index].value) continue;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(std::strtod(rows[index][1].c_str(), nullptr)),
              std::bit_cast<std::uint64_t>(*features[index].value));
  }
}

TEST_F(Results, KeepDerivedRegionsBesideTheirSegmentsAndOutOfScores) {
  AnalysisResult result = sample_result("one");
  RegionResult ring = result.regions.front();
  ring.role = "derived";
  ring.derivation = "peritumoral-ring-3mm";
  ring.tracking_uid = "2.25.99";
  for (engine::Feature& feature : ring.features) feature.name.insert(0, "peritumoral-ring-3mm_");
  RegionResult all = ring;
  all.segment_number = 0;
  all.derivation = "all-lesions";
  const std::size_t scores = result.assessments.size();
  result.regions.push_back(ring);
  result.regions.push_back(all);
  ASSERT_TRUE(analyse(result));
  EXPECT_THAT(test_.rows("select segment_number, derivation, tracking_uid from measured_region "
                         "where role = 'derived' order by derivation"),
              ElementsAre(ElementsAre("NULL", "all-lesions", "2.25.99"),
                          ElementsAre("2", "peritumoral-ring-3mm", "2.25.99")));
  EXPECT_EQ(test_.value("select count(*) from feature_value where derivation = 'peritumoral-ring-3mm' "
                        "and feature like 'peritumoral-ring-3mm_original_%'"),
            std::to_string(ring.features.size()));
  EXPECT_EQ(test_.value("select count(*) from score"), std::to_string(scores));
  EXPECT_EQ(test_.value("select count(*) from measured_region where derivation is null"), "2");
}

TEST_F(Results, OfTheLastAnalysisAreFoundForEveryRevisionOfTheSegmentation) {
  EXPECT_FALSE(earlier_results(database_, study_.segmentation_id, "any"));
  AnalysisResult first = sample_result("one");
  first.result_digest = "first";
  AnalysisResult second = sample_result("two");
  second.result_digest = "second";
  ASSERT_TRUE(analyse(first));
  ASSERT_TRUE(analyse(second));
  const auto revision = test_.value(
      "insert into instance (series_id, sop_instance_uid, sop_class_uid, transfer_syntax_uid, state, "
      "file_id, "
      "bytes, digest) select series_id, sop_instance_uid, sop_class_uid, transfer_syntax_uid, 'pending', "
      "'revision', 1, sha256('revision') from instance where instance_id = " +
      std::to_string(study_.segmentation_id) + " returning instance_id");
  const auto earlier = earlier_results(database_, std::stoll(revision), second.protocol_name);
  ASSERT_TRUE(earlier);
  EXPECT_EQ(earlier->result_digest, "second");
  ASSERT_EQ(earlier->reports.size(), second.reports.size());
  EXPECT_EQ(earlier->reports[0].sop_instance_uid, second.reports[0].sop_instance_uid);
  EXPECT_EQ(earlier->reports[0].iod, second.reports[0].iod);
  EXPECT_FALSE(earlier_results(database_, study_.segmentation_id, "another protocol"));
  test_.rows("update analysis set instance_id = " + revision + " where result_digest = 'second' returning 1");
  EXPECT_EQ(test_.value("select string_agg(latest::text, ' ' order by analysis_id) from analysis_overview"),
            "false true");
}

TEST_F(Results, RefuseADerivationOfADrawnRole) {
  AnalysisResult result = sample_result("one");
  result.regions.front().derivation = "inner-rim-2mm";
  EXPECT_ANY_THROW(analyse(result));
  EXPECT_EQ(count("region"), "0");
}

TEST_F(Results, ShowsUndefinedFeaturesAsNullWithTheirReason) {
  ASSERT_TRUE(analyse(sample_result("one")));
  EXPECT_THAT(
      test_.rows("select value, reason from feature_value where feature = 'original_ngtdm_Coarseness'"),
      ElementsAre(ElementsAre("NULL", "single_voxel")));
  EXPECT_THAT(
      test_.rows(
          "select ibsi_code, reason from feature_value where feature = 'original_firstorder_Uniformity'"),
      ElementsAre(ElementsAre("NULL", "NULL")));
}

TEST_F(Results, RefusesNaNAndLeavesTheJobRunning) {
  AnalysisResult result = sample_result("one");
  result.regions.front().features.front().value = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(analyse(result), std::logic_error);
  EXPECT_EQ(test_.value("select state from job"), "running");
  EXPECT_EQ(count("analysis"), "0");
}

TEST_F(Results, RefusesAFeatureWithNeitherValueNorReason) {
  AnalysisResult result = sample_result("one");
  result.regions.front().features.front().value.reset();
  EXPECT_THROW(analyse(result), std::logic_error);
  EXPECT_EQ(count("region"), "0");
}

TEST_F(Results, AreFoundByStudyAndAccessionNumber) {
  ASSERT_TRUE(analyse(sample_result("one")));
  EXPECT_EQ(
      test_.value(
          "select count(*) from feature_value where accession_number = '" + study_.accession_number +
          "' and study_instance_uid = '" + study_.study_instance_uid + "' and segmentation_uid = '" +
          study_.study_instance_uid +
          ".2.1' and segment_number = 2 and role = 'lesion' and protocol = 'pyradiomics-native' and latest"),
      "3");
}

TEST_F(Results, KeepTheSizeOfRegionsAndWhyOneWasNotMeasured) {
  const AnalysisResult result = sample_result("one");
  ASSERT_TRUE(analyse(result));
  EXPECT_EQ(std::stod(test_.value("select volume from measured_region where segment_number = 2")),
            result.regions.front().size.volume);
  EXPECT_EQ(test_.value("select label from measured_region where segment_number = 2"),
            result.regions.front().label);
  EXPECT_EQ(test_.value("select long_axis_start from region where segment_number = 2"), "{0.1,0.2,0.3}");
  EXPECT_THAT(test_.rows("select volume, not_measured from measured_region where role = 'liver'"),
              ElementsAre(ElementsAre("NULL", "empty_region")));
}

TEST_F(Results, KeepScoresWithWhatTheInputsDidToThem) {
  ASSERT_TRUE(analyse(sample_result("one")));
  EXPECT_THAT(test_.rows("select score, contributions -> 0 ->> 'input', "
                         "(contributions -> 0 ->> 'value')::double precision = pi(), reason from score "
                         "where segment_number = 2"),
              ElementsAre(ElementsAre("0.30000000000000004", "original_firstorder_Mean", "t", "NULL")));
}

TEST_F(Results, KeepWhyAModelGaveNoScore) {
  ASSERT_TRUE(analyse(sample_result("one")));
  EXPECT_THAT(
      test_.rows("select score, contributions, reason, detail from score where segment_number is null"),
      ElementsAre(ElementsAre("NULL", "[]", "missing_input", "Missing: alpha-fetoprotein.")));
}

TEST_F(Results, ShareOneDescriptionOfTheVectorAmongAnalyses) {
  ASSERT_TRUE(analyse(sample_result("one")));
  ASSERT_TRUE(analyse(sample_result("two")));
  EXPECT_EQ(count("extraction_protocol"), "1");
  EXPECT_EQ(count("feature_vector"), "2");
}

// The software learned a feature under the same protocol version: old vectors keep their own description.
TEST_F(Results, DescribeAnewWhatTheSoftwareComputesAnew) {
  AnalysisResult shorter = sample_result("one");
  shorter.regions.front().features.pop_back();
  ASSERT_TRUE(analyse(shorter));
  ASSERT_TRUE(analyse(sample_result("two")));
  EXPECT_EQ(count("extraction_protocol"), "2");
  EXPECT_EQ(test_.value("select count(*) from feature_value where not latest"), "2");
  EXPECT_EQ(test_.value("select count(*) from feature_value where latest"), "3");
}

TEST_F(Results, CompleteTheJobInTheSameTransaction) {
  ASSERT_TRUE(analyse(sample_result("one")));
  EXPECT_EQ(test_.value("select state from job"), "done");
  EXPECT_EQ(test_.value("select outcome from job_attempt"), "done");
}

TEST_F(Results, KnowTheirReportsAsOwnObjects) {
  const AnalysisResult result = sample_result("one");
  ASSERT_TRUE(analyse(result));
  for (const ReportResult& report : result.reports) {
    EXPECT_EQ(test_.value("select count(*) from own_object where sop_instance_uid = '" +
                          report.sop_instance_uid + "'"),
              "1");
  }
}

TEST_F(Results, OfALateWorkerAreNotStored) {
  tests::add_destination(test_, "PACS", "research");
  tests::schedule_analysis(test_, study_);
  const Job late = claim_and_stall(database_, JobKind::analyse);
  const Job present = claim(database_, JobKind::analyse);
  EXPECT_FALSE(store_results(database_, late, sample_result("late")));
  for (const char* table : {"analysis", "region", "feature_vector", "assessment", "report", "own_object"}) {
    EXPECT_EQ(count(table), "0") << table;
  }
  EXPECT_EQ(test_.value("select count(*) from job where kind = 'deliver'"), "0");
  EXPECT_TRUE(store_results(database_, present, sample_result("present")));
}

TEST_F(Results, ThatAreWrittenTwiceMakeOneReportAndOneDelivery) {
  tests::add_destination(test_, "PACS", "research");
  ASSERT_TRUE(analyse(sample_result("same")));
  ASSERT_TRUE(analyse(sample_result("same")));
  EXPECT_EQ(count("analysis"), "1");
  EXPECT_EQ(count("report"), "3");
  EXPECT_EQ(test_.value("select count(*) from job where kind = 'deliver'"), "1");
  EXPECT_EQ(test_.value("select count(*) from job where kind = 'analyse' and state = 'done'"), "2");
}

TEST_F(Results, OfChangedInputsMakeANewReportAndANewDelivery) {
  tests::add_destination(test_, "PACS", "research");
  ASSERT_TRUE(analyse(sample_result("first")));
  ASSERT_TRUE(analyse(sample_result("second")));
  EXPECT_EQ(count("report"), "6");
  EXPECT_EQ(test_.value("select count(*) from job where kind = 'deliver'"), "2");
}

TEST_F(Results, AreDeliveredToEveryPeerThatReceivesReports) {
  tests::add_destination(test_, "RESEARCH", "research");
  tests::add_destination(test_, "UNDECLARED", "");
  tests::add_destination(test_, "OVER", "clinical_study", "2020-01-31");
  tests::add_destination(test_, "REMOVED", "research");
  tests::add_destination(test_, "SENDER", "research");
  test_.rows("update peer set removed_at = now() where name = 'REMOVED'");
  test_.rows("update peer set receives_reports = false where name = 'SENDER'");
  ASSERT_TRUE(analyse(sample_result("one")));
  EXPECT_THAT(test_.rows("select subject, state, reason from job_overview where kind = 'deliver'"),
              testing::UnorderedElementsAre(ElementsAre("RESEARCH", "scheduled", "NULL"),
                                            ElementsAre("UNDECLARED", "held", "purpose_not_declared"),
                                            ElementsAre("OVER", "held", "term_over")));
}

TEST_F(Results, AreStoredWhereNobodyReceivesThem) {
  ASSERT_TRUE(analyse(sample_result("one")));
  EXPECT_EQ(count("report"), "3");
  EXPECT_EQ(test_.value("select count(*) from job where kind = 'deliver'"), "0");
}

}  // namespace
}  // namespace glisson::storage
