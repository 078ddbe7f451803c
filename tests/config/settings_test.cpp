#include "config/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/errors.hpp"

namespace glisson::config {
namespace {

std::string refusal(const std::string& toml) {
  try {
    parse_settings(toml, "glisson.toml");
  } catch (const RejectedInput& error) {
    EXPECT_EQ(error.reason(), RejectionReason::invalid_settings);
    return error.what();
  }
  return "accepted";
}

TEST(Settings, AreTheStandardValuesWhereNothingIsSet) {
  const Settings settings = parse_settings("", "empty");
  EXPECT_EQ(settings.ae_title, "GLISSON");
  EXPECT_EQ(settings.port, 11112);
  EXPECT_EQ(settings.settle_time, std::chrono::seconds(10));
}

TEST(Settings, AreReadFromEverySection) {
  const Settings settings = parse_settings(R"(
[host]
data = "/srv/glisson"
user = "radiomics"
[receive]
ae_title = "LIVER NODE"
port = 104
bind_address = "::1"
any_called_title = true
open_echo = false
min_associations = 2
max_associations = 4
max_associations_per_address = 3
max_associations_per_title = 2
minimum_rate = 512
association_request_timeout = 3
pdu_timeout = 11
idle_timeout = 12
largest_data_set = 8589934592
[queue]
settle_time = 0
incomplete_after = 60
job_deadline = 120
lease = 5
silence_alert = 60
[resources]
least_free = 4096
least_free_percent = 3
most_due_analyses = 7
longest_due = 8
largest_study = 9
largest_study_bytes = 1048576
[analysis]
protocol = "ibsi-c"
memory_budget = 1073741824
[[analysis.label_rules]]
pattern = "^tumou?r"
role = "lesion"
[[analysis.label_rules]]
pattern = "vessel"
role = "ignore"
[tls]
port = 2762
certificate = "/etc/glisson/tls/certificate.pem"
key = "/etc/glisson/tls/key.pem"
trusted = "/etc/glisson/tls/trusted.pem"
client_certificates = "optional"
[database]
url = "postgresql://db/glisson"
[log]
level = "debug"
)",
                                           "text");
  EXPECT_EQ(settings.data, "/srv/glisson");
  EXPECT_EQ(settings.user, "radiomics");
  EXPECT_EQ(settings.ae_title, "LIVER NODE");
  EXPECT_EQ(settings.port, 104);
  EXPECT_EQ(settings.bind_address, "::1");
  EXPECT_EQ(settings.min_associations, 2);
  EXPECT_EQ(settings.max_associations, 4);
  EXPECT_TRUE(settings.any_called_title);
  EXPECT_FALSE(settings.open_echo);
  EXPECT_EQ(settings.max_associations_per_address, 3);
  EXPECT_EQ(settings.max_associations_per_title, 2);
  EXPECT_EQ(settings.minimum_rate, 512U);
  EXPECT_EQ(settings.association_request_timeout.count(), 3);
  EXPECT_EQ(settings.pdu_timeout.count(), 11);
  EXPECT_EQ(settings.idle_timeout.count(), 12);
  EXPECT_EQ(settings.largest_data_set, std::uint64_t{8} << 30);
  EXPECT_EQ(settings.settle_time.count(), 0);
  EXPECT_EQ(settings.incomplete_after.count(), 60);
  EXPECT_EQ(settings.job_deadline.count(), 120);
  EXPECT_EQ(settings.lease.count(), 5);
  EXPECT_EQ(settings.silence_alert.count(), 60);
  EXPECT_EQ(settings.least_free, 4096U);
  EXPECT_EQ(settings.least_free_percent, 3);
  EXPECT_EQ(settings.most_due_analyses, 7);
  EXPECT_EQ(settings.longest_due.count(), 8);
  EXPECT_EQ(settings.largest_study, 9);
  EXPECT_EQ(settings.largest_study_bytes, 1048576U);
  EXPECT_EQ(settings.protocol, "ibsi-c");
  EXPECT_EQ(settings.memory_budget, std::uint64_t{1} << 30);
  ASSERT_EQ(settings.label_rules.size(), 2U);
  EXPECT_EQ(settings.label_rules[0].pattern, "^tumou?r");
  EXPECT_EQ(settings.label_rules[1].role, "ignore");
  EXPECT_EQ(settings.tls_port, 2762);
  EXPECT_EQ(settings.tls_certificate, "/etc/glisson/tls/certificate.pem");
  EXPECT_EQ(settings.tls_key, "/etc/glisson/tls/key.pem");
  EXPECT_EQ(settings.tls_trusted, "/etc/glisson/tls/trusted.pem");
  EXPECT_EQ(settings.tls_client_certificates, ClientCertificates::optional);
  EXPECT_EQ(settings.database_url, "postgresql://db/glisson");
  EXPECT_EQ(settings.log_level, "debug");
}

TEST(ApplicationEntities, AreOneMadeOfTheSimpleKeysUnlessMoreAreNamed) {
  const auto entities = parse_settings("[receive]\nae_title = \"LIVER\"\n[queue]\nsettle_time = 5", "text")
                            .application_entities();
  ASSERT_EQ(entities.size(), 1U);
  EXPECT_EQ(entities[0].title, "LIVER");
  EXPECT_FALSE(entities[0].any_called_title);
  EXPECT_TRUE(entities[0].open_echo);
  EXPECT_TRUE(entities[0].peers.empty());
  EXPECT_EQ(entities[0].settle_time.count(), 5);
  EXPECT_EQ(entities[0].protocol, "pyradiomics-native");
}

TEST(ApplicationEntities, TakeWhatTheyLeaveOutFromTheFirstWhereverItStands) {
  const Settings settings = parse_settings(R"(
[[receive.application_entities]]
title = "TRIAL"
settle_time = 60
peers = ["pacs", "ct 1"]
[[receive.application_entities]]
title = "ANY"
any_called_title = true
open_echo = true
protocol = "ibsi-c"
[queue]
settle_time = 7
)",
                                           "text");
  const auto entities = settings.application_entities();
  ASSERT_EQ(entities.size(), 3U);
  EXPECT_EQ(entities[1].title, "TRIAL");
  EXPECT_EQ(entities[1].settle_time.count(), 60);
  EXPECT_EQ(entities[1].peers, (std::vector<std::string>{"pacs", "ct 1"}));
  EXPECT_EQ(entities[1].protocol, "pyradiomics-native");
  EXPECT_EQ(entities[2].settle_time.count(), 7);
  EXPECT_TRUE(entities[2].any_called_title);
  EXPECT_TRUE(entities[2].peers.empty());
  EXPECT_EQ(entities[2].protocol, "ibsi-c");
}

