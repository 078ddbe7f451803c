#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <nlohmann/json.hpp>

#include "dicom/network/sender.hpp"
#include "engine/errors.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/service_database.hpp"
#include "server/commands/settings_options.hpp"
#include "storage/peers.hpp"

namespace glisson::server {
namespace {

std::string rights(const storage::Peer& peer) {
  std::vector<std::string> may;
  if (peer.may_store) may.emplace_back("store");
  if (peer.may_query) may.emplace_back("query");
  if (peer.may_echo) may.emplace_back("echo");
  return may.empty() ? "nothing" : fmt::format("{}", fmt::join(may, ","));
}

std::string reports(const storage::Peer& peer) {
  if (!peer.receives_reports) return "no";
  if (!peer.purpose) return "held: no purpose declared";
  return fmt::format("{} until {} ({})", storage::keyword(*peer.purpose), peer.valid_until, peer.responsible);
}

/// A table as wide as what stands in it.
void print_table(const std::vector<storage::Peer>& peers) {
  using Row = std::array<std::string, 5>;
  std::vector<Row> rows{{"NAME", "AE TITLE", "ADDRESS", "MAY", "REPORTS"}};
  for (const auto& peer : peers) {
    rows.push_back({peer.name, peer.ae_title.value(), fmt::format("{}:{}", peer.host, peer.port),
                    rights(peer), reports(peer)});
  }
  std::array<std::size_t, 5> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) std::cout << fmt::format("{:<{}}  ", row[i], widths[i]);
    std::cout << row.back() << '\n';
  }
}

storage::Peer from(const PeerOptions& options) {
  storage::Peer peer;
  peer.name = options.name;
  peer.ae_title = dicom::AeTitle(options.ae_title);
  peer.host = options.host;
  peer.port = static_cast<std::uint16_t>(options.port);
  const auto may = [&options](const char* right) {
    return std::find(options.may.begin(), options.may.end(), right) != options.may.end();
  };
  peer.may_store = may("store");
  peer.may_query = may("query");
  peer.may_echo = may("echo");
  peer.receives_reports = options.reports || !options.purpose.empty();
  if (!options.purpose.empty()) {
    if (options.responsible.empty() || options.until.empty()) {
      throw RejectedInput(RejectionReason::invalid_settings,
                          "a purpose needs --responsible (who answers for it) and --until (its last day)");
    }
    peer.purpose = storage::purpose_from(options.purpose);
    peer.responsible = options.responsible;
    peer.valid_until = options.until;
  }
  return peer;
}

}  // namespace

int peer_add(const PeerOptions& options) {
  const storage::Peer peer = from(options);
  auto database = open_service_database(options.settings, "peer");
  storage::add_peer(database, peer);
  std::cout << fmt::format("{} ({} at {}:{}) may {}; reports: {}\n", peer.name, peer.ae_title.value(),
                           peer.host, peer.port, rights(peer), reports(peer));
  if (peer.receives_reports && !peer.purpose) {
    std::cout << "Its reports are held until --purpose, --responsible and --until are declared.\n";
  }
  return exit_success;
}

int peer_list(const PeerOptions& options) {
  auto database = open_service_database(options.settings, "peer");
  const auto peers = storage::list_peers(database);
  if (options.json) {
    auto rows = nlohmann::json::array();
    for (const auto& peer : peers) {
      rows.push_back(
          {{"name", peer.name},
           {"ae_title", peer.ae_title.value()},
           {"host", peer.host},
           {"port", peer.port},
           {"may_store", peer.may_store},
           {"may_query", peer.may_query},
           {"may_echo", peer.may_echo},
           {"receives_reports", peer.receives_reports},
           {"purpose", peer.purpose ? nlohmann::json(storage::keyword(*peer.purpose)) : nlohmann::json()},
           {"responsible", peer.responsible},
           {"valid_until", peer.valid_until}});
    }
    std::cout << rows.dump(2) << '\n';
    return exit_success;
  }
  if (peers.empty()) {
    std::cout << "No peers. Add one: glisson peer add NAME AE-TITLE HOST PORT --may store,query,echo\n";
  } else {
    print_table(peers);
  }
  return exit_success;
}

int peer_remove(const PeerOptions& options) {
  auto database = open_service_database(options.settings, "peer");
  if (!storage::remove_peer(database, options.name)) {
    std::cerr << fmt::format("glisson: there is no peer '{}'; `glisson peer list` shows them\n",
                             options.name);
    return exit_not_found;
  }
  std::cout << fmt::format("{} removed\n", options.name);
  return exit_success;
}

int peer_echo(const PeerOptions& options) {
  const auto settings = resolve(options.settings);
  auto database = open_service_database(options.settings, "peer");
  const auto peer = storage::find_peer_by_name(database, options.name);
  if (!peer) {
    std::cerr << fmt::format("glisson: there is no peer '{}'; `glisson peer list` shows them\n",
                             options.name);
    return exit_not_found;
  }
  const auto outcome = dicom::echo(
      {dicom::AeTitle(settings.ae_title), peer->ae_title, peer->host, peer->port, std::chrono::seconds(10)});
  if (outcome.result == dicom::SendResult::accepted) {
    std::cout << fmt::format("{} ({} at {}:{}) answers C-ECHO\n", peer->name, peer->ae_title.value(),
                             peer->host, peer->port);
    return exit_success;
  }
  std::cerr << fmt::format("glisson: {} ({} at {}:{}) does not answer C-ECHO: {}\n", peer->name,
                           peer->ae_title.value(), peer->host, peer->port, outcome.detail);
  return exit_transient;
}

}  // namespace glisson::server
