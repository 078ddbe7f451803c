#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/log.hpp"
#include "server/web/api.hpp"
#include "storage/peer_contacts.hpp"
#include "storage/peers.hpp"

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

json to_json(const storage::Peer& peer, const storage::PeerContacts& contacts) {
  const auto last_seen = contacts.last_seen.find(peer.ae_title.value());
  return {{"name", peer.name},
          {"ae_title", peer.ae_title.value()},
          {"host", peer.host},
          {"port", peer.port},
          {"may", rights_json(peer)},
          {"receives_reports", peer.receives_reports},
          {"purpose", peer.purpose ? json(storage::keyword(*peer.purpose)) : json()},
          {"responsible", text_or_null(peer.responsible)},
          {"valid_until", text_or_null(peer.valid_until)},
          {"networks", json::array()},
          {"tls", false},
          {"certificate", nullptr},
          {"last_seen_at", last_seen == contacts.last_seen.end() ? json() : json(last_seen->second)},
          {"last_refused_at", nullptr}};
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

storage::Peer peer_from(const std::string& name, const json& body) {
  storage::Peer peer;
  peer.name = name;
  peer.ae_title = dicom::AeTitle(required_text(body, "ae_title"));
  peer.host = required_text(body, "host");
  peer.port = port_from(body);
  read_rights(body, peer);
  peer.receives_reports = flag(body, "receives_reports");
  read_purpose(body, peer);
  return peer;
}

Response answer_with(Call& call, const std::string& name) {
  const auto peer = storage::find_peer_by_name(call.database, name);
  if (!peer) throw ApiError{404, "no_such_peer", "There is no peer of this name.", {}};
  return json_response({{"peer", to_json(*peer, storage::peer_contacts(call.database))}});
}

Response show_peers(Call& call) {
  const auto contacts = storage::peer_contacts(call.database);
  auto rows = json::array();
  for (const auto& peer : storage::list_peers(call.database)) rows.push_back(to_json(peer, contacts));
  return json_response({{"peers", std::move(rows)}});
}

Response put_peer(Call& call) {
  const std::string& name = call.arguments.front();
  const auto body = parse_object(call.request);
  storage::add_peer(call.database, peer_from(name, body), call.author(optional_text(body, "reason")));
  return answer_with(call, name);
}

Response remove_peer(Call& call) {
  const std::string reason = required_text(parse_object(call.request), "reason");
  if (!storage::remove_peer(call.database, call.arguments.front(), call.author(reason))) {
    throw ApiError{404, "no_such_peer", "There is no peer of this name.", {}};
  }
  return json_response(json::object());
}

}  // namespace

std::vector<Route> peer_routes() {
  return {{"GET", "/api/peers", Access::viewer, show_peers},
          {"PUT", "/api/peers/{}", Access::administrator, put_peer},
          {"DELETE", "/api/peers/{}", Access::administrator, remove_peer}};
}

}  // namespace glisson::server
