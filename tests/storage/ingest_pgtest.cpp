#include <gtest/gtest.h>

#include <thread>

#include "storage/index.hpp"
#include "tests/storage/received.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Rows = std::vector<std::vector<std::string>>;
constexpr seconds settle{100};

class IngestTest : public testing::Test {
 protected:
  IngestResult receive(const ReceivedInstance& instance) { return ingest(database_, instance, settle); }

  /// Seconds from now to the run of the one scheduled analysis.
  double due() const {
    return std::stod(
        test_.value("select extract(epoch from run_at - now()) from job "
                    "where kind = 'analyse' and state = 'scheduled'"));
  }
  std::string count(const std::string& what) const { return test_.value("select count(*) from " + what); }
  void set(const std::string& sql) const { test_.rows(sql + " returning 1"); }

  tests::TestDatabase test_;
  Database database_ = test_.connect();
};

TEST_F(IngestTest, IndexesStudySeriesAndInstance) {
  ReceivedInstance received = image("1.2.3.1.1");
  received.association_id = open_association(database_, {"PACS", "GLISSON", "127.0.0.1", "GLISSON"});
  EXPECT_EQ(receive(received), IngestResult::stored);
  EXPECT_EQ(
      test_.rows("select study_instance_uid, accession_number, series_instance_uid, modality, "
                 "sop_instance_uid, state, file_id, encode(digest, 'hex'), bytes, instance_number, calling "
                 "from instance join series using (series_id) join study using (study_id) "
                 "join association using (association_id)"),
      (Rows{{"1.2.3", "A1", "1.2.3.1", "CT", "1.2.3.1.1", "current", received.file_id,
             to_hex(received.digest), "1000", "NULL", "PACS"}}));
  EXPECT_EQ(count("job"), "0");
  EXPECT_EQ(test_.rows("select instance_count, series_count, conflict_count from study_list"),
            (Rows{{"1", "1", "0"}}));
}

TEST_F(IngestTest, FillsInWhatEarlierObjectsOfTheStudyLacked) {
  ReceivedInstance first = image("1.2.3.1.1");
  first.header.accession_number.clear();
  receive(first);
  receive(image("1.2.3.2.1", "", "1.2.3", "1.2.3.2"));
  ReceivedInstance third = image("1.2.3.3.1", "", "1.2.3", "1.2.3.3");
  third.header.accession_number = "A2";
  receive(third);
  EXPECT_EQ(test_.rows("select accession_number from study"), (Rows{{"A1"}}));
}

TEST_F(IngestTest, TakesTextsOfAnyLength) {
  ReceivedInstance received = image("1.2.3.1.1");
  received.header.accession_number.clear();
  // Digests, for they do not compress: pages of PostgreSQL hold 8 kB.
  for (int i = 0; i < 1000; ++i) received.header.accession_number += to_hex(sha256(std::to_string(i)));
  received.header.patient_id = received.header.series_description = received.header.accession_number;
  EXPECT_EQ(receive(received), IngestResult::stored);
  EXPECT_EQ(test_.value("select length(accession_number) from study"), "64000");
}

TEST_F(IngestTest, TakesTheSameBytesOnce) {
  receive(image("1.2.3.1.1"));
  EXPECT_EQ(receive(image("1.2.3.1.1")), IngestResult::duplicate);
  EXPECT_EQ(count("instance"), "1");
}

TEST_F(IngestTest, KeepsOtherBytesUnderTheSameUidAndHasThemCompared) {
  receive(image("1.2.3.1.1"));
  EXPECT_EQ(receive(image("1.2.3.1.1", "other", "1.2.4")), IngestResult::conflicting);
  EXPECT_EQ(test_.rows("select kind, job.state, instance.state from job join instance using (instance_id)"),
            (Rows{{"compare", "scheduled", "pending"}}));
  for (const char* state : {"pending", "quarantined", "superseded"}) {
    set(std::string("update instance set state = '") + state + "' where state <> 'current'");
    EXPECT_EQ(receive(image("1.2.3.1.1", "other")), IngestResult::duplicate) << state;
  }
  EXPECT_EQ(receive(image("1.2.3.1.1", "third")), IngestResult::conflicting);
  EXPECT_EQ(count("instance"), "3");
  EXPECT_EQ(count("job"), "2");
}

