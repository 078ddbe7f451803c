#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "server/admission/refusal_advice.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/service_database.hpp"
#include "server/commands/settings_options.hpp"
#include "storage/refused_associations.hpp"

namespace glisson::server {
namespace {

nlohmann::ordered_json to_json(const storage::RefusedAssociation& refused, const RefusalAdvice& advice) {
  return {{"reason", storage::keyword(refused.attempt.reason)},
          {"calling", refused.attempt.calling},
          {"called", refused.attempt.called},
          {"address", refused.attempt.address},
          {"times", refused.times},
          {"first_seen", refused.first_seen},
          {"last_seen", refused.last_seen},
          {"meaning", advice.meaning},
          {"near_miss", advice.near_miss},
          {"command", advice.command},
          {"setting", advice.setting},
          {"otherwise", advice.otherwise}};
}

void print(const storage::RefusedAssociation& refused, const RefusalAdvice& advice) {
  const auto shown = [](const std::string& text, const char* instead) {
    return text.empty() ? std::string(instead) : text;
  };
  std::cout << fmt::format("{} from {} to {}: {} {} since {}, last {}\n",
                           shown(refused.attempt.calling, "various titles"),
                           shown(refused.attempt.address, "various addresses"),
                           shown(refused.attempt.called, "various titles"), refused.times,
                           refused.times == 1 ? "time" : "times", refused.first_seen, refused.last_seen)
            << fmt::format("  {}: {}\n", storage::keyword(refused.attempt.reason), advice.meaning);
  if (!advice.near_miss.empty()) std::cout << "  nearly the same: " << advice.near_miss << '\n';
  if (!advice.command.empty()) std::cout << "  to admit it: " << advice.command << '\n';
  if (!advice.setting.empty()) {
    std::cout << "  to admit it, in [receive] of the settings: " << advice.setting
              << "\n  then: " << reload_command << '\n';
  }
  if (advice.otherwise.empty()) return;
  const bool alone = advice.command.empty() && advice.setting.empty();
  std::cout << (alone ? "  next: " : "  or: ") << advice.otherwise << '\n';
}

}  // namespace

int peer_refused(const PeerOptions& options) {
  auto database = open_service_database(options.settings, "peer");
  const auto peers = storage::list_peers(database);
  const auto entities = resolve_of_service(options.settings).application_entities();
  const auto all = storage::list_refused_associations(database);
  if (all.empty() && !options.json) std::cout << "No association was refused.\n";
  auto rows = nlohmann::ordered_json::array();
  for (const auto& refused : all) {
    const RefusalAdvice advice = advise(refused.attempt, peers, entities);
    if (options.json) {
      rows.push_back(to_json(refused, advice));
    } else {
      print(refused, advice);
    }
  }
  if (options.json) std::cout << rows.dump(2) << '\n';
  return exit_success;
}

}  // namespace glisson::server
