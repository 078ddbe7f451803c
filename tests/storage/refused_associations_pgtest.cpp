#include <gtest/gtest.h>

#include "storage/peers.hpp"
#include "storage/refused_associations.hpp"
#include "tests/support/test_database.hpp"

namespace glisson::storage {
namespace {

class RefusedAssociations : public testing::Test {
 protected:
  void refuse(const std::string& calling, const std::string& address = "192.0.2.7",
              AssociationRefusal reason = AssociationRefusal::calling_title_unknown) {
    record_refused_association(database_, {reason, calling, "GLISSON", address});
  }
  std::string count(const std::string& condition = "true") const {
    return test_.value("select count(*) from refused_association where " + condition);
  }

  tests::TestDatabase test_;
  Database database_ = test_.connect();
};

TEST_F(RefusedAssociations, AreCountedByWhoTriedWhatFromWhere) {
  for (int i = 0; i < 3; ++i) refuse("CT1");
  refuse("CT1", "192.0.2.8");
  refuse("CT1", "192.0.2.7", AssociationRefusal::called_title_unknown);
  test_.rows(
      "update refused_association set first_seen = '2026-01-02 03:04:05Z' where times = 3 returning 1");
  const auto refused = list_refused_associations(database_);
  ASSERT_EQ(refused.size(), 3U);
  EXPECT_EQ(refused[0].attempt.reason, AssociationRefusal::called_title_unknown);
  EXPECT_EQ(refused[1].attempt.address, "192.0.2.8");
  EXPECT_EQ(refused[2].attempt.calling, "CT1");
  EXPECT_EQ(refused[2].attempt.called, "GLISSON");
  EXPECT_EQ(refused[2].times, 3U);
  EXPECT_EQ(refused[2].first_seen, "2026-01-02T03:04:05Z");
}

TEST_F(RefusedAssociations, OfOneAddressAreCountedTogetherBeyondItsShare) {
  constexpr int tried = most_refused_per_address + 30;
  for (int i = 0; i < tried; ++i) refuse("T" + std::to_string(i));
  const std::string latest = "T" + std::to_string(tried - 1);
  refuse(latest);
  refuse("PACS", "192.0.2.8");
  EXPECT_EQ(count("address = '192.0.2.7'"), std::to_string(most_refused_per_address + 1));
  EXPECT_EQ(test_.value("select times from refused_association where calling = ''"), "30");
  EXPECT_EQ(test_.value("select times from refused_association where calling = '" + latest + "'"), "2");
  EXPECT_EQ(count("calling = 'T0'"), "0");
  EXPECT_EQ(count("calling = 'PACS'"), "1");
}

TEST_F(RefusedAssociations, OfOneAddressAreNamedWhereTheyWereTriedLast) {
  for (int i = 0; i < most_refused_per_address; ++i) refuse("T" + std::to_string(i));
  refuse("T0");
  refuse("PACS");
  EXPECT_EQ(count("calling = 'PACS'"), "1");
  EXPECT_EQ(count("calling = 'T0'"), "1");
  EXPECT_EQ(count("calling = 'T1'"), "0");
  EXPECT_EQ(list_refused_associations(database_).front().attempt.calling, "PACS");
}

TEST_F(RefusedAssociations, NeverGrowBeyondTheirLimitAndPushNothingOut) {
  refuse("PACS", "192.0.2.1");
  test_.rows(
      "insert into refused_association (reason, calling, called, address) "
      "select 'calling_title_unknown', 'X', 'GLISSON', '2001:db8::' || to_hex(n) "
      "from generate_series(1, " +
      std::to_string(most_refused) + ") n returning 1");
  const std::string before = count();
  for (int i = 0; i < 10; ++i) refuse("Y", "198.51.100." + std::to_string(i));
  refuse("PACS", "192.0.2.1");
  EXPECT_EQ(count(), std::to_string(std::stoi(before) + 1));
  EXPECT_EQ(test_.value("select times from refused_association where address = ''"), "10");
  EXPECT_EQ(test_.value("select times from refused_association where calling = 'PACS'"), "2");
}

TEST_F(RefusedAssociations, AreForgottenAfterAWhileAndWhenThePeerIsAdded) {
  refuse("OLD");
  test_.rows("update refused_association set last_seen = now() - interval '91 days' returning 1");
  refuse("CT1");
  EXPECT_EQ(count("calling = 'OLD'"), "0");
  Peer peer;
  peer.name = "ct1";
  peer.ae_title = dicom::AeTitle("CT1");
  peer.host = "ct1.example";
  peer.port = 104;
  add_peer(database_, peer);
  EXPECT_EQ(count(), "0");
}

TEST_F(RefusedAssociations, KeepEveryReasonThatTheyKnow) {
  for (const AssociationRefusal reason :
       {AssociationRefusal::malformed_request, AssociationRefusal::called_title_unknown,
        AssociationRefusal::calling_title_unknown, AssociationRefusal::title_not_for_peer,
        AssociationRefusal::address_not_allowed, AssociationRefusal::store_not_permitted,
        AssociationRefusal::echo_not_permitted, AssociationRefusal::certificate_missing,
        AssociationRefusal::certificate_not_bound}) {
    EXPECT_EQ(association_refusal_from(keyword(reason)), reason);
    refuse("'; drop peer--", "192.0.2.7", reason);
  }
  EXPECT_EQ(count(), "9");
}

}  // namespace
}  // namespace glisson::storage
