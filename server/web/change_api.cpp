#include <nlohmann/json.hpp>

#include "server/web/api.hpp"
#include "storage/changes.hpp"

namespace glisson::server {
namespace {

using nlohmann::json;

json object_or_null(const std::string& text) { return text.empty() ? json() : json::parse(text); }

Response show_changes(Call& call) {
  const auto limit = static_cast<int>(call.number("limit", 50, 1, 500));
  // One more than asked for tells whether there are more.
  auto changes = storage::list_changes(call.database, limit + 1, call.number("before", 0, 0, INT64_MAX));
  const bool more = static_cast<int>(changes.size()) > limit;
  if (more) changes.pop_back();
  auto rows = json::array();
  for (const auto& change : changes) {
    rows.push_back({{"id", change.id},
                    {"at", change.at},
                    {"who", change.who},
                    {"what", change.what},
                    {"subject", change.subject},
                    {"reason", text_or_null(change.reason)},
                    {"old", object_or_null(change.old_values)},
                    {"new", object_or_null(change.new_values)}});
  }
  return json_response({{"changes", std::move(rows)}, {"next", more ? json(changes.back().id) : json()}});
}

}  // namespace

std::vector<Route> change_routes() { return {{"GET", "/api/changes", Access::viewer, show_changes}}; }

}  // namespace glisson::server