// A reconciliation may index the file of an association that is slow to commit (or was stopped): then the
// association must not take it for a duplicate and remove the only copy.
TEST_F(IngestTest, NeedsAFileThatIsIndexedAlready) {
  const ReceivedInstance received = image("1.2.3.1.1");
  EXPECT_EQ(receive(received), IngestResult::stored);
  EXPECT_EQ(receive(received), IngestResult::stored);
  EXPECT_EQ(count("instance"), "1");
}

TEST_F(IngestTest, KeepsWhatAPacsMadeOfItsOwnObjectsAndNeverAnalysesIt) {
  ReceivedInstance coerced = segmentation_of({"1.2.3.1.1"});
  coerced.header.written_by_glisson = true;
  EXPECT_EQ(receive(coerced), IngestResult::stored);
  EXPECT_EQ(count("job"), "0");
}

TEST_F(IngestTest, LeavesItsOwnObjectsAlone) {
  set("insert into own_object values ('1.2.3.1.2')");
  EXPECT_EQ(receive(image("1.2.3.1.2")), IngestResult::own_object);
  EXPECT_EQ(count("instance"), "0");
  EXPECT_EQ(count("study"), "0");
}

TEST_F(IngestTest, SchedulesTheAnalysisOfASegmentationAfterTheSettleTime) {
  Database worker = test_.connect();
  worker.wait_for_notification("glisson_analyse", milliseconds(0));
  receive(segmentation_of({"1.2.3.1.1", "1.2.3.1.2"}));
  EXPECT_NEAR(due(), 100, 5);
  EXPECT_EQ(test_.rows("select kind, state, attempt, waiting_since is not null from job"),
            (Rows{{"analyse", "scheduled", "0", "t"}}));
  EXPECT_EQ(test_.rows("select referenced_images, received_images from segmentation_list"),
            (Rows{{"2", "0"}}));
  EXPECT_TRUE(worker.wait_for_notification("glisson_analyse", seconds(10)));
}

TEST_F(IngestTest, AnImageMovesTheAnalysesThatWaitForItWhateverItsStudy) {
  receive(segmentation_of({"1.2.3.1.1"}));
  receive(segmentation_of({"1.2.3.1.7"}, "1.2.3.9.2"));
  set("update job set run_at = now() + interval '3 s', waiting_since = now() - interval '1 h'");
  receive(image("1.2.3.1.1", "", "7.7.7", "7.7.7.1"));
  EXPECT_EQ(test_.rows(
                "select sop_instance_uid, run_at > now() + interval '90 s', waiting_since > now() - interval "
                "'1 min' from job join instance using (instance_id) order by 1"),
            (Rows{{"1.2.3.9.1", "t", "t"}, {"1.2.3.9.2", "f", "f"}}));
}

TEST_F(IngestTest, AnAnalysisThatWaitsLongIsMovedEarlierWithANotification) {
  receive(segmentation_of({"1.2.3.1.1"}));
  Database worker = test_.connect();
  worker.wait_for_notification("glisson_analyse", milliseconds(0));
  set("update job set run_at = now() + interval '1 h'");
  receive(image("1.2.3.1.1"));
  EXPECT_NEAR(due(), 100, 5);
  EXPECT_TRUE(worker.wait_for_notification("glisson_analyse", seconds(10)));
}

TEST_F(IngestTest, ImagesThatArriveTogetherWriteTheJobOnce) {
  std::vector<std::string> uids;
  uids.reserve(50);
  for (int i = 0; i < 50; ++i) uids.push_back("1.2.3.1." + std::to_string(i));
  receive(segmentation_of(uids));
  const std::string before = test_.value("select xmin from job");
  for (const std::string& uid : uids) receive(image(uid));
  EXPECT_EQ(test_.value("select xmin from job"), before);
  EXPECT_EQ(test_.rows("select referenced_images, received_images from segmentation_list"),
            (Rows{{"50", "50"}}));
}

