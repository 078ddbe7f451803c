#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "server/web/metrics.hpp"
#include "storage/alerts.hpp"
#include "storage/pauses.hpp"
#include "storage/results.hpp"
#include "tests/support/stored_study.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::server {
namespace {

using storage::JobKind;
using testing::HasSubstr;
using testing::Not;

class MetricsTest : public testing::Test {
 protected:
  MetricsTest() {
    settings_.data = folder_.path();
    settings_.database_url = test_.url();
    std::filesystem::create_directories(settings_.instances());
  }
  std::string text() { return metrics_.text(database_, settings_); }

  tests::TestDatabase test_;
  tests::TemporaryFolder folder_;
  storage::Database database_ = test_.connect();
  config::Settings settings_;
  Metrics metrics_;
};

TEST_F(MetricsTest, CountWhatCameBeforeTheDatabaseWasFirstAsked) {
  tests::store_study(test_);
  EXPECT_THAT(text(), HasSubstr("\nglisson_instances_received_total 4\n"));
}

TEST_F(MetricsTest, CountFromTheBeginningOn) {
  tests::add_destination(test_, "pacs", "test");
  tests::store_study(test_);
  metrics_ = {};
  EXPECT_THAT(text(), HasSubstr("\nglisson_instances_received_total 0\n"));
  const auto study = tests::store_study(test_);
  tests::schedule_analysis(test_, study);
  ASSERT_TRUE(
      store_results(database_, tests::claim(database_, JobKind::analyse), tests::sample_result("one")));
  const auto job = tests::claim(database_, JobKind::deliver);
  ASSERT_TRUE(mark_delivered(database_, job, load_delivery(database_, job)->sop_instance_uid));
  for (int twice = 0; twice < 2; ++twice) {
    EXPECT_THAT(text(), HasSubstr("\nglisson_instances_received_total 4\n"));
    EXPECT_THAT(text(),
                HasSubstr("\nglisson_job_attempt_seconds_count{kind=\"analyse\",outcome=\"done\"} 1\n"));
    EXPECT_THAT(text(),
                HasSubstr("\nglisson_job_attempt_seconds_count{kind=\"deliver\",outcome=\"done\"} 1\n"));
    EXPECT_THAT(text(), HasSubstr("\nglisson_report_latency_seconds_bucket{le=\"10\"} 1\n"));
    EXPECT_THAT(text(), HasSubstr("\nglisson_report_latency_seconds_bucket{le=\"+Inf\"} 1\n"));
    EXPECT_THAT(text(), HasSubstr("\nglisson_report_latency_day_seconds{quantile=\"0.95\"}"));
  }
}

TEST_F(MetricsTest, CountAssociationsByHowTheyEnded) {
  test_.rows(
      "insert into association (calling, called, address, closed_at, end_reason, stored, refused) values "
      "('A', 'G', '10.0.0.1', now(), 'released', 3, 1), ('A', 'G', '10.0.0.1', now(), 'released', 1, 1), "
      "('A', 'G', '10.0.0.1', now(), 'protocol violated: request without Message ID', 0, 0) returning 1");
  EXPECT_THAT(text(), HasSubstr("\nglisson_associations_total{outcome=\"released\"} 2\n"));
  EXPECT_THAT(text(), HasSubstr("\nglisson_associations_total{outcome=\"protocol_violated\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("\nglisson_instances_refused_total 2\n"));
}

TEST_F(MetricsTest, TellWhatIsDeadHeldAndAlerted) {
  tests::add_destination(test_, "pacs", "");
  tests::schedule_analysis(test_, tests::store_study(test_));
  ASSERT_TRUE(
      store_results(database_, tests::claim(database_, JobKind::analyse), tests::sample_result("one")));
  tests::schedule_analysis(test_, tests::store_study(test_));
  ASSERT_TRUE(kill_job(database_, tests::claim(database_, JobKind::analyse), {"missing_slices", "a. b."}));
  test_.rows("update job set created_at = now() - interval '1 hour' where state = 'dead' returning 1");
  raise_alert(database_, storage::AlertKind::study_too_large, "1.2.3", "too large");
  const std::string metrics = text();
  EXPECT_THAT(metrics, HasSubstr("\nglisson_jobs{kind=\"deliver\",state=\"held\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("\nglisson_jobs{kind=\"analyse\",state=\"dead\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("\nglisson_oldest_job_seconds{kind=\"analyse\",state=\"dead\"} 36"));
  EXPECT_THAT(metrics, HasSubstr("\nglisson_alerts{kind=\"study_too_large\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("\nglisson_ready 0\n")) << "no upkeep looks at this host";
  EXPECT_THAT(metrics, HasSubstr("\nglisson_disk_free_bytes{disk=\"store\"} "));
}

TEST_F(MetricsTest, TellWhatIsPaused) {
  storage::pause(database_, storage::Activity::deliver, {"ada", "Zqcanary"});
  const std::string metrics = text();
  EXPECT_THAT(metrics, HasSubstr("\nglisson_paused{activity=\"deliver\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("\nglisson_paused{activity=\"receive\"} 0\n"));
  EXPECT_THAT(metrics, Not(HasSubstr("Zqcanary")));
}

TEST_F(MetricsTest, TellOfACertificateThatCannotBeRead) {
  EXPECT_THAT(text(), Not(HasSubstr("glisson_certificate_days")));
  settings_.tls_certificate = folder_ / "none.pem";
  EXPECT_THAT(text(), HasSubstr("\nglisson_certificate_days -1\n"));
  EXPECT_THAT(Metrics::text_without_figures(false, settings_), HasSubstr("\nglisson_database_up 0\n"));
}

TEST_F(MetricsTest, DoNotTakeADiskThatDoesNotAnswerForADatabaseThatDoesNot) {
  std::filesystem::remove(settings_.instances());
  const std::string metrics = text();
  EXPECT_THAT(metrics, HasSubstr("\nglisson_database_up 1\n"));
  EXPECT_THAT(metrics, HasSubstr("\nglisson_ready 0\n"));
  EXPECT_THAT(metrics, HasSubstr("\nglisson_jobs{kind=\"analyse\",state=\"dead\"} 0\n"));
  EXPECT_THAT(metrics, Not(HasSubstr("glisson_disk_")));
}

TEST_F(MetricsTest, HoldNoPatientData) {
  tests::add_destination(test_, "pacs", "test");
  const auto study = tests::store_study(test_);
  test_.rows(
      "update study set patient_id = 'Zqcanary', accession_number = 'Zqcanary', study_description = "
      "'Zqcanary', "
      "study_date = '19170203' returning 1");
  test_.rows("update association set calling = 'ZQCANARY', address = 'zqcanary' returning 1");
  tests::schedule_analysis(test_, study);
  ASSERT_TRUE(kill_job(database_, tests::claim(database_, JobKind::analyse), {"missing_slices", "Zqcanary"}));
  raise_alert(database_, storage::AlertKind::study_too_large, study.study_instance_uid, "Zqcanary");
  const std::string metrics = text();
  EXPECT_THAT(metrics, HasSubstr("\nglisson_jobs{kind=\"analyse\",state=\"dead\"} 1\n"));
  for (const std::string& canary :
       {std::string("canary"), std::string("CANARY"), std::string("19170203"), study.study_instance_uid}) {
    EXPECT_THAT(metrics, Not(HasSubstr(canary)));
  }
}

}  // namespace
}  // namespace glisson::server
