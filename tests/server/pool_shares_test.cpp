#include "server/admission/pool_shares.hpp"

#include <gtest/gtest.h>

#include <list>

namespace glisson::server {
namespace {

const ShownRequest storing{.called = "GLISSON", .calling = "PACS", .beyond_verification = true};
const ShownRequest pinging{.called = "GLISSON", .calling = "PACS", .beyond_verification = false};

ConnectionOrigin from(const std::string& address) {
  return {.address = address, .certificate_fingerprint = {}, .certificate_subject = {}};
}

/// The processes of a node, and who has them.
class PoolShares : public testing::Test {
 protected:
  /// Whether one more is admitted; it stays then.
  bool admit(const std::string& address, const ShownRequest& request = storing,
             Standing standing = Standing::claimed_sender) {
    const Caller caller = caller_of(request, from(address), standing);
    std::vector<const Caller*> busy;
    for (const Caller& other : busy_) busy.push_back(&other);
    if (static_cast<int>(busy.size()) == limits_.largest || exceeded(limits_, busy, caller)) return false;
    busy_.push_back(caller);
    return true;
  }
  int admit_all(const std::string& address, const ShownRequest& request = storing,
                Standing standing = Standing::claimed_sender) {
    int admitted = 0;
    while (admit(address, request, standing)) ++admitted;
    return admitted;
  }
  /// The first association of an address ends.
  void end_one_of(const std::string& network) {
    busy_.erase(std::find_if(busy_.begin(), busy_.end(),
                             [&](const Caller& caller) { return caller.network == network; }));
  }

  PoolLimits limits_{.smallest = 8, .largest = 128, .patience = {}};
  std::list<Caller> busy_;
};

TEST_F(PoolShares, LeaveSomethingForTheNextAddressHoweverManyAFewWant) {
  EXPECT_EQ(admit_all("192.0.2.1"), 72);
  EXPECT_EQ(admit_all("192.0.2.2"), 18);
  EXPECT_GE(admit_all("192.0.2.3"), 2);
  EXPECT_GE(admit_all("192.0.2.4"), 2);
}

TEST_F(PoolShares, EvenOutAsAssociationsEnd) {
  admit_all("192.0.2.1");
  for (int i = 0; i < 72; ++i) {
    end_one_of("192.0.2.1");
    admit("192.0.2.2");
    admit("192.0.2.1");
  }
  const auto held = [&](const std::string& network) {
    return std::count_if(busy_.begin(), busy_.end(),
                         [&](const Caller& caller) { return caller.network == network; });
  };
  EXPECT_NEAR(static_cast<double>(held("192.0.2.1")), static_cast<double>(held("192.0.2.2")), 3);
}

TEST_F(PoolShares, KeepPlacesInASmallPoolBesideStrangersToo) {
  limits_.largest = 8;
  EXPECT_EQ(admit_all("192.0.2.8", pinging), 2);
  EXPECT_EQ(admit_all("192.0.2.9", pinging), 0);
  EXPECT_EQ(admit_all("192.0.2.1"), 4);
  EXPECT_TRUE(admit("192.0.2.2"));
  EXPECT_TRUE(admit("192.0.2.3"));
}

TEST_F(PoolShares, GiveOneAddressWhatItWasAllowed) {
  limits_.per_address = 128;
  EXPECT_EQ(admit_all("192.0.2.1"), 128);
}

TEST_F(PoolShares, CountAPingUnderAClaimedTitleAsAStrangers) {
  EXPECT_EQ(
      admit_all("192.0.2.1", pinging) + admit_all("192.0.2.2", pinging) + admit_all("192.0.2.3", pinging),
      32);
  EXPECT_TRUE(admit("192.0.2.1"));
  EXPECT_TRUE(admit("192.0.2.1", pinging, Standing::proved_sender));
}

TEST_F(PoolShares, OfIPv6CountProvedSendersByAddressAndAllOthersByNetwork) {
  limits_.per_address = 3;
  EXPECT_EQ(admit_all("2001:db8::1", storing, Standing::stranger), 3);
  EXPECT_EQ(admit_all("2001:db8::2", storing, Standing::stranger), 0);
  EXPECT_EQ(admit_all("2001:db8::1"), 3);
  EXPECT_EQ(admit_all("2001:db8::2"), 0);
  EXPECT_EQ(admit_all("2001:db8::1", storing, Standing::proved_sender), 3);
  EXPECT_EQ(admit_all("2001:db8::2", storing, Standing::proved_sender), 3);
}

TEST(Caller, MayStoreWhateverItAsksForWhereItIsKnownTo) {
  const auto origin = from("192.0.2.1");
  EXPECT_TRUE(caller_of(pinging, origin, Standing::claimed_sender).may_store);
  EXPECT_TRUE(caller_of(storing, origin, Standing::proved_sender).may_store);
  EXPECT_FALSE(caller_of(storing, origin, Standing::stranger).may_store);
  EXPECT_FALSE(caller_of(storing, origin, Standing::untold).may_store);
}

TEST(Caller, IsNoStrangerAsLongAsNobodyHasSaidWhoMayStore) {
  const auto origin = from("192.0.2.1");
  EXPECT_FALSE(caller_of(storing, origin, Standing::untold).is_stranger);
  EXPECT_TRUE(caller_of(pinging, origin, Standing::untold).is_stranger);
}

}  // namespace
}  // namespace glisson::server
