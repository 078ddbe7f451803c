#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/errors.hpp"
#include "storage/audit.hpp"
#include "storage/index.hpp"
#include "storage/job_outcome.hpp"
#include "storage/peers.hpp"
#include "storage/refused_associations.hpp"
#include "storage/results.hpp"
#include "tests/support/stored_study.hpp"

namespace glisson::storage {
namespace {

using Rows = std::vector<std::vector<std::string>>;

class Audit : public testing::Test {
 protected:
  /// Kind and outcome of the events, in order.
  Rows events(const std::string& condition = "true") const {
    return test_.rows("select kind, outcome from audit_event where " + condition +
                      " order by audit_event_id");
  }
  std::string fact(const std::string& path, const std::string& condition) const {
    return test_.value("select facts #>> '{" + path + "}' from audit_event where " + condition +
                       " order by audit_event_id desc");
  }
  void refuse() {
    record_refused_association(database_,
                               {AssociationRefusal::calling_title_unknown, "CT1", "GLISSON", "192.0.2.7"});
  }
  Job claim_delivery() {
    tests::schedule_analysis(test_, study_);
    store_results(database_, tests::claim(database_, JobKind::analyse), tests::sample_result("one"));
    return tests::claim(database_, JobKind::deliver);
  }
  ApplicationRun run(const std::string& id) const {
    return {"host", id, "42", {"GLISSON", "SECOND"}, "/data", std::chrono::system_clock::now()};
  }