TEST(Settings, RefuseWhatTheyDoNotKnowWithFileAndLine) {
  using testing::StartsWith;
  EXPECT_THAT(refusal("[receive]\n\nprot = 104\n"),
              StartsWith("glisson.toml:3: unknown key \"prot\" in [receive]; known are ae_title"));
  EXPECT_THAT(refusal("\n[recieve]\nport = 104\n"),
              StartsWith("glisson.toml:2: unknown key \"recieve\" at the top level"));
  EXPECT_THAT(refusal("port = 104\n"), StartsWith("glisson.toml:1: unknown key \"port\""));
  EXPECT_THAT(refusal("[log\n"), StartsWith("glisson.toml:1: "));
}

struct BadValue {
  const char* toml;
  const char* message;
};

class BadSettings : public testing::TestWithParam<BadValue> {};

TEST_P(BadSettings, AreRefusedWithFileAndLine) { EXPECT_EQ(refusal(GetParam().toml), GetParam().message); }

INSTANTIATE_TEST_SUITE_P(
    Each, BadSettings,
    testing::Values(
        BadValue{"[receive]\nport = 0", "glisson.toml:2: receive.port must be 1 to 65535"},
        BadValue{"[receive]\nport = 65536", "glisson.toml:2: receive.port must be 1 to 65535"},
        BadValue{"[receive]\nport = \"104\"", "glisson.toml:2: receive.port must be a whole number"},
        BadValue{"[receive]\nport = 104.5", "glisson.toml:2: receive.port must be a whole number"},
        BadValue{"[receive]\nae_title = \"SEVENTEEN_LETTERS\"",
                 "glisson.toml:2: receive.ae_title must be an AE title (PS3.5, up to 16 characters)"},
        BadValue{"[receive]\nbind_address = \"localhost\"",
                 "glisson.toml:2: receive.bind_address must be an IPv4 or IPv6 address"},
        BadValue{"[receive]\nmin_associations = 9\nmax_associations = 8",
                 "glisson.toml:2: receive.min_associations must not exceed receive.max_associations"},
        BadValue{"[receive]\nmax_associations = 4",
                 "glisson.toml:2: receive.min_associations must not exceed receive.max_associations"},
        BadValue{"[receive]\nopen_echo = 1", "glisson.toml:2: receive.open_echo must be true or false"},
        BadValue{"[[receive.application_entities]]\nsettle_time = 3",
                 "glisson.toml:1: an application entity needs a title"},
        BadValue{"[[receive.application_entities]]\ntitle = \"GLISSON\"",
                 "glisson.toml:1: two application entities have the title GLISSON"},
        BadValue{"[[receive.application_entities]]\ntitle = \"A\\\\B\"",
                 "glisson.toml:2: title must be an AE title (PS3.5, up to 16 characters)"},
        BadValue{"[[receive.application_entities]]\ntitle = \"A\"\nsettle_time = 86401",
                 "glisson.toml:3: settle_time must be 0 to 86400 s"},
        BadValue{"[receive]\nany_called_title = true\n[[receive.application_entities]]\ntitle = \"A\"\n"
                 "any_called_title = true",
                 "glisson.toml:3: only one application entity can stand for any called title"},
        BadValue{"[queue]\njob_deadline = 10",
                 "glisson.toml:2: queue.lease must be shorter than queue.job_deadline"},
        BadValue{"[queue]\nsettle_time = -1", "glisson.toml:2: queue.settle_time must be 0 to 86400 s"},
        BadValue{"[analysis]\nprotocol = \"\"",
                 "glisson.toml:2: analysis.protocol must be the name of an extraction protocol"},
        BadValue{"[[analysis.label_rules]]\npattern = \"a\"\nrole = \"organ\"",
                 "glisson.toml:3: role must be \"lesion\", \"liver\", \"vessel\" or \"ignore\""},
        BadValue{"[host]\ndata = \"relative\"", "glisson.toml:2: host.data must be an absolute path"},
        BadValue{"[host]\nuser = \"Not A User\"", "glisson.toml:2: host.user must be a user name"},
        BadValue{"[database]\nurl = \"mysql\"",
                 "glisson.toml:2: database.url must be a PostgreSQL URL or empty"},
        BadValue{"[tls]\nclient_certificates = \"maybe\"",
                 "glisson.toml:2: tls.client_certificates must be \"required\", \"optional\" or \"none\""},
        BadValue{"[tls]\nkey = \"key.pem\"", "glisson.toml:2: tls.key must be an absolute path or empty"},
        BadValue{"[tls]\nport = 2762", "glisson.toml:2: tls.port must be 0 without tls.certificate"},
        BadValue{"[tls]\nkey = \"/key\"", "glisson.toml:2: tls.key must not be set without tls.certificate"},
        BadValue{"[tls]\nport = 11112\ncertificate = \"/certificate\"\nkey = \"/key\"",
                 "glisson.toml:2: tls.port must differ from receive.port"},
        BadValue{"[tls]\nport = 2762\ncertificate = \"/certificate\"\nkey = \"/key\"",
                 "glisson.toml:1: tls.client_certificates must be \"none\" without tls.trusted"},
        BadValue{"[log]\nlevel = \"loud\"",
                 "glisson.toml:2: log.level must be trace, debug, info, warn or error"},
        BadValue{"[log]\nlevel = 1979-05-27", "glisson.toml:2: dates and times are not used here"}));

