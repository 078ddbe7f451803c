#include <fmt/format.h>

#include <iostream>

#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/service_database.hpp"
#include "storage/peers.hpp"
#include "storage/results.hpp"

namespace glisson::server {

int deliver(const DeliverOptions& options) {
  auto database = open_service_database(options.settings, "deliver");
  const auto peer = storage::find_peer_by_name(database, options.peer);
  if (!peer) {
    std::cerr << fmt::format("glisson: there is no peer '{}'; `glisson peer list` shows them\n",
                             options.peer);
    return exit_not_found;
  }
  const auto done = storage::deliver_study(database, options.study, peer->id);
  if (done.reports == 0) {
    std::cerr << fmt::format("glisson: there is no report of study {}; `glisson explain` says why\n",
                             options.study);
    return exit_not_found;
  }
  std::cout << fmt::format("{} of {} reports are sent to {}", done.scheduled, done.reports, peer->name);
  std::cout << (done.scheduled < done.reports ? "; the others are on their way already\n" : "\n");
  return exit_success;
}

}  // namespace glisson::server
