#include "server/resources/readiness.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "engine/errors.hpp"
#include "server/resources/pause_words.hpp"
#include "server/roles.hpp"

namespace glisson::server {

std::string node_name(const config::Settings& settings) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("{}:{}", host.data(), settings.data.string());
}

Readiness readiness(storage::Database& database, const config::Settings& settings) {
  Readiness node;
  node.state = storage::node_state(database, node_name(settings));
  node.pauses = storage::list_pauses(database);
  const auto& state = node.state;
  const auto pause = std::ranges::find(node.pauses, storage::Activity::receive, &storage::Pause::activity);
  if (pause != node.pauses.end()) {
    node.reason = receive_paused;
    node.detail = sentence(*pause);
  } else if (!state || state->age > storage::node_state_expires) {
    node.reason = "upkeep_does_not_report";
    node.detail = "upkeep has not looked at the resources of this node lately";
  } else if (state->refusal) {
    node.reason = state->refusal->reason;
    node.detail = state->refusal->detail;
  } else {
    node.ready = true;
  }
  return node;
}

Readiness readiness(std::optional<storage::Database>& database, const config::Settings& settings) {
  try {
    if (!database) database.emplace(database_url(settings), "glisson readiness");
    return readiness(*database, settings);
  } catch (const TransientError& error) {
    return {false, "database_does_not_answer", error.what(), std::nullopt, {}};
  }
}

}  // namespace glisson::server
