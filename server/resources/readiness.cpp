#include "server/resources/readiness.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "engine/errors.hpp"
#include "server/roles.hpp"

namespace glisson::server {

std::string node_name(const config::Settings& settings) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("{}:{}", host.data(), settings.data.string());
}

Readiness readiness(storage::Database& database, const config::Settings& settings) {
  auto state = storage::node_state(database, node_name(settings));
  if (!state || state->age > storage::node_state_expires) {
    return {false, "upkeep_does_not_report", "upkeep has not looked at the resources of this node lately",
            std::move(state)};
  }
  if (state->refusal) return {false, state->refusal->reason, state->refusal->detail, std::move(state)};
  return {true, {}, {}, std::move(state)};
}

Readiness readiness(std::optional<storage::Database>& database, const config::Settings& settings) {
  try {
    if (!database) database.emplace(database_url(settings), "glisson readiness");
    return readiness(*database, settings);
  } catch (const TransientError& error) {
    return {false, "database_does_not_answer", error.what(), std::nullopt};
  }
}

}  // namespace glisson::server