TEST_F(IngestTest, AnImageWakesAnAnalysisThatGaveUpForWantOfImagesOnly) {
  receive(segmentation_of({"1.2.3.1.1", "1.2.3.1.2", "1.2.3.1.3"}));
  set("update job set state = 'dead', reason = 'missing_slices', finished_at = now()");
  receive(image("1.2.3.1.1"));
  EXPECT_EQ(count("job"), "1");
  set("update job set reason = 'incomplete_series'");
  receive(image("1.2.3.1.2"));
  receive(image("1.2.3.1.3"));
  EXPECT_EQ(test_.rows("select state, waiting_since is not null from job order by job_id"),
            (Rows{{"dead", "t"}, {"scheduled", "t"}}));
  EXPECT_NEAR(due(), 100, 5);
}

TEST_F(IngestTest, AnImageThatARunningAnalysisMayLackSchedulesAnother) {
  receive(segmentation_of({"1.2.3.1.1", "1.2.3.1.2"}));
  set("update job set state = 'running', lease_until = now(), worker = 'w'");
  receive(image("1.2.3.1.1"));
  receive(image("1.2.3.1.2"));
  EXPECT_EQ(test_.rows("select state from job order by job_id"), (Rows{{"running"}, {"scheduled"}}));
}

TEST_F(IngestTest, AnImageOfASeriesThatWasReadRunsTheAnalysisAgain) {
  const ReceivedInstance seg = segmentation_of({"1.2.3.1.1"});
  receive(image("1.2.3.1.1"));
  receive(seg);
  const auto id = test_.value("select instance_id from instance where file_id = '" + seg.file_id + "'");
  analysis_inputs(database_, std::stoll(id));
  int number = 10;
  for (const char* state : {"done", "running", "dead"}) {
    const std::string uid = std::to_string(++number);
    set("delete from job where state = 'scheduled' and job_id > 1");
    const bool running = std::string(state) == "running";
    set("update job set state = '" + std::string(state) +
        (running ? "', finished_at = null, lease_until = now(), worker = 'w' where job_id = 1"
                 : "', reason = 'mixed_spacing', finished_at = now(), lease_until = null, worker = null "
                   "where job_id = 1"));
    receive(image("1.2.3.2." + uid, "", "1.2.3", "1.2.3.2"));
    EXPECT_EQ(count("job"), "1") << "an image of another series, " << state;
    receive(image("1.2.3.1.9" + uid));
    receive(image("1.2.3.1.8" + uid));
    EXPECT_EQ(count("job where state = 'scheduled'"), "1") << state;
    EXPECT_NEAR(due(), 100, 5);
  }
}

TEST_F(IngestTest, ADuplicateOrConflictWakesNothing) {
  receive(segmentation_of({"1.2.3.1.1"}));
  receive(image("1.2.3.1.1"));
  set("update job set state = 'dead', reason = 'incomplete_series', finished_at = now()");
  receive(image("1.2.3.1.1"));
  receive(image("1.2.3.1.1", "other"));
  EXPECT_EQ(count("job where kind = 'analyse' and state = 'scheduled'"), "0");
}

TEST_F(IngestTest, ARevisedSegmentationIsComparedBeforeItIsAnalysed) {
  receive(segmentation_of({"1.2.3.1.1"}));
  EXPECT_EQ(receive(segmentation_of({"1.2.3.1.1"}, "1.2.3.9.1", "other")), IngestResult::conflicting);
  EXPECT_EQ(test_.rows("select kind from job order by job_id"), (Rows{{"analyse"}, {"compare"}}));
  EXPECT_EQ(count("segmentation_reference"), "2");
}

