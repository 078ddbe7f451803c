#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "server/log.hpp"
#include "server/web/api.hpp"
#include "storage/pauses.hpp"

namespace glisson::server {
namespace {

using nlohmann::json;

constexpr std::size_t longest_reason = 500;

storage::Activity activity_of(const json& body) {
  const auto activity = storage::activity_from(required_text(body, "what"));
  if (!activity) throw ApiError{400, "invalid_field", "what must be receive, analyse or deliver.", {}};
  return *activity;
}

Response pause(Call& call) {
  const json body = parse_object(call.request);
  const auto activity = activity_of(body);
  storage::pause(call.database, activity, call.author(required_text(body, "reason", longest_reason)));
  log::info(fmt::format("{} was paused on the web pages", storage::keyword(activity)));
  return json_response({{"pauses", pauses_json(storage::list_pauses(call.database))}});
}

Response resume(Call& call) {
  const json body = parse_object(call.request);
  const auto activity = activity_of(body);
  storage::resume(call.database, activity, call.author(optional_text(body, "reason", longest_reason)));
  log::info(fmt::format("{} was resumed on the web pages", storage::keyword(activity)));
  return json_response({{"pauses", pauses_json(storage::list_pauses(call.database))}});
}

}  // namespace

nlohmann::json pauses_json(const std::vector<storage::Pause>& pauses) {
  auto rows = json::array();
  for (const auto& pause : pauses) {
    rows.push_back({{"what", storage::keyword(pause.activity)},
                    {"by", pause.who},
                    {"reason", pause.reason},
                    {"since", pause.since}});
  }
  return rows;
}

std::vector<Route> pause_routes() {
  return {{"POST", "/api/pause", Access::administrator, pause},
          {"POST", "/api/resume", Access::administrator, resume}};
}

}  // namespace glisson::server
