#include "server/admission/refusal_advice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace glisson::server {
namespace {

using Refusal = storage::AssociationRefusal;
using storage::RefusedAttempt;
using testing::HasSubstr;

std::vector<config::ApplicationEntity> entities() {
  config::ApplicationEntity entity;
  entity.title = "GLISSON";
  return {entity};
}

std::vector<storage::Peer> peers() {
  storage::Peer peer;
  peer.name = "ct 1";
  peer.ae_title = dicom::AeTitle("CT_1");
  peer.may_query = true;
  peer.networks = {storage::Network("10.0.0.0/8")};
  return {peer};
}

TEST(NearestTitle, ForgivesCaseAndAFewSlips) {
  const std::vector<std::string> known{"LIVER_PACS", "CT_SIEMENS"};
  for (const char* slip :
       {"liver_pacs", "LIVERPACS", "LIVER-PACS", "LIVRE_PACS", "LIVER_PAC", "XLIVER_PACSX"}) {
    EXPECT_EQ(nearest_title(slip, known), "LIVER_PACS") << slip;
  }
  EXPECT_EQ(nearest_title("MR_PHILIPS", known), "");
  EXPECT_EQ(nearest_title("LIVER_PACS", known), "");
}

TEST(NearestTitle, SeesNoLikenessInShortTitles) {
  EXPECT_EQ(nearest_title("CT1", {"MR2"}), "");
  EXPECT_EQ(nearest_title("CT1", {"CT2"}), "CT2");
  EXPECT_EQ(nearest_title("", {"A"}), "");
}

TEST(NearestTitle, PrefersTheLeastChange) {
  EXPECT_EQ(nearest_title("PACS_A1", {"PACS_B2", "PACS_A2"}), "PACS_A2");
}

TEST(RefusalAdvice, AddsAnUnknownPeerAndNamesTheOneThatItMayBe) {
  const auto advice =
      advise({Refusal::calling_title_unknown, "CT1", "GLISSON", "10.1.2.3"}, peers(), entities());
  EXPECT_EQ(advice.command, "glisson peer add ct1 CT1 10.1.2.3 104 --may store,echo --from 10.1.2.3");
  EXPECT_EQ(advice.near_miss, "CT_1");
  EXPECT_THAT(advice.otherwise, HasSubstr("glisson peer change 'ct 1' --ae-title CT1"));
}

TEST(RefusalAdvice, GivesCommandsThatAShellTakesAsOneCommand) {
  const auto advice =
      advise({Refusal::calling_title_unknown, "$(rm -rf ~)'", "GLISSON", "10.1.2.3"}, peers(), entities());
  EXPECT_EQ(
      advice.command,
      "glisson peer add peer--rm--rf---- '$(rm -rf ~)'\\''' 10.1.2.3 104 --may store,echo --from 10.1.2.3");
}

TEST(RefusalAdvice, KeepsTheNetworksAndRightsThatAPeerHas) {
  EXPECT_EQ(
      advise({Refusal::address_not_allowed, "CT_1", "GLISSON", "192.0.2.9"}, peers(), entities()).command,
      "glisson peer change 'ct 1' --from 10.0.0.0/8,192.0.2.9");
  EXPECT_EQ(
      advise({Refusal::store_not_permitted, "CT_1", "GLISSON", "10.1.2.3"}, peers(), entities()).command,
      "glisson peer change 'ct 1' --may store,query");
  EXPECT_EQ(advise({Refusal::echo_not_permitted, "CT_1", "GLISSON", "10.1.2.3"}, peers(), entities()).command,
            "glisson peer change 'ct 1' --may query,echo");
}

TEST(RefusalAdvice, SendsAWrongCalledTitleBackToTheSender) {
  const auto advice =
      advise({Refusal::called_title_unknown, "CT_1", "GLISON", "10.1.2.3"}, peers(), entities());
  EXPECT_TRUE(advice.command.empty());
  EXPECT_EQ(advice.near_miss, "GLISSON");
  EXPECT_THAT(advice.otherwise, HasSubstr("let it call GLISSON"));
}

TEST(RefusalAdvice, HasWordsForEveryReasonWhateverIsKnown) {
  for (const Refusal reason :
       {Refusal::malformed_request, Refusal::called_title_unknown, Refusal::calling_title_unknown,
        Refusal::title_not_for_peer, Refusal::address_not_allowed, Refusal::store_not_permitted,
        Refusal::echo_not_permitted, Refusal::certificate_missing, Refusal::certificate_not_bound}) {
    for (const RefusedAttempt& attempt :
         {RefusedAttempt{reason, "CT_1", "GLISSON", "10.1.2.3"},
          RefusedAttempt{reason, "GONE", "GLISSON", "10.1.2.3"},
          RefusedAttempt{reason, "", "GLISSON", "10.1.2.3"}, RefusedAttempt{reason, "", "", "10.1.2.3"},
          RefusedAttempt{reason, "", "", ""}}) {
      EXPECT_FALSE(advise(attempt, peers(), entities()).meaning.empty()) << storage::keyword(reason);
    }
  }
}

}  // namespace
}  // namespace glisson::server