TEST_F(IngestTest, ConcurrentAssociationsNeitherDuplicateNorDeadlock) {
  // Everybody sends the same new study with two segmentations, in different orders.
  constexpr int images = 24;
  constexpr int senders = 6;
  std::vector<std::string> uids;
  uids.reserve(images);
  for (int i = 0; i < images; ++i) uids.push_back("1.2.3.1." + std::to_string(i));
  std::atomic<int> stored{0};
  std::atomic<int> duplicates{0};
  std::vector<std::jthread> threads;
  threads.reserve(senders);
  for (int sender = 0; sender < senders; ++sender) {
    threads.emplace_back([&, sender] {
      Database database = test_.connect();
      std::vector<ReceivedInstance> objects{segmentation_of(uids, "1.2.3.9.1"),
                                            segmentation_of(uids, "1.2.3.9.2")};
      for (const std::string& uid : uids) objects.push_back(image(uid));
      for (std::size_t i = 0; i < objects.size(); ++i) {
        const std::size_t k = (sender % 2 == 0 ? i : objects.size() - 1 - i);
        // A settle time of 0 makes every image move the jobs.
        const IngestResult result = ingest(database, objects[k], seconds(0));
        stored += result == IngestResult::stored ? 1 : 0;
        duplicates += result == IngestResult::duplicate ? 1 : 0;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(stored, images + 2);
  EXPECT_EQ(duplicates, (senders - 1) * (images + 2));
  EXPECT_EQ(count("study"), "1");
  EXPECT_EQ(count("series"), "2");
  EXPECT_EQ(count("job"), "2");
  EXPECT_EQ(test_.value("select deadlocks from pg_stat_database where datname = current_database()"), "0");
}

TEST_F(IngestTest, AnImageSeesTheClaimThatItWaitedFor) {
  receive(segmentation_of({"1.2.3.1.1"}));
  set("update job set run_at = now()");
  // A worker claims the job while the image waits for its row.
  std::jthread worker([&] {
    test_.rows(
        "begin; update job set state = 'running', lease_until = now(), worker = 'w', attempt = 1; "
        "select pg_sleep(1); commit");
  });
  const std::string sleepers =
      "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'";
  while (test_.value(sleepers) != "1") std::this_thread::sleep_for(milliseconds(10));
  receive(image("1.2.3.1.1"));
  worker.join();
  EXPECT_EQ(test_.rows("select state from job order by job_id"), (Rows{{"running"}, {"scheduled"}}));
}

TEST_F(IngestTest, ALostConnectionStoresNothing) {
  test_.rows(
      "create function die() returns trigger language plpgsql as "
      "$$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(5); return new; end $$");
  test_.rows("create trigger die before insert on instance for each row execute function die()");
  try {
    receive(image("1.2.3.1.1"));
    FAIL();
  } catch (const InDoubtError&) {
    FAIL() << "the file would be kept although nothing was committed";
  } catch (const TransientError&) {
  }
  test_.rows("drop trigger die on instance");
  EXPECT_EQ(receive(image("1.2.3.1.1")), IngestResult::stored);
}

TEST_F(IngestTest, RecordsAssociations) {
  const std::int64_t id = open_association(database_, {"PACS", "GLISSON", "127.0.0.1", "GLISSON"});
  close_association(database_, id, "released", 7, 1);
  EXPECT_EQ(test_.rows("select calling, called, address, end_reason, stored, refused, closed_at is not null "
                       "from association"),
            (Rows{{"PACS", "GLISSON", "127.0.0.1", "released", "7", "1", "t"}}));
}

TEST_F(IngestTest, KnowsWhichFilesNobodyNames) {
  const ReceivedInstance received = image("1.2.3.1.1");
  receive(received);
  EXPECT_EQ(unknown_files(database_, {received.file_id, "stray"}), std::vector<std::string>{"stray"});
  EXPECT_TRUE(unknown_files(database_, {}).empty());
}

}  // namespace
}  // namespace glisson::storage
