#include <gtest/gtest.h>

#include "engine/errors.hpp"
#include "storage/peers.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::storage {
namespace {

Peer pacs() {
  Peer peer;
  peer.name = "pacs";
  peer.ae_title = dicom::AeTitle("PACS");
  peer.host = "pacs.example";
  peer.port = 104;
  peer.may_store = true;
  peer.receives_reports = true;
  return peer;
}

class PeersTest : public testing::Test {
 protected:
  /// A delivery of an analysis of its own in the given state; the foreign key to the analysis is not this
  /// test's subject.
  void add_delivery(const std::string& state) const {
    test_.rows(
        "set session_replication_role = replica; "
        "insert into job (kind, state, analysis_id, peer_id, reason) "
        "select 'deliver', '" +
        state + "', (select count(*) from job), peer_id, 'no_purpose' from peer returning 1");
  }

  tests::TestDatabase test_;
  Database database_ = test_.connect();
};

TEST_F(PeersTest, KeepsWhatWasDeclared) {
  Peer peer = pacs();
  peer.purpose = Purpose::clinical_study;
  peer.responsible = "Dr. Example";
  peer.valid_until = "2031-12-31";
  peer.networks = {Network("192.0.2.0/24"), Network("2001:db8::7")};
  peer.tls = true;
  peer.certificate = "CN=pacs,O=Hospital";
  add_peer(database_, peer);
  const auto found = find_peer(database_, dicom::AeTitle("PACS"));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->name, "pacs");
  EXPECT_EQ(found->host, "pacs.example");
  EXPECT_EQ(found->port, 104);
  EXPECT_TRUE(found->may_store);
  EXPECT_FALSE(found->may_query);
  EXPECT_FALSE(found->may_echo);
  EXPECT_TRUE(found->receives_reports);
  EXPECT_EQ(found->purpose, Purpose::clinical_study);
  EXPECT_EQ(found->responsible, "Dr. Example");
  EXPECT_EQ(found->valid_until, "2031-12-31");
  EXPECT_EQ(found->networks, peer.networks);
  EXPECT_TRUE(found->tls);
  EXPECT_EQ(found->certificate, peer.certificate);
  EXPECT_TRUE(found->may_call_from("192.0.2.9"));
  EXPECT_FALSE(found->may_call_from("192.0.3.9"));
  EXPECT_FALSE(find_peer(database_, dicom::AeTitle("pacs")).has_value());
  EXPECT_FALSE(find_peer_by_name(database_, "other").has_value());
}

TEST_F(PeersTest, ChangesAPeerThatKeepsItsIdAndAddsNoneOfItsName) {
  EXPECT_FALSE(change_peer(database_, pacs()));
  EXPECT_TRUE(add_peer(database_, pacs()));
  const std::int64_t id = find_peer_by_name(database_, "pacs")->id;
  Peer changed = pacs();
  changed.ae_title = dicom::AeTitle("PACS2");
  changed.port = 11112;
  EXPECT_FALSE(add_peer(database_, changed));
  EXPECT_EQ(list_peers(database_).front().port, 104);
  EXPECT_TRUE(change_peer(database_, changed));
  ASSERT_EQ(list_peers(database_).size(), 1U);
  EXPECT_EQ(list_peers(database_).front().id, id);
  EXPECT_EQ(list_peers(database_).front().port, 11112);
  EXPECT_FALSE(list_peers(database_).front().purpose.has_value());
  EXPECT_TRUE(list_peers(database_).front().may_call_from("203.0.113.5"));
}

TEST_F(PeersTest, RefusesATakenTitleAndMalformedValues) {
  add_peer(database_, pacs());
  Peer other = pacs();
  other.name = "other";
  EXPECT_THROW(add_peer(database_, other), RejectedInput);
  for (const char* date : {"2031-02-30", "31.12.2031", "2031-12-31x", "tomorrow", "2031-1-1"}) {
    Peer peer = pacs();
    peer.valid_until = date;
    EXPECT_THROW(add_peer(database_, peer), RejectedInput) << date;
  }
  Peer no_port = pacs();
  no_port.port = 0;
  EXPECT_THROW(add_peer(database_, no_port), RejectedInput);
  EXPECT_THROW(purpose_from("production"), RejectedInput);
  EXPECT_EQ(purpose_from(keyword(Purpose::research)), Purpose::research);
}

TEST_F(PeersTest, RefusesALastDayThatIsOverUnlessItWasThereBefore) {
  Peer peer = pacs();
  peer.purpose = Purpose::test;
  peer.responsible = "Dr. Example";
  peer.valid_until = "2020-01-01";
  EXPECT_THROW(add_peer(database_, peer), RejectedInput);
  peer.valid_until = test_.value("select current_date::text");
  add_peer(database_, peer);
  test_.rows("update peer set valid_until = current_date - 1");
  peer = *find_peer_by_name(database_, peer.name);
  peer.port = 105;
  change_peer(database_, peer);
  EXPECT_EQ(test_.value("select port from peer"), "105");
  peer.valid_until = test_.value("select (current_date - 2)::text");
  EXPECT_THROW(change_peer(database_, peer), RejectedInput);
}

TEST_F(PeersTest, ReleasesHeldDeliveriesWhenThePurposeIsDeclared) {
  add_peer(database_, pacs());
  add_delivery("held");
  const auto state = [&] { return test_.value("select state from job"); };
  Peer peer = pacs();
  peer.purpose = Purpose::test;
  change_peer(database_, peer);
  EXPECT_EQ(state(), "held");
  peer.responsible = "Dr. Example";
  change_peer(database_, peer);
  EXPECT_EQ(state(), "held");
  peer.valid_until = "2999-01-01";
  Database worker = test_.connect();
  worker.wait_for_notification("glisson_deliver", std::chrono::milliseconds(0));
  change_peer(database_, peer);
  EXPECT_EQ(state(), "scheduled");
  EXPECT_TRUE(worker.wait_for_notification("glisson_deliver", std::chrono::seconds(10)));
}

TEST_F(PeersTest, RemovingEndsItsDeliveriesVisibly) {
  add_peer(database_, pacs());
  for (const char* state : {"held", "scheduled", "blocked"}) add_delivery(state);
  EXPECT_TRUE(remove_peer(database_, "pacs"));
  EXPECT_FALSE(remove_peer(database_, "pacs"));
  EXPECT_TRUE(list_peers(database_).empty());
  EXPECT_FALSE(find_peer(database_, dicom::AeTitle("PACS")).has_value());
  EXPECT_EQ(test_.value("select count(*) from job where state = 'dead' and reason = 'peer_removed'"), "3");
  add_peer(database_, pacs());
  EXPECT_EQ(list_peers(database_).size(), 1U);
}

}  // namespace
}  // namespace glisson::storage
