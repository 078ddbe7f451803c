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

/// The titles of a node whose settings have this line in [receive], and what a caller then meets.
config::Settings with_line(const std::string& line) {
  return config::parse_settings("[receive]\n" + line + "\n", "the settings");
}

TEST(RefusalAdvice, GivesTheLineOfTheSettingsThatAdmitsACalledTitle) {
  const RefusedAttempt attempt{Refusal::called_title_unknown, "CT_1", "LIVER \"2\"", "10.1.2.3"};
  const auto advice = advise(attempt, peers(), entities());
  EXPECT_FALSE(advice.by_dialog);
  EXPECT_EQ(with_line(advice.setting).application_entities().back().title, attempt.called);
  EXPECT_TRUE(
      advise({Refusal::called_title_unknown, "CT_1", "", "10.1.2.3"}, peers(), entities()).setting.empty());

  const auto node =
      with_line(R"(application_entities = [{title = "OTHER", peers = ["mr 2"], settle_time = 7}])");
  const auto both =
      with_line(advise(attempt, peers(), node.application_entities()).setting).application_entities();
  ASSERT_EQ(both.size(), 3U);
  EXPECT_EQ(both[1].title, "OTHER");
  EXPECT_EQ(both[1].peers, std::vector<std::string>{"mr 2"});
  EXPECT_EQ(both[1].settle_time.count(), 7);
  EXPECT_EQ(both[2].title, attempt.called);

  const RefusedAttempt of_others{Refusal::title_not_for_peer, "CT_1", "OTHER", "10.1.2.3"};
  const auto admitted = with_line(advise(of_others, peers(), node.application_entities()).setting);
  EXPECT_EQ(admitted.application_entities()[1].peers, (std::vector<std::string>{"mr 2", "ct 1"}));
}

TEST(RefusalAdvice, HasWordsAndANextStepForEveryReasonWhateverIsKnown) {
  auto titles = entities();
  titles.push_back(titles.front());
  titles.front().title = "MAIN";
  titles.back().peers = {"mr 2"};
  for (const Refusal reason :
       {Refusal::malformed_request, Refusal::called_title_unknown, Refusal::calling_title_unknown,
        Refusal::title_not_for_peer, Refusal::address_not_allowed, Refusal::store_not_permitted,
        Refusal::echo_not_permitted, Refusal::certificate_missing, Refusal::certificate_not_bound}) {
    for (const RefusedAttempt& attempt :
         {RefusedAttempt{reason, "CT_1", "GLISSON", "10.1.2.3"},
          RefusedAttempt{reason, "GONE", "GLISSON", "10.1.2.3"},
          RefusedAttempt{reason, "", "GLISSON", "10.1.2.3"}, RefusedAttempt{reason, "", "", "10.1.2.3"},
          RefusedAttempt{reason, "", "", ""}}) {
      const auto advice = advise(attempt, peers(), titles);
      EXPECT_FALSE(advice.meaning.empty()) << storage::keyword(reason);
      EXPECT_FALSE(advice.command.empty() && advice.setting.empty() && advice.otherwise.empty())
          << storage::keyword(reason) << " has no next step";
      if (reason == Refusal::malformed_request || reason == Refusal::called_title_unknown ||
          attempt.calling.empty())
        continue;
      EXPECT_NE(advice.command.empty(), advice.setting.empty())
          << storage::keyword(reason) << ": one way to admit it";
    }
  }
}

}  // namespace
}  // namespace glisson::server