  tests::TestDatabase test_;
  Database database_ = test_.connect();
  tests::StoredStudy study_ = tests::store_study(test_);
};

TEST_F(Audit, TellsWhatAnAssociationBroughtWhenItIsClosed) {
  const std::int64_t id = std::stoll(test_.value("select association_id from instance limit 1"));
  ASSERT_TRUE(events("kind = 'instances_transferred'").empty());
  close_association(database_, id, "released", 4, 0);
  EXPECT_EQ(events("kind = 'instances_transferred'").size(), 1U);
  EXPECT_EQ(fact("study", "true"), study_.study_instance_uid);
  EXPECT_EQ(
      test_.value("select count(*) from instance where association_id = " + std::to_string(id)),
      test_.value("select sum(value::int) from audit_event, jsonb_each_text(facts -> 'sop_classes') where "
                  "association_id = " +
                  std::to_string(id)));
  close_association(database_, id, "released", 4, 0);
  EXPECT_EQ(events("kind = 'instances_transferred'").size(), 1U) << "each instance once";
}

TEST_F(Audit, TellsWhatAKilledProcessBroughtWhenNothingCameForAnHour) {
  test_.rows(
      "update association set closed_at = null, audited_to = 0, opened_at = now() - interval '2 h' returning "
      "1");
  audit_overdue(database_);
  EXPECT_TRUE(events("kind = 'instances_transferred'").empty()) << "objects came a moment ago";
  test_.rows("update instance set received_at = now() - interval '61 min' returning 1");
  for (int twice = 0; twice < 2; ++twice) {
    audit_overdue(database_);
    EXPECT_EQ(events("kind = 'instances_transferred'").size(), 1U);
  }
}

TEST_F(Audit, TellsOfADeliveryBeforeItBeginsAndHowItEnded) {
  tests::add_destination(test_, "pacs", "test");
  const Job job = claim_delivery();
  EXPECT_TRUE(events("job_id is not null").empty());
  const auto delivery = load_delivery(database_, job);
  EXPECT_EQ(events("job_id is not null"), (Rows{{"begin_transferring", "0"}}));
  EXPECT_EQ(fact("destination,id", "job_id is not null"), "pacs");
  ASSERT_TRUE(retry_job(database_, job, std::chrono::milliseconds(0), {"transient", "no connection"}, 100));
  EXPECT_EQ(fact("detail", "job_id is not null"), "transient: no connection");
  const Job again = tests::claim(database_, JobKind::deliver);
  load_delivery(database_, again);
  ASSERT_TRUE(mark_delivered(database_, again, delivery->sop_instance_uid));
  EXPECT_EQ(events("job_id is not null"), (Rows{{"begin_transferring", "0"},
                                                {"instances_transferred", "4"},
                                                {"begin_transferring", "0"},
                                                {"instances_transferred", "0"}}));
  EXPECT_EQ(fact("study", "attempt = 2"), study_.study_instance_uid);
}

TEST_F(Audit, TellsOfNoTransferWhereTheReportIsHeld) {
  const auto peer = tests::add_destination(test_, "pacs", "test");
  const Job job = claim_delivery();
  test_.rows("update peer set responsible = null where peer_id = " + std::to_string(peer) + " returning 1");
  ASSERT_EQ(load_delivery(database_, job)->hold_reason, "no_responsible_person");
  ASSERT_TRUE(hold_job(database_, job, {"no_responsible_person", "held"}));
  EXPECT_TRUE(events("job_id is not null").empty());
}

TEST_F(Audit, TellsOfRefusalsAtOnceAndThenOnceAnHour) {
  for (int i = 0; i < 5; ++i) refuse();
  EXPECT_EQ(events("kind = 'security_alert'"), (Rows{{"security_alert", "4"}}));
  test_.rows("update refused_association set audited_at = now() - interval '61 min' returning 1");
  EXPECT_EQ(fact("times", "true"), "4") << "the update itself makes the trigger tell";
  for (int i = 0; i < 3; ++i) refuse();
  EXPECT_EQ(events("kind = 'security_alert'").size(), 2U);
  test_.rows("alter table refused_association disable trigger user");
  test_.rows("update refused_association set audited_at = now() - interval '61 min' returning 1");
  test_.rows("alter table refused_association enable trigger user");
  audit_overdue(database_);
  EXPECT_EQ(fact("times", "true"), "3");
  audit_overdue(database_);
  EXPECT_EQ(events("kind = 'security_alert'").size(), 3U);
  refuse();
  test_.rows("delete from refused_association returning 1");
  EXPECT_EQ(fact("times", "true"), "1") << "what is forgotten was told";
}

TEST_F(Audit, TellsOfChangesButNotOfJobs) {
  tests::add_destination(test_, "pacs", "test");
  EXPECT_EQ(events("change_id is not null"), (Rows{{"security_alert", "0"}}));
  EXPECT_EQ(fact("what", "change_id is not null"), "peer");
  test_.rows("insert into change (who, what, subject) values ('ada', 'job', '7') returning 1");
  EXPECT_EQ(events("change_id is not null").size(), 1U);
}

TEST_F(Audit, TellsOfEachStartOnceAndOfEndsThatNobodySaw) {
  record_application_start(database_, run("a"));
  record_application_start(database_, run("a"));
  record_application_start(database_, run("b"));
  record_application_stop(database_, run("b"));
  record_application_stop(database_, run("b"));
  record_application_start(database_, run("c"));
  EXPECT_EQ(events("kind like 'application%'"), (Rows{{"application_start", "0"},
                                                      {"application_stop", "8"},
                                                      {"application_start", "0"},
                                                      {"application_stop", "0"},
                                                      {"application_start", "0"}}));
  EXPECT_EQ(fact("ae_titles,1", "kind = 'application_start'"), "SECOND");
}

TEST_F(Audit, KeepsMessagesWaitingUntilTheyAreSent) {
  record_sign_in(database_, {.account = "ada", .address = "192.0.2.1"});
  record_sign_in(database_, {.account = "ada", .address = "192.0.2.1", .failed = true});
  record_sign_in(database_, {.account = "ada", .address = "192.0.2.1", .failed = true, .locked_out = true});
  EXPECT_EQ(events("kind = 'sign_in'"), (Rows{{"sign_in", "0"}, {"sign_in", "4"}, {"sign_in", "8"}}));
  const auto compose = [](const AuditEvent& event) { return event.kind + " at " + event.at; };
  EXPECT_EQ(compose_audit_messages(database_, 2, compose), 2U);
  EXPECT_EQ(compose_audit_messages(database_, 2, compose), 1U);
  EXPECT_EQ(audit_backlog(database_).waiting, 3U);
  const auto fail = [](const std::vector<AuditMessage>&) { throw TransientError("no collector"); };
  EXPECT_THROW(forward_audit_messages(database_, 2, fail), TransientError);
  EXPECT_EQ(audit_backlog(database_).waiting, 3U);
  std::vector<std::int64_t> sent;
  Database elsewhere = test_.connect();
  const auto send = [&](const std::vector<AuditMessage>& messages) {
    for (const auto& message : messages) sent.push_back(message.id);
    if (sent.size() > 2) return;
    forward_audit_messages(elsewhere, 9, [&](const std::vector<AuditMessage>& others) {
      ASSERT_EQ(others.size(), 1U) << "what one sends no other does";
      throw TransientError("not yet");
    });
  };
  EXPECT_THROW(forward_audit_messages(database_, 2, send), TransientError);
  EXPECT_EQ(forward_audit_messages(database_, 9, send), 3U);
  EXPECT_EQ(audit_backlog(database_).waiting, 0U);
  EXPECT_EQ(audit_backlog(database_).oldest.count(), 0);
}

TEST_F(Audit, ForgetsWhatIsOldAndWasSent) {
  for (int i = 0; i < 3; ++i) record_sign_out(database_, "ada", "192.0.2.1");
  test_.rows(
      "update audit_event set at = now() - interval '11 days' where audit_event_id in (select audit_event_id "
      "from "
      "audit_event where kind = 'sign_out' order by 1 limit 2) returning 1");
  test_.rows(
      "update audit_event set sent_at = now() where audit_event_id = (select min(audit_event_id) from "
      "audit_event "
      "where kind = 'sign_out') returning 1");
  EXPECT_EQ(forget_audit_events(database_, 10, true), 1U);
  EXPECT_EQ(forget_audit_events(database_, 10, false), 1U);
  EXPECT_EQ(events("kind = 'sign_out'").size(), 1U);
}

}  // namespace
}  // namespace glisson::storage
