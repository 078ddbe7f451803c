#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "engine/errors.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/service_database.hpp"
#include "server/commands/settings_options.hpp"
#include "server/roles.hpp"
#include "storage/database.hpp"
#include "storage/store_identity.hpp"

namespace glisson::server {
namespace {

/// What `ask` learns at the URL of the database.
template <typename Ask>
auto asked(const config::Settings& settings, Ask&& ask) {
  try {
    return ask(database_url(settings));
  } catch (const TransientError& error) {
    explain_unreachable(settings, error);
  }
}

}  // namespace

int database_status(const DatabaseOptions& options) {
  const auto settings = resolve_of_service(options.settings);
  const auto migrations =
      asked(settings, [](const std::string& url) { return storage::migration_status(url); });
  // The private cluster's address holds no secret; that of another server may hold a password.
  const std::string url = settings.database_url.empty() ? database_url(settings) : "";
  const bool current = std::none_of(migrations.begin(), migrations.end(),
                                    [](const auto& migration) { return migration.applied_at.empty(); });
  if (options.json) {
    nlohmann::json object{{"current", current}, {"url", url}, {"migrations", nlohmann::json::array()}};
    for (const auto& migration : migrations) {
      object["migrations"].push_back(
          {{"name", migration.name}, {"checksum", migration.checksum}, {"applied_at", migration.applied_at}});
    }
    std::cout << object.dump(2) << '\n';
  } else {
    for (const auto& migration : migrations) {
      std::cout << fmt::format(
          "{:<32} {}\n", migration.name,
          migration.applied_at.empty() ? "not applied" : "applied " + migration.applied_at);
    }
    if (!url.empty()) std::cout << fmt::format("Look into it: psql \"{}\"\n", url);
    std::cout << (current ? "The schema is up to date.\n" : "Apply what is missing: glisson db migrate\n");
  }
  return exit_success;
}

int database_migrate(const DatabaseOptions& options) {
  const auto applied = asked(resolve_of_service(options.settings),
                             [](const std::string& url) { return storage::migrate(url); });
  if (options.json) {
    std::cout << nlohmann::json{{"applied", applied}}.dump(2) << '\n';
    return exit_success;
  }
  for (const auto& name : applied) std::cout << fmt::format("applied {}\n", name);
  if (applied.empty()) std::cout << "The schema is up to date.\n";
  return exit_success;
}

int database_adopt_store(const DatabaseOptions& options) {
  const auto settings = resolve_of_service(options.settings);
  if (!std::filesystem::is_directory(settings.instances() / "incoming")) {
    throw RejectedInput(RejectionReason::invalid_argument,
                        fmt::format("{} is no instance store: start the service once with it",
                                    settings.instances().string()));
  }
  storage::Database database(database_url(settings), "glisson db adopt-store");
  const storage::InstanceStore store(settings.instances());
  const std::string identity = storage::adopt_store(database, store);
  if (options.json) {
    std::cout << nlohmann::json{{"store", store.root().string()}, {"identity", identity}}.dump(2) << '\n';
  } else {
    std::cout << fmt::format("{} ({}) is the instance store of this database now.\n", store.root().string(),
                             identity);
  }
  return exit_success;
}

}  // namespace glisson::server
