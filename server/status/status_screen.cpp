#include "server/status/status_screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "server/resources/pause_words.hpp"
#include "server/status/alert_command.hpp"
#include "server/version.hpp"

namespace glisson::server {
namespace {

constexpr std::size_t last_line = screen_lines - 1;

/// One byte of each character of UTF-8 is none of these.
bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

std::string cut(const std::string& text) {
  std::size_t characters = 0;
  std::size_t end = 0;  // Of what fits before the dots.
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (continues(text[i])) continue;
    if (++characters == screen_columns - 2) end = i;
    if (characters > screen_columns) return text.substr(0, end) + "...";
  }
  return text;
}

std::size_t lines_of(const std::string& text) {
  const auto characters =
      static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !continues(c); }));
  return (characters + screen_columns - 1) / screen_columns;
}

/// ISO 8601 to the second, for people, with its zone: "2026-11-23 15:04:05 +01:00".
std::string moment(const std::string& iso) {
  constexpr std::size_t seconds_end = 19;
  if (iso.size() < seconds_end) return "at a time that is not known";
  std::string text = iso.substr(0, seconds_end);
  text[10] = ' ';
  const std::size_t zone = iso.find_first_not_of(".0123456789", seconds_end);
  return zone == std::string::npos ? text : text + ' ' + iso.substr(zone);
}

std::string last_moment(const std::string& iso) {
  return iso.empty() ? "none within a week" : "last " + moment(iso);
}

/// In the unit that people would use.
std::string duration(std::chrono::seconds time) {
  constexpr std::array units{std::pair{86400L, "days"}, std::pair{3600L, "h"}, std::pair{60L, "min"}};
  for (const auto& [seconds, unit] : units) {
    if (time.count() >= 2 * seconds) return fmt::format("{} {}", time.count() / seconds, unit);
  }
  return fmt::format("{} s", time.count());
}

std::string size_of(std::uint64_t bytes) {
  constexpr double gibibyte = 1 << 30;
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / gibibyte);
}

class Screen {
 public:
  void line(const char* name, const std::string& text) { add(cut(fmt::format("{:<10}{}", name, text))); }
  void command(const std::string& text) { add("  -> " + text); }
  /// On as many lines as it takes, at most so many.
  void long_line(const char* name, std::string text, std::size_t most_lines = 2) {
    constexpr std::size_t room = screen_columns - 10;
    for (; most_lines > 1 && text.size() > room; --most_lines) {
      std::size_t end = text.find_last_of(' ', room);
      const bool at_space = end != std::string::npos && end > 0;
      for (end = at_space ? end : room; continues(text[end]);) --end;
      line(std::exchange(name, ""), text.substr(0, end));
      text.erase(0, at_space ? end + 1 : end);
    }
    line(name, text);
  }
  /// How many lines there is still room for.
  std::size_t left() const { return used_ < last_line ? last_line - used_ : 0; }
  const std::string& text() const { return text_; }

 private:
  void add(const std::string& line) {
    // A command that holds a long UID is wrapped by the terminal.
    used_ += lines_of(line);
    text_ += line + "\n";
  }

  std::string text_;
  std::size_t used_ = 0;
};

std::string summary(const storage::AlertView& alert) {
  return fmt::format("{} {}: {}", alert.id, alert.kind, alert.detail);
}

std::uint64_t jobs_in(const StatusFacts& facts, std::string_view kind, std::string_view state) {
  std::uint64_t jobs = 0;
  for (const auto& length : facts.queue) {
    if ((kind.empty() || length.kind == kind) && length.state == state) jobs += length.jobs;
  }
  return jobs;
}

/// Whether the database told what there is to tell.
bool asked(const StatusFacts& facts) {
  return !facts.unreachable && facts.readiness.reason != keyword(Obstacle::database_does_not_answer);
}

void show_state(Screen& screen, const StatusFacts& facts) {
  const Readiness& node = facts.readiness;
  screen.line("Glisson", fmt::format("{}  {}", version(), facts.node));
  if (!facts.settings_error.empty()) {
    screen.long_line("Settings", facts.settings_error);
    screen.command("glisson config check");
  }
  if (facts.unreachable) {
    // The system's own words are at its end: all of them are shown, and there is room.
    constexpr std::size_t most_lines = 8;
    const char* const state = facts.unknown() ? "Unknown: " : "This node does not receive: ";
    screen.long_line("State", state + node.detail, most_lines);
    screen.command(facts.unreachable->command);
  } else if (node.ready) {
    screen.line("State", fmt::format("This node receives, since {}.", moment(node.state->since)));
  } else {
    screen.line("State", "This node does not receive: " + node.reason);
    if (node.reason != receive_paused) screen.long_line("", node.detail, asked(facts) ? 2 : 8);
  }
  for (const auto& pause : node.pauses) {
    screen.line("Paused", fmt::format("{}: {}", gerund(pause.activity), pause.reason));
    screen.command(fmt::format("glisson resume {}  (by {} since {})", storage::keyword(pause.activity),
                               pause.who, moment(pause.since)));
  }
}

