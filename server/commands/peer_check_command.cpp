#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/service_database.hpp"
#include "server/commands/settings_options.hpp"
#include "server/doctor/peer_check.hpp"

namespace glisson::server {
namespace {

void print(const std::vector<CheckStep>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const CheckStep& step = steps[i];
    std::cout << fmt::format("{:>2}. {:<7}  {}: {}\n", i + 1, keyword(step.outcome), step.step, step.detail);
    if (!step.advice.empty()) std::cout << fmt::format("             {}\n", step.advice);
  }
}

nlohmann::ordered_json to_json(const std::vector<CheckStep>& steps) {
  auto rows = nlohmann::ordered_json::array();
  for (const CheckStep& step : steps) {
    rows.push_back({{"step", step.step},
                    {"outcome", keyword(step.outcome)},
                    {"detail", step.detail},
                    {"advice", step.advice}});
  }
  return rows;
}

}  // namespace

int peer_check(const PeerOptions& options) {
  const auto settings = resolve_of_service(options.settings);
  auto database = open_service_database(options.settings, "peer");
  const auto peer = storage::find_peer_by_name(database, options.name);
  if (!peer) {
    std::cerr << fmt::format("glisson: there is no peer '{}'; `glisson peer list` shows them\n",
                             options.name);
    return exit_not_found;
  }
  const auto steps = check_peer(settings, database, *peer);
  const bool failed =
      std::ranges::find(steps, CheckStep::Outcome::failed, &CheckStep::outcome) != steps.end();
  if (options.json) {
    std::cout << nlohmann::ordered_json{{"peer", peer->name}, {"passed", !failed}, {"steps", to_json(steps)}}
                     .dump(2)
              << '\n';
  } else {
    std::cout << fmt::format("{} ({} at {}:{}{}), called as {}\n", peer->name, peer->ae_title.value(),
                             peer->host, peer->port, peer->tls ? " over TLS" : "", settings.ae_title);
    print(steps);
  }
  return failed ? exit_transient : exit_success;
}

}  // namespace glisson::server
