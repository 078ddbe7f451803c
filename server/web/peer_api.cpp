#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/admission/refusal_advice.hpp"
#include "server/doctor/peer_check.hpp"
#include "server/tls/certificate.hpp"
#include "server/web/api.hpp"
#include "storage/peer_contacts.hpp"
#include "storage/peers.hpp"
#include "storage/refused_associations.hpp"

namespace glisson::server {
namespace {

using nlohmann::json;

json rights_json(const storage::Peer& peer) {
  auto may = json::array();
  if (peer.may_store) may.push_back("store");
  if (peer.may_query) may.push_back("query");
  if (peer.may_echo) may.push_back("echo");
  return may;
}

json networks_json(const storage::Peer& peer) {
  auto networks = json::array();
  for (const auto& network : peer.networks) networks.push_back(network.text());
  return networks;
}

/// @param refused as list_refused_associations() gives them, the latest first.
json to_json(Call& call, const storage::Peer& peer, const std::vector<storage::RefusedAssociation>& refused) {
  const auto last_call = storage::last_call(call.database, peer);
  const auto last_refused = std::ranges::find_if(
      refused, [&](const auto& entry) { return entry.attempt.calling == peer.ae_title.value(); });
  return {{"name", peer.name},
          {"ae_title", peer.ae_title.value()},
          {"host", peer.host},
          {"port", peer.port},
          {"may", rights_json(peer)},
          {"receives_reports", peer.receives_reports},
          {"purpose", peer.purpose ? json(storage::keyword(*peer.purpose)) : json()},
          {"responsible", text_or_null(peer.responsible)},
          {"valid_until", text_or_null(peer.valid_until)},
          {"networks", networks_json(peer)},
          {"tls", peer.tls},
          {"certificate", text_or_null(peer.certificate)},
          {"last_seen_at", last_call ? json(last_call->at) : json()},
          {"last_refused_at", last_refused == refused.end() ? json() : json(last_refused->last_seen)}};
}

bool flag(const json& body, const char* key) {
  const auto found = body.find(key);
  if (found == body.end() || found->is_null()) return false;
  if (!found->is_boolean())
    throw ApiError{400, "invalid_field", std::string(key) + " must be true or false.", {}};
  return found->get<bool>();
}

std::uint16_t port_from(const json& body) {
  const auto found = body.find("port");
  if (found == body.end() || !found->is_number_integer() || *found < 1 || *found > 65535) {
    throw ApiError{400, "invalid_field", "port must be 1 to 65535.", {}};
  }
  return found->get<std::uint16_t>();
}

void read_rights(const json& body, storage::Peer& peer) {
  const auto may = body.value("may", json::array());
  if (!may.is_array()) throw ApiError{400, "invalid_field", "may must be a list.", {}};
  for (const json& right : may) {
    if (right == "store") {
      peer.may_store = true;
    } else if (right == "query") {
      peer.may_query = true;
    } else if (right == "echo") {
      peer.may_echo = true;
    } else {
      throw ApiError{400, "invalid_field", "A peer may store, query and echo.", {}};
    }
  }
}

void read_purpose(const json& body, storage::Peer& peer) {
  const std::string purpose = optional_text(body, "purpose");
  peer.responsible = optional_text(body, "responsible");
  peer.valid_until = optional_text(body, "valid_until");
  if (purpose.empty()) return;
  peer.purpose = storage::purpose_from(purpose);
  if (peer.responsible.empty() || peer.valid_until.empty()) {
    throw ApiError{400, "missing_field", "A purpose needs who answers for it, and until when.", {}};
  }
}

void read_networks(const json& body, storage::Peer& peer) {
  const auto networks = body.value("networks", json::array());
  if (!networks.is_array()) throw ApiError{400, "invalid_field", "networks must be a list.", {}};
  for (const json& network : networks) {
    if (!network.is_string()) throw ApiError{400, "invalid_field", "networks must be texts.", {}};
    peer.networks.emplace_back(network.get<std::string>());
  }
}

/// A subject or fingerprint; on the command line it may also be a file, which a browser must not name.
void read_certificate_binding(const json& body, storage::Peer& peer) {
  const std::string text = optional_text(body, "certificate", 1024);
  if (text.empty()) return;
  const bool fingerprint =
      text.starts_with("sha256:") || text.find_first_not_of("0123456789abcdefABCDEF:") == std::string::npos;
  if (!fingerprint && (text.find('=') == std::string::npos || text.front() == '/')) {
    throw ApiError{
        400, "invalid_field", "certificate must be a subject (CN=...) or a SHA-256 fingerprint.", {}};
  }
  peer.certificate = certificate_binding(text);
}

storage::Peer peer_from(const std::string& name, const json& body) {
  storage::Peer peer;
  peer.name = name;
  peer.ae_title = dicom::AeTitle(required_text(body, "ae_title"));
  peer.host = required_text(body, "host");
  peer.port = port_from(body);
  read_rights(body, peer);
  read_networks(body, peer);
  peer.tls = flag(body, "tls");
  read_certificate_binding(body, peer);
  peer.receives_reports = flag(body, "receives_reports");
  read_purpose(body, peer);
  return peer;
}

ApiError no_such_peer() { return {404, "no_such_peer", "There is no peer of this name.", {}}; }

storage::Peer named_peer(Call& call, const std::string& name) {
  const auto peer = storage::find_peer_by_name(call.database, name);
  if (!peer) throw no_such_peer();
  return *peer;
}

Response saved(Call& call, const std::string& name) {
  return json_response({{"peer", to_json(call, named_peer(call, name), {})}});
}

Response create_peer(Call& call, const json& body) {
  const std::string name = required_text(body, "name");
  if (!storage::add_peer(call.database, peer_from(name, body), call.author(optional_text(body, "reason")))) {
    throw ApiError{
        409, "name_taken", "There is a peer of this name. Choose another name, or change that peer.", {}};
  }
  return saved(call, name);
}

Response show_peers(Call& call) {
  const auto refused = storage::list_refused_associations(call.database);
  auto rows = json::array();
  for (const auto& peer : storage::list_peers(call.database)) rows.push_back(to_json(call, peer, refused));
  return json_response({{"peers", std::move(rows)}});
}

Response add_peer(Call& call) { return create_peer(call, parse_object(call.request)); }

Response change_peer(Call& call) {
  const std::string& name = call.arguments.front();
  const auto body = parse_object(call.request);
  if (!storage::change_peer(call.database, peer_from(name, body),
                            call.author(optional_text(body, "reason")))) {
    throw no_such_peer();
  }
  return saved(call, name);
}

Response remove_peer(Call& call) {
  const std::string reason = required_text(parse_object(call.request), "reason");
  if (!storage::remove_peer(call.database, call.arguments.front(), call.author(reason))) {
    throw no_such_peer();
  }
  return json_response(json::object());
}

Response check(Call& call) {
  auto steps = json::array();
  for (const auto& step :
       check_peer(call.state.settings, call.database, named_peer(call, call.arguments.front()))) {
    steps.push_back({{"step", step.step},
                     {"outcome", keyword(step.outcome)},
                     {"detail", step.detail},
                     {"advice", step.advice}});
  }
  return json_response({{"steps", std::move(steps)}});
}

/// What to do where no dialog does it.
std::string page_advice(const RefusalAdvice& advice) {
  std::string text = advice.otherwise;
  const auto add = [&text](const std::string& way) { text += (text.empty() ? "" : "; or: ") + way; };
  if (!advice.by_dialog && !advice.command.empty()) add(advice.command);
  if (!advice.setting.empty())
    add("in [receive] of the settings " + advice.setting + ", then " + reload_command);
  return text;
}

Response show_refused(Call& call) {
  const auto peers = storage::list_peers(call.database);
  const auto entities = call.state.settings.application_entities();
  auto rows = json::array();
  for (const auto& refused : storage::list_refused_associations(call.database)) {
    const RefusalAdvice advice = advise(refused.attempt, peers, entities);
    rows.push_back({{"id", refused.id},
                    {"calling", refused.attempt.calling},
                    {"called", refused.attempt.called},
                    {"address", refused.attempt.address},
                    {"reason", storage::keyword(refused.attempt.reason)},
                    {"message", advice.meaning},
                    {"advice", text_or_null(page_advice(advice))},
                    {"admissible", advice.by_dialog},
                    {"count", refused.times},
                    {"first_at", refused.first_seen},
                    {"last_at", refused.last_seen},
                    {"near", text_or_null(advice.near_miss)}});
  }
  return json_response({{"refused", std::move(rows)}});
}

/// Adds a peer of the title that was refused, which is forgotten with that.
Response admit(Call& call) {
  const auto body = parse_object(call.request);
  const auto refused = storage::list_refused_associations(call.database);
  const auto found = std::ranges::find_if(
      refused, [&](const auto& entry) { return std::to_string(entry.id) == call.arguments.front(); });
  if (found == refused.end()) {
    throw ApiError{404, "no_such_refusal", "It is not refused any more. Load the page again.", {}};
  }
  if (dicom::AeTitle(required_text(body, "ae_title")).value() != found->attempt.calling) {
    throw ApiError{409, "other_title", "Another title was refused here. To admit this one, add a peer.", {}};
  }
  return create_peer(call, body);
}

}  // namespace

std::vector<Route> peer_routes() {
  return {{"GET", "/api/peers", Access::viewer, show_peers},
          {"POST", "/api/peers/{}/check", Access::administrator, check},
          {"GET", "/api/refused", Access::viewer, show_refused},
          {"POST", "/api/refused/{}/admit", Access::administrator, admit},
          {"POST", "/api/peers", Access::administrator, add_peer},
          {"PUT", "/api/peers/{}", Access::administrator, change_peer},
          {"DELETE", "/api/peers/{}", Access::administrator, remove_peer}};
}

}  // namespace glisson::server
