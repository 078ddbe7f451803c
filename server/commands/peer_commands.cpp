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
#include "server/tls/certificate.hpp"
#include "server/tls/sending.hpp"
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

std::string origins(const storage::Peer& peer) {
  std::vector<std::string> networks;
  for (const auto& network : peer.networks) networks.push_back(network.text());
  return networks.empty() ? "any" : fmt::format("{}", fmt::join(networks, ","));
}

/// How reports reach its port.
std::string transport(const storage::Peer& peer) { return peer.tls ? " over TLS" : ""; }

std::string reports(const storage::Peer& peer) {
  if (!peer.receives_reports) return "no";
  if (!peer.purpose) return "held: no purpose declared";
  return fmt::format("{} until {} ({})", storage::keyword(*peer.purpose), peer.valid_until, peer.responsible);
}

/// A table as wide as what stands in it.
void print_table(const std::vector<storage::Peer>& peers) {
  using Row = std::array<std::string, 6>;
  std::vector<Row> rows{{"NAME", "AE TITLE", "ADDRESS", "MAY", "FROM", "REPORTS"}};
  for (const auto& peer : peers) {
    rows.push_back({peer.name, peer.ae_title.value(),
                    fmt::format("{}:{}{}", peer.host, peer.port, transport(peer)), rights(peer),
                    origins(peer) + (peer.certificate.empty() ? "" : " (certificate)"), reports(peer)});
  }
  std::array<std::size_t, 6> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) std::cout << fmt::format("{:<{}}  ", row[i], widths[i]);
    std::cout << row.back() << '\n';
  }
}

void set_rights(storage::Peer& peer, const std::vector<std::string>& rights) {
  const auto may = [&rights](const char* right) {
    return std::find(rights.begin(), rights.end(), right) != rights.end();
  };
  peer.may_store = may("store");
  peer.may_query = may("query");
  peer.may_echo = may("echo");
}

void set_origins(storage::Peer& peer, const std::vector<std::string>& from) {
  peer.networks.clear();
  if (from == std::vector<std::string>{"any"}) return;
  for (const std::string& network : from) peer.networks.emplace_back(network);
}

std::string bound_to(const storage::Peer& peer) {
  return peer.certificate.empty() ? "" : fmt::format(" with the certificate {}", peer.certificate);
}

void set_certificate(storage::Peer& peer, const std::string& certificate) {
  peer.certificate = certificate == "none" ? "" : certificate_binding(certificate);
}

void check_purpose(const storage::Peer& peer) {
  if (peer.purpose && (peer.responsible.empty() || peer.valid_until.empty())) {
    throw RejectedInput(RejectionReason::invalid_argument,
                        "a purpose needs --responsible (who answers for it) and --until (its last day)");
  }
}

storage::Peer from(const PeerOptions& options) {
  storage::Peer peer;
  peer.name = options.name;
  peer.ae_title = dicom::AeTitle(options.ae_title);
  peer.host = options.host;
  peer.port = static_cast<std::uint16_t>(options.port);
  set_rights(peer, options.may);
  set_origins(peer, options.from);
  peer.tls = options.tls;
  if (!options.certificate.empty()) set_certificate(peer, options.certificate);
  peer.receives_reports = options.reports || !options.purpose.empty();
  if (!options.purpose.empty()) {
    peer.purpose = storage::purpose_from(options.purpose);
    peer.responsible = options.responsible;
    peer.valid_until = options.until;
  }
  check_purpose(peer);
  return peer;
}

void apply(const PeerChangeOptions& options, storage::Peer& peer) {
  if (options.ae_title) peer.ae_title = dicom::AeTitle(*options.ae_title);
  if (options.host) peer.host = *options.host;
  if (options.port) peer.port = static_cast<std::uint16_t>(*options.port);
  if (!options.may.empty()) set_rights(peer, options.may);
  if (!options.from.empty()) set_origins(peer, options.from);
  if (options.tls) peer.tls = *options.tls;
  if (options.certificate) set_certificate(peer, *options.certificate);
  if (options.purpose) {
    peer.purpose = storage::purpose_from(*options.purpose);
    peer.receives_reports = true;
  }
  if (options.reports) peer.receives_reports = *options.reports;
  if (options.responsible) peer.responsible = *options.responsible;
  if (options.until) peer.valid_until = *options.until;
  check_purpose(peer);
}

void print(const storage::Peer& peer) {
  std::cout << fmt::format("{} ({} at {}:{}{}) may {}, calling from {}{}; reports: {}\n", peer.name,
                           peer.ae_title.value(), peer.host, peer.port, transport(peer), rights(peer),
                           peer.networks.empty() ? "any address" : origins(peer), bound_to(peer),
                           reports(peer));
  if (peer.receives_reports && !peer.purpose) {
    std::cout << "Its reports are held until --purpose, --responsible and --until are declared.\n";
  }
}

int no_such_peer(const std::string& name) {
  std::cerr << fmt::format("glisson: there is no peer '{}'; `glisson peer list` shows them\n", name);
  return exit_not_found;
}

}  // namespace

int peer_add(const PeerOptions& options) {
  const storage::Peer peer = from(options);
  auto database = open_service_database(options.settings, "peer");
  const bool replaced = options.replace && storage::change_peer(database, peer);
  if (!replaced && !storage::add_peer(database, peer)) {
    throw RejectedInput(
        RejectionReason::invalid_argument,
        fmt::format("there is a peer '{}' already; `glisson peer change` changes it, --replace puts "
                    "this one in its place",
                    peer.name));
  }
  print(peer);
  return exit_success;
}

int peer_change(const PeerChangeOptions& options) {
  auto database = open_service_database(options.settings, "peer");
  auto peer = storage::find_peer_by_name(database, options.name);
  if (!peer) return no_such_peer(options.name);
  apply(options, *peer);
  if (!storage::change_peer(database, *peer)) return no_such_peer(options.name);
  print(*peer);
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
           {"from", origins(peer)},
           {"tls", peer.tls},
           {"certificate", peer.certificate},
           {"receives_reports", peer.receives_reports},
           {"purpose", peer.purpose ? nlohmann::json(storage::keyword(*peer.purpose)) : nlohmann::json()},
           {"responsible", peer.responsible},
           {"valid_until", peer.valid_until}});
    }
    std::cout << rows.dump(2) << '\n';
    return exit_success;
  }
  if (peers.empty()) {
    std::cout << "No peers. Add one: glisson peer add NAME AE-TITLE HOST PORT --may store,echo\n";
  } else {
    print_table(peers);
  }
  return exit_success;
}

int peer_remove(const PeerOptions& options) {
  auto database = open_service_database(options.settings, "peer");
  if (!storage::remove_peer(database, options.name)) {
    return no_such_peer(options.name);
  }
  std::cout << fmt::format("{} removed\n", options.name);
  return exit_success;
}

int peer_echo(const PeerOptions& options) {
  const auto settings = resolve_of_service(options.settings);
  auto database = open_service_database(options.settings, "peer");
  const auto peer = storage::find_peer_by_name(database, options.name);
  if (!peer) {
    return no_such_peer(options.name);
  }
  const auto outcome = send_to_peer(settings, *peer, std::chrono::seconds(10), dicom::echo);
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