void show_roles(Screen& screen, const StatusFacts& facts) {
  std::vector<std::string> texts;
  for (const auto& role : facts.roles) {
    texts.push_back(fmt::format("{} {}{}", role.role, role.connections,
                                role.host == "local" ? "" : " (" + role.host + ")"));
  }
  screen.line("Roles", texts.empty() ? "none is connected to the database"
                                     : fmt::format("{}", fmt::join(texts, ", ")));
}

void show_work(Screen& screen, const StatusFacts& facts) {
  const auto& day = facts.day;
  screen.line("Received", fmt::format("{}; in 24 h: objects {}, studies {}", last_moment(facts.last.received),
                                      day.instances, day.studies));
  screen.line("Reported", fmt::format("{}; in 24 h: {}", last_moment(facts.last.reported), day.reports));
  const auto due = facts.readiness.state ? facts.readiness.state->queue : storage::QueueLoad{};
  const auto analyses = jobs_in(facts, "analyse", "scheduled") + jobs_in(facts, "compare", "scheduled");
  const auto analysed = jobs_in(facts, "analyse", "running") + jobs_in(facts, "compare", "running");
  const std::string oldest = due.due == 0 ? "" : ", the oldest since " + duration(due.oldest);
  screen.line("Analyses", fmt::format("{} wait ({} due{}), {} run", analyses, due.due, oldest, analysed));
  screen.line("Reports",
              fmt::format("{} wait, {} on the way, {} held", jobs_in(facts, "deliver", "scheduled"),
                          jobs_in(facts, "deliver", "running"), day.held_reports));
  if (day.held_reports > 0) screen.command("glisson job list --state held");
  screen.line("Failed",
              fmt::format("{} dead, {} blocked", jobs_in(facts, "", "dead"), jobs_in(facts, "", "blocked")));
  const bool dead = jobs_in(facts, "", "dead") > 0;
  const bool blocked = jobs_in(facts, "", "blocked") > 0;
  if (dead && blocked) {
    screen.command("glisson job list");
  } else if (dead || blocked) {
    screen.command(fmt::format("glisson job list --state {}", dead ? "dead" : "blocked"));
  }
}

void show_resources(Screen& screen, const StatusFacts& facts) {
  for (const auto& disk : facts.disks) {
    std::string text = "the disk does not answer";
    if (disk.answers) text = fmt::format("{} of {} free", size_of(disk.free), size_of(disk.total));
    if (disk.high_water) text += ": too little, what is sent is refused";
    if (disk.days && *disk.days < 1000) text += fmt::format(", full in {:.0f} days", *disk.days);
    screen.line("Disk", fmt::format("{}: {}", disk.name, text));
  }
}

void show_certificate(Screen& screen, const StatusFacts& facts) {
  if (!facts.certificate_error.empty()) screen.line("TLS", facts.certificate_error);
  if (!facts.certificate_days) return;
  const int days = *facts.certificate_days;
  screen.line("TLS", days < 0 ? "the certificate has ended: renew it"
                              : fmt::format("the certificate ends in {} days", days));
}

void show_audit(Screen& screen, const StatusFacts& facts) {
  constexpr std::size_t lines_of_alerts = 1;
  if (!facts.audit || screen.left() <= lines_of_alerts) return;
  const auto& audit = *facts.audit;
  screen.line("Audit", audit.waiting == 0
                           ? "the collector has taken every event"
                           : fmt::format("{} events wait for the collector, the oldest since {}",
                                         audit.waiting, duration(audit.oldest)));
}

void show_alerts(Screen& screen, const std::vector<storage::AlertView>& alerts) {
  if (alerts.empty()) return screen.line("Alerts", "none");
  std::size_t shown = 0;
  std::size_t needed = 1;
  for (const auto& alert : alerts) {
    const std::size_t more = 1 + lines_of("  -> " + next_command(alert));
    if (needed + more > screen.left()) break;
    needed += more;
    ++shown;
  }
  const bool all = shown == alerts.size();
  screen.line("Alerts",
              fmt::format("{} open{}", alerts.size(), all ? "" : "; all of them: glisson alert list"));
  for (std::size_t i = 0; i < shown; ++i) {
    screen.line("", summary(alerts[i]));
    screen.command(next_command(alerts[i]));
  }
}

}  // namespace

std::string status_screen(const StatusFacts& facts) {
  Screen screen;
  show_state(screen, facts);
  if (asked(facts)) {
    show_roles(screen, facts);
    show_work(screen, facts);
    show_resources(screen, facts);
  }
  show_certificate(screen, facts);
  if (!asked(facts)) return screen.text();
  show_audit(screen, facts);
  show_alerts(screen, facts.alerts);
  return screen.text();
}

}  // namespace glisson::server
