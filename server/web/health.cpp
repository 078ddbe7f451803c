#include "server/web/health.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "engine/errors.hpp"
#include "server/resources/pause_words.hpp"
#include "server/resources/readiness.hpp"
#include "server/roles.hpp"
#include "server/web/api.hpp"

namespace glisson::server {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// After the database did not answer, requests are told so for as long without asking it again.
constexpr auto silence = 1s;

/// How long the figures are told again as they were: who asks for them all the time keeps nobody waiting.
constexpr auto figures_time = 1s;

bool asks_readiness(const Target& target) { return target.segments.front() == "readyz"; }

/// What is paused and since when. Who did it and why are words of people: they are for those who sign in.
json pauses_without_words(const std::vector<storage::Pause>& pauses) {
  auto rows = json::array();
  for (const auto& pause : pauses) {
    rows.push_back({{"what", storage::keyword(pause.activity)}, {"since", pause.since}});
  }
  return rows;
}

std::string message_without_words(const Readiness& node) {
  if (node.reason != receive_paused) return node.detail;
  for (const auto& pause : node.pauses) {
    if (pause.activity == storage::Activity::receive) {
      return gerund(pause.activity) + " is paused since " + pause.since +
             "; glisson status says by whom and why";
    }
  }
  return {};
}

Response not_ready(const char* reason, const char* message) {
  const json why{{"reason", reason}, {"message", message}};
  return json_response({{"ready", false}, {"reasons", json::array({why})}}, 503);
}

Response silent_database() { return not_ready("database_does_not_answer", "The database does not answer."); }

}  // namespace

bool is_health(const Target& target) {
  return target.segments.size() == 1 &&
         (target.segments[0] == "livez" || target.segments[0] == "readyz" || target.segments[0] == "metrics");
}

Health::Health(config::Settings settings) : settings_(std::move(settings)) {}

storage::Database& Health::database() {
  const auto now = std::chrono::steady_clock::now();
  if (now < silent_until_) throw TransientError("asked a moment ago");
  try {
    if (!database_) database_.emplace(database_url(settings_), "glisson health");
    storage::database_time(*database_);
    answered_at_ = std::chrono::steady_clock::now();
    return *database_;
  } catch (const TransientError&) {
    silent_until_ = std::chrono::steady_clock::now() + silence;
    throw;
  }
}

bool Health::answered_lately() const {
  return std::chrono::steady_clock::now() - answered_at_.load() < answer_time;
}

Response Health::answer(const Target& target) { return asks_readiness(target) ? ready() : metrics(); }

Response Health::late(const Target& target) const {
  const bool slow = answered_lately();
  if (!asks_readiness(target)) {
    return {200, metrics_content_type, Metrics::text_without_figures(slow, settings_), {}};
  }
  return slow ? not_ready("no_answer_in_time", "The database answers, but too slowly.") : silent_database();
}

Response Health::ready() {
  try {
    const Readiness node = readiness(database(), settings_);
    json body{{"ready", node.ready}, {"reasons", json::array()}};
    if (!node.ready) {
      body["reasons"].push_back({{"reason", node.reason}, {"message", message_without_words(node)}});
    }
    body["pauses"] = pauses_without_words(node.pauses);
    return json_response(body, node.ready ? 200 : 503);
  } catch (const TransientError&) {
    return silent_database();
  }
}

Response Health::metrics() {
  const auto now = std::chrono::steady_clock::now();
  if (now < figures_until_) return figures_;
  try {
    figures_ = {200, metrics_content_type, metrics_.text(database(), settings_), {}};
    figures_until_ = now + figures_time;
    return figures_;
  } catch (const TransientError&) {
    return {200, metrics_content_type, Metrics::text_without_figures(false, settings_), {}};
  }
}

}  // namespace glisson::server
