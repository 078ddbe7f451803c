#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/index.hpp"
#include "storage/job_queue.hpp"
#include "storage/refused_objects.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::storage {
namespace {

using Files = std::vector<std::string>;
using Rows = std::vector<std::vector<std::string>>;
using testing::UnorderedElementsAre;

class RefusedObjects : public testing::Test {
 protected:
  /// Refuses the data set of this name, kept in this file.
  Files refuse(const std::string& name, const std::string& file, RefusedBound bound = {.bytes = 1000}) {
    return record_refused(
        database_, {association_, file, 100, sha256(name), RejectionReason::not_dicom, "no DICM"}, bound);
  }
  Rows kept() const {
    return test_.rows(
        "select refused_file_id, times from job where kind = 'ingest' order by finished_at, job_id");
  }

  tests::TestDatabase test_;
  Database database_ = test_.connect();
  std::int64_t association_ = open_association(database_, {"PACS", "GLISSON", "127.0.0.1", "GLISSON"});
};

TEST_F(RefusedObjects, AreDeadJobsWithTheirReason) {
  EXPECT_EQ(refuse("a", "f1"), Files{});
  EXPECT_EQ(test_.rows("select kind, state, refused_file_id, refused_bytes, calling, reason, detail, times "
                       "from job join association using (association_id)"),
            (Rows{{"ingest", "dead", "f1", "100", "PACS", "not_dicom", "no DICM", "1"}}));
  EXPECT_EQ(kept_refused_file(database_, sha256("a")), "f1");
  EXPECT_EQ(kept_refused_file(database_, sha256("b")), std::nullopt);
}

TEST_F(RefusedObjects, ThatComeAgainAreCounted) {
  refuse("a", "f1");
  test_.rows(
      "update job set created_at = now() - interval '1 day', finished_at = now() - interval '1 day' "
      "returning 1");
  refuse("a", "");
  refuse("a", "");
  EXPECT_EQ(kept(), (Rows{{"f1", "3"}}));
  EXPECT_EQ(
      test_.value("select created_at < now() - interval '1 hour' and finished_at > now() - interval '1 hour' "
                  "from job"),
      "t");
  EXPECT_EQ(list_jobs(database_, {}).at(0).detail, "no DICM; came 3 times");
  refuse("a", "f2");
  EXPECT_EQ(kept(), (Rows{{"f2", "4"}})) << "the file was lost";
}

TEST_F(RefusedObjects, GiveWayInTheOrderInWhichTheyCameLast) {
  const RefusedBound bound{.bytes = 250};
  refuse("a", "f1", bound);
  refuse("b", "f2", bound);
  refuse("a", "", bound);
  EXPECT_EQ(refuse("c", "f3", bound), Files{"f2"});
  EXPECT_EQ(kept(), (Rows{{"NULL", "1"}, {"f1", "2"}, {"f3", "1"}}));
  EXPECT_EQ(kept_refused_file(database_, sha256("b")), std::nullopt);
  EXPECT_EQ(refuse("b", "f4", bound), Files{"f1"});
  EXPECT_EQ(kept(), (Rows{{"NULL", "2"}, {"f3", "1"}, {"f4", "2"}}));
  EXPECT_EQ(list_jobs(database_, {}).size(), 3U);
}

TEST_F(RefusedObjects, FillNoTableEither) {
  const RefusedBound bound{.bytes = 100'000, .objects = 3};
  Files displaced;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    const Files now = refuse(name, std::string("file ") + name, bound);
    displaced.insert(displaced.end(), now.begin(), now.end());
  }
  EXPECT_EQ(displaced, (Files{"file a", "file b"}));
  EXPECT_EQ(kept(), (Rows{{"file c", "1"}, {"file d", "1"}, {"file e", "1"}}));
}

TEST_F(RefusedObjects, MakeRoomAltogether) {
  refuse("a", "f1");
  refuse("b", "f2");
  // As they were kept before their sizes were.
  test_.rows(
      "insert into job (kind, state, refused_file_id, reason, finished_at) "
      "values ('ingest', 'dead', 'f0', 'not_dicom', now()) returning 1");
  EXPECT_THAT(bound_refused(database_, {.bytes = 0}), UnorderedElementsAre("f0", "f1", "f2"));
  EXPECT_EQ(bound_refused(database_, {.bytes = 0}), Files{});
  EXPECT_EQ(test_.value("select count(*) from job where detail = 'no DICM'"), "2");
}

TEST_F(RefusedObjects, NameTheirFiles) {
  refuse("a", "f1");
  EXPECT_EQ(unknown_refused_files(database_, {"f1", "f2"}), Files{"f2"});
}

}  // namespace
}  // namespace glisson::storage