TEST(Settings, RefuseALabelRuleThatIsNoRegularExpression) {
  EXPECT_THAT(refusal("[[analysis.label_rules]]\npattern = \"(\"\nrole = \"lesion\""),
              testing::StartsWith("glisson.toml:2: pattern must be a regular expression; "));
}

TEST(Settings, NameAFileThatCannotBeRead) {
  EXPECT_THROW(load_settings("/nowhere/glisson.toml"), RejectedInput);
  EXPECT_THROW(load_settings("/"), RejectedInput);
}

TEST(DescribeSettings, ParseBackToTheSameSettings) {
  Settings settings = parse_settings(
      "[receive]\nport = 104\n[[receive.application_entities]]\ntitle = \"TRIAL\"\npeers = [\"a\"]\n"
      "open_echo = false\n[[analysis.label_rules]]\npattern = \"a\\\\d\\\"\"\nrole = \"liver\"",
      "text");
  std::string toml;
  for (const SettingDescription& setting : describe_settings(settings)) {
    toml += setting.key + " = " + setting.value + "\n";
  }
  const Settings again = parse_settings(toml, "again");
  EXPECT_EQ(again.port, 104);
  ASSERT_EQ(again.label_rules.size(), 1U);
  EXPECT_EQ(again.label_rules[0].pattern, "a\\d\"");
  EXPECT_EQ(again.data, settings.data);
  ASSERT_EQ(again.further_entities.size(), 1U);
  EXPECT_EQ(again.further_entities[0].title, "TRIAL");
  EXPECT_EQ(again.further_entities[0].peers, std::vector<std::string>{"a"});
  EXPECT_FALSE(again.further_entities[0].open_echo);
}

TEST(DescribeSettings, NeverShowAPassword) {
  for (const char* url : {"postgresql://glisson:s3cret@db/glisson", "postgresql://db/x?password=s3cret&a=b",
                          "host=db password=s3cret", "host=db password = 's3cret \\' s3cret' user=x",
                          "postgresql://glisson:s3@cret@db/glisson?password=s3cret"}) {
    Settings settings;
    settings.database_url = url;
    for (const SettingDescription& setting : describe_settings(settings)) {
      EXPECT_EQ(setting.value.find("cret"), std::string::npos) << setting.value;
    }
  }
}

}  // namespace
}  // namespace glisson::config
