#include "config/running_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/rejection.hpp"

namespace glisson::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* everything = R"([host]
data = "/srv/a \"quoted\" folder"
[receive]
ae_title = "LIVER"
port = 104
application_entities = [{title = "OTHER", open_echo = false, settle_time = 7, peers = ["pacs", "ct"]},
                        {title = "ANY", any_called_title = true, protocol = "ibsi-a"}]
[tls]
port = 2762
certificate = "/c.pem"
key = "/k.pem"
client_certificates = "none"
[analysis]
label_rules = [{pattern = "tumou?r \\d", role = "lesion"}]
[database]
url = "postgresql://user:se%20cret@db/glisson"
[web]
host_names = ["a.example", "b.example"]
[log]
format = "json"
)";

Settings parsed(const std::string& text) { return parse_settings(text, "test.toml"); }

TEST(RunningSettings, AreWrittenSoThatTheyReadTheSame) {
  for (const char* text : {"", everything}) {
    const Settings settings = parsed(text);
    const Settings again = parsed(settings_text(settings));
    EXPECT_THAT(differing_settings(settings, again), IsEmpty());
    EXPECT_EQ(again.database_url, settings.database_url) << "with its password";
  }
  EXPECT_EQ(parsed(settings_text(parsed(everything))).further_entities.at(0).peers.size(), 2U);
}

TEST(RunningSettings, DifferInAPasswordToo) {
  Settings other = parsed(everything);
  other.database_url = "postgresql://user:another@db/glisson";
  EXPECT_THAT(differing_settings(parsed(everything), other), ElementsAre("database.url"));
}

TEST(RunningSettings, KeepWhatNeedsARestartAndTakeTheRest) {
  const Settings running = parsed("");
  const auto reloaded = reload_settings(running, parsed(everything));
  EXPECT_THAT(reloaded.waiting, ElementsAre("host.data", "receive.port", "tls.port", "database.url"));
  EXPECT_EQ(reloaded.settings.ae_title, "LIVER");
  for (const auto& key : differing_settings(running, reloaded.settings))
    EXPECT_FALSE(needs_restart(key)) << key;
  EXPECT_EQ(reloaded.changed, differing_settings(running, reloaded.settings));
}

TEST(RunningSettings, KeepEachSettingThatNeedsARestart) {
  const Settings running = parsed("");
  Settings wanted = running;
  wanted.data = "/elsewhere";
  wanted.user = "other";
  wanted.port = 1;
  wanted.bind_address = "127.0.0.1";
  wanted.tls_port = 2;
  wanted.database_url = "postgresql://db";
  const auto reloaded = reload_settings(running, wanted);
  EXPECT_THAT(reloaded.changed, IsEmpty());
  std::vector<std::string> all;
  for (const auto& setting : describe_settings(running)) {
    if (needs_restart(setting.key)) all.push_back(setting.key);
  }
  EXPECT_EQ(reloaded.waiting, all);
}

TEST(RunningSettings, AreNotMixedWithWhatContradictsThem) {
  const Settings running = parsed(everything);
  // Good by itself; but the port for TLS stays open until the restart.
  const Settings wanted = parsed("[receive]\nport = 104\n");
  EXPECT_EQ(tests::rejected_as([&] { reload_settings(running, wanted); }), "invalid_settings");
}

}  // namespace
}  // namespace glisson::config
