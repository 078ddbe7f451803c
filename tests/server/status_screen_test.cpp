#include "server/status/status_screen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "server/status/alert_command.hpp"

namespace glisson::server {
namespace {

using storage::Activity;
using testing::HasSubstr;
using testing::Not;

StatusFacts healthy() {
  StatusFacts facts;
  facts.node = "host:/var/lib/glisson";
  facts.readiness.ready = true;
  facts.readiness.state = storage::NodeState{};
  facts.readiness.state->since = "2026-11-23T08:00:00.000+01:00";
  facts.roles = {{"analysis", "local", 1, "2026-11-23T08:00:00.000+01:00"}};
  facts.queue = {{"analyse", "scheduled", 3, 10}, {"deliver", "running", 1, 2}};
  facts.last = {"2026-11-23T09:01:02.345+01:00", ""};
  facts.disks = {{"store", "/var/lib/glisson/store", true, 1U << 30U, 1U << 29U, 12.4, false}};
  facts.certificate_days = 41;
  return facts;
}

/// Without line breaks and indentation.
std::string on_one_line(const std::string& text) {
  std::istringstream stream(text);
  std::string line;
  for (std::string word; stream >> word;) line += (line.empty() ? "" : " ") + word;
  return line;
}

/// All that can go wrong at once.
StatusFacts in_trouble() {
  StatusFacts facts = healthy();
  facts.audit = storage::AuditBacklog{100000, std::chrono::hours(500)};
  facts.readiness.ready = false;
  facts.readiness.reason = "store_disk_full";
  facts.readiness.detail =
      std::string(30, 'x') + std::string(60, ' ') + "a sentence of some length that goes on";
  facts.settings_error =
      "/etc/glisson/glisson.toml:17: " + std::string(50, 'y') + " must be another value than this";
  for (const auto activity : {Activity::analyse, Activity::deliver}) {
    facts.readiness.pauses.push_back(
        {activity, "ada", std::string(500, 'r'), "2026-11-23T08:00:00.000+01:00"});
  }
  for (const char* state : {"dead", "blocked"}) facts.queue.push_back({"analyse", state, 7, 1});
  facts.day.held_reports = 4;
  facts.disks.push_back(facts.disks.front());
  for (int id = 1; id < 40; ++id) {
    storage::AlertView alert;
    alert.id = id;
    alert.kind = keyword(storage::AlertKind::study_too_large);
    alert.subject = "1." + std::string(62, '2');
    alert.detail = std::string(200, 'd');
    facts.alerts.push_back(alert);
  }
  return facts;
}

/// Lines on a terminal of 80 columns, those that are wrapped counted as often.
std::size_t lines_on_terminal(const std::string& text) {
  std::istringstream stream(text);
  std::size_t lines = 0;
  for (std::string line; std::getline(stream, line); ++lines)
    lines += (std::max<std::size_t>(line.size(), 1) - 1) / 80;
  return lines;
}

TEST(StatusScreen, TellsWhatIsGoingOn) {
  const std::string text = status_screen(healthy());
  EXPECT_THAT(text, HasSubstr("This node receives, since 2026-11-23 08:00:00 +01:00."));
  EXPECT_THAT(text, HasSubstr("Received  last 2026-11-23 09:01:02 +01:00; in 24 h"));
  EXPECT_THAT(text, HasSubstr("Reported  none within a week; in 24 h"));
  EXPECT_THAT(text, HasSubstr("3 wait (0 due), 0 run"));
  EXPECT_THAT(text, Not(HasSubstr("Audit"))) << "no collector is set";
  EXPECT_THAT(text, HasSubstr("Analyses  3 wait"));
  EXPECT_THAT(text, HasSubstr("store: 0.5 GiB of 1.0 GiB free, full in 12 days"));
  EXPECT_THAT(text, HasSubstr("the certificate ends in 41 days"));
  EXPECT_THAT(text, HasSubstr("Alerts    none"));
  EXPECT_THAT(text, Not(HasSubstr("->"))) << "nobody is needed";
}

TEST(StatusScreen, FitsOnOneScreenWhateverIsWrong) {
  StatusFacts facts = in_trouble();
  for (std::size_t alerts = facts.alerts.size() + 1; alerts-- > 0;) {
    facts.alerts.resize(alerts);
    EXPECT_LE(lines_on_terminal(status_screen(facts)), 23U) << alerts << " alerts\n" << status_screen(facts);
  }
  facts = healthy();
  facts.alerts = in_trouble().alerts;
  const std::string text = status_screen(facts);
  EXPECT_LE(lines_on_terminal(text), 23U) << text;
  EXPECT_THAT(text, HasSubstr("39 open; all of them: glisson alert list"));
  EXPECT_THAT(text, HasSubstr("glisson explain 1." + std::string(62, '2') + "\n")) << "commands are whole";
}

TEST(StatusScreen, CutsBetweenCharacters) {
  StatusFacts facts = healthy();
  std::string reason;
  for (int i = 0; i < 100; ++i) reason += "\xC3\xA4";
  facts.readiness.pauses = {{Activity::deliver, "ada", reason, "2026-11-23T08:00:00.000+01:00"}};
  const std::string text = status_screen(facts);
  EXPECT_THAT(text, HasSubstr("\xC3\xA4...\n"));
  EXPECT_THAT(text, HasSubstr("glisson resume deliver"));
}

TEST(StatusScreen, SaysLittleWithoutADatabase) {
  StatusFacts facts;
  facts.readiness.reason = "database_does_not_answer";
  facts.readiness.detail = "no connection";
  const std::string text = status_screen(facts);
  EXPECT_THAT(text, HasSubstr("This node does not receive: database_does_not_answer"));
  EXPECT_THAT(text, Not(HasSubstr("Alerts")));
}

TEST(StatusScreen, TellsWhyNothingIsKnownInTheSystemsOwnWords) {
  const std::string why = "you may not look into /var/lib/glisson/" + std::string(40, 'x') +
                          ", which belongs to glisson: Permission denied";
  StatusFacts facts = hidden_facts(why);
  EXPECT_TRUE(facts.unknown());
  const std::string text = status_screen(facts);
  EXPECT_THAT(on_one_line(text), HasSubstr("State Unknown: " + why + " -> sudo glisson status"));
  EXPECT_THAT(text, Not(HasSubstr("does not receive")));
  EXPECT_LE(lines_on_terminal(text), 23U);
}

TEST(StatusScreen, CutsNothingOfWhyTheServiceCannotBeAsked) {
  StatusFacts facts;
  std::string why = "the service runs, but its private database does not answer:";
  for (int i = 0; i < 25; ++i) why += " word" + std::to_string(i);
  facts.unreachable = Unreachable{Obstacle::database_does_not_answer, why, "journalctl -u glisson -n 50"};
  facts.readiness.detail = why;
  EXPECT_THAT(on_one_line(status_screen(facts)),
              HasSubstr("State This node does not receive: " + why + " -> journalctl -u glisson -n 50"));
  EXPECT_FALSE(facts.unknown());
}

TEST(StatusScreen, TellsWhatWaitsForTheAuditCollectorInUnitsOfPeople) {
  StatusFacts facts = healthy();
  facts.audit = storage::AuditBacklog{12, std::chrono::hours(5)};
  facts.readiness.state->queue = {3, std::chrono::minutes(90)};
  EXPECT_THAT(status_screen(facts),
              HasSubstr("Audit     12 events wait for the collector, the oldest since 5 h"));
  EXPECT_THAT(status_screen(facts), HasSubstr("3 wait (3 due, the oldest since 90 min)"));
  facts.audit = storage::AuditBacklog{};
  EXPECT_THAT(status_screen(facts), HasSubstr("Audit     the collector has taken every event"));
}

TEST(AlertCommand, IsThereForEveryKind) {
  storage::AlertView alert;
  alert.id = 5;
  alert.kind = keyword(storage::AlertKind::destination_takes_nothing);
  alert.subject = "the pacs";
  EXPECT_EQ(next_command(alert), "glisson peer check 'the pacs'");
  alert.kind = keyword(storage::AlertKind::store_disk_full);
  alert.subject = "host:/var/lib/glisson";
  EXPECT_EQ(next_command(alert), "df -h /var/lib/glisson");
  alert.kind = "a kind of tomorrow";
  EXPECT_EQ(next_command(alert), "glisson alert close 5");
}

}  // namespace
}  // namespace glisson::server
