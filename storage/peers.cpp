#include "storage/peers.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <sstream>

#include "engine/errors.hpp"
#include "storage/authorship.hpp"

namespace glisson::storage {
namespace {

constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_host = 253;  // RFC 1035 2.3.4

constexpr std::array purposes{Purpose::test, Purpose::research, Purpose::clinical_study};

constexpr Statement name_taken{"peer_name_taken",
                               "select exists (select from peer where name = $1 and removed_at is null)"};

constexpr Statement title_taken{
    "peer_title_taken",
    "select exists (select from peer where ae_title = $1 and name <> $2 and removed_at is null)"};

/// A last day that is over already is refused when it is given; a peer whose day has passed since may still
/// be changed otherwise.
constexpr Statement term_is_over{"peer_term_is_over", R"(
    select $2::date < current_date
           and not exists (select from peer where name = $1 and valid_until = $2::date and removed_at is null))"};

constexpr Statement update_peer{"peer_update", R"(
    update peer set ae_title = $2, host = $3, port = $4, may_store = $5, may_query = $6, may_echo = $7,
                    receives_reports = $8, purpose = $9, responsible = $10, valid_until = $11::date,
                    networks = $12::cidr[], tls = $13, certificate = $14
    where name = $1 and removed_at is null
    returning peer_id)"};

constexpr Statement insert_peer{"peer_insert", R"(
    insert into peer (name, ae_title, host, port, may_store, may_query, may_echo, receives_reports, purpose,
                      responsible, valid_until, networks, tls, certificate)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::date, $12::cidr[], $13, $14)
    returning peer_id)"};

constexpr Statement forget_refused{"peer_forget_refused",
                                   "delete from refused_association where calling = $1"};

constexpr Statement release_held{"peer_release_held", R"(
    update job set state = 'scheduled', run_at = now(), reason = null, detail = null
    from peer
    where job.peer_id = $1 and job.kind = 'deliver' and job.state = 'held' and peer.peer_id = $1
      and hold_reason(purpose, responsible, valid_until) is null)"};

constexpr Statement mark_removed{
    "peer_remove",
    "update peer set removed_at = now() where name = $1 and removed_at is null returning peer_id"};

constexpr Statement end_deliveries{"peer_end_deliveries", R"(
    update job set state = 'dead', finished_at = now(), reason = 'peer_removed',
                   detail = 'the peer was removed before its report was sent'
    where peer_id = $1 and kind = 'deliver' and state in ('scheduled', 'blocked', 'held'))"};

constexpr const char* columns =
    "select peer_id, name, ae_title, host, port, may_store, may_query, may_echo, receives_reports, purpose, "
    "responsible, to_char(valid_until, 'YYYY-MM-DD'), array_to_string(networks, ','), tls, certificate from "
    "peer where "
    "removed_at is null";

Peer peer_from(const pqxx::row& row) {
  Peer peer;
  peer.id = row[0].as<std::int64_t>();
  peer.name = row[1].c_str();
  peer.ae_title = dicom::AeTitle(row[2].c_str());
  peer.host = row[3].c_str();
  peer.port = row[4].as<std::uint16_t>();
  peer.may_store = row[5].as<bool>();
  peer.may_query = row[6].as<bool>();
  peer.may_echo = row[7].as<bool>();
  peer.receives_reports = row[8].as<bool>();
  if (!row[9].is_null()) peer.purpose = purpose_from(row[9].c_str());
  peer.responsible = text_or_empty(row[10]);
  peer.valid_until = text_or_empty(row[11]);
  std::istringstream networks(row[12].c_str());
  for (std::string network; std::getline(networks, network, ',');) peer.networks.emplace_back(network);
  peer.tls = row[13].as<bool>();
  peer.certificate = text_or_empty(row[14]);
  return peer;
}

bool is_date(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int end = 0;
  if (text.size() != 10 || std::sscanf(text.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &end) != 3)
    return false;
  return end == 10 && std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(month),
                                                  std::chrono::day(day))
                          .ok();
}

/// No control character, and none that is not seen, such as a line separator or a change of direction
/// (Unicode, general punctuation U+2000 to U+206F). UTF-8 is what PostgreSQL takes only.
bool is_visible(std::string_view text) {
  const auto byte = [&](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (byte(i) < 0x20 || byte(i) == 0x7F) return false;
    if (byte(i) == 0xC2 && byte(i + 1) < 0xA1) return false;
    if (byte(i) == 0xE2 && (byte(i + 1) == 0x80 || byte(i + 1) == 0x81)) return false;
  }
  return true;
}

/// What RFC 1123 2.1 calls a host, and the numeric forms of RFC 4007 11; an underscore is common in practice.
bool is_host(std::string_view text) {
  return text.size() <= longest_host && std::ranges::all_of(text, [](unsigned char c) {
           return std::isalnum(c) != 0 ||
                  std::string_view("-.:_%").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

void check(const Peer& peer) {
  const auto refuse = [](const char* why) { throw RejectedInput(RejectionReason::invalid_argument, why); };
  if (peer.name.empty() || peer.name.size() > longest_name || !is_visible(peer.name) ||
      peer.name.front() == ' ' || peer.name.back() == ' ') {
    refuse("the name of a peer has 1 to 64 visible characters and no space at its ends");
  }
  // They are shown on terminals, where control characters could do anything.
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  for (const std::string* text : {&peer.name, &peer.host, &peer.responsible}) {
    if (std::ranges::any_of(*text, is_control)) refuse("a peer's texts hold no control characters");
  }
  if (peer.ae_title.empty()) refuse("a peer needs an AE title");
  if (peer.host.empty()) refuse("a peer needs a host name or address");
  if (!is_host(peer.host)) refuse("a host is a name or an address: letters, digits, '-', '.', ':' and '_'");
  if (peer.port == 0) refuse("a peer needs a port between 1 and 65535");
  if (!peer.valid_until.empty() && !is_date(peer.valid_until)) refuse("the last day is written YYYY-MM-DD");
}

/// @param exists whether there must be a peer of this name; else nothing is written.
bool write(Database& database, const Peer& peer, const Author& author, const Statement& statement,
           bool exists) {
  check(peer);
  return database.connection().transaction([&](Transaction& transaction) {
    transaction.run("lock table peer in share row exclusive mode");
    set_author(transaction, author);
    if (transaction.run(name_taken, peer.name)[0][0].as<bool>() != exists) return false;
    const std::string& title = peer.ae_title.value();
    if (transaction.run(title_taken, title, peer.name)[0][0].as<bool>()) {
      throw RejectedInput(RejectionReason::invalid_argument, "another peer has the AE title " + title);
    }
    if (!peer.valid_until.empty() &&
        transaction.run(term_is_over, peer.name, peer.valid_until)[0][0].as<bool>()) {
      throw RejectedInput(RejectionReason::invalid_argument,
                          "the last day, " + peer.valid_until + ", is in the past");
    }
    std::optional<std::string> purpose;
    if (peer.purpose) purpose = keyword(*peer.purpose);
    std::vector<std::string> networks;
    for (const Network& network : peer.networks) networks.push_back(network.text());
    const pqxx::result rows = transaction.run(
        statement, peer.name, title, peer.host, static_cast<int>(peer.port), peer.may_store, peer.may_query,
        peer.may_echo, peer.receives_reports, purpose, null_if_empty(peer.responsible),
        null_if_empty(peer.valid_until), array_literal(networks), peer.tls, null_if_empty(peer.certificate));
    transaction.run(forget_refused, title);
    transaction.run(release_held, rows[0][0].as<std::int64_t>());
    return true;
  });
}

/// The one peer that a condition on $1 picks.
std::optional<Peer> find(Database& database, const Statement& statement, const std::string& value) {
  return database.connection().transaction([&](Transaction& transaction) -> std::optional<Peer> {
    const pqxx::result rows = transaction.run(statement, value);
    if (rows.empty()) return std::nullopt;
    return peer_from(rows.front());
  });
}

}  // namespace

std::string_view keyword(Purpose purpose) noexcept {
  switch (purpose) {
    case Purpose::research:
      return "research";
    case Purpose::clinical_study:
      return "clinical_study";
    case Purpose::test:
      break;
  }
  return "test";
}

Purpose purpose_from(std::string_view text) {
  for (const Purpose purpose : purposes) {
    if (keyword(purpose) == text) return purpose;
  }
  throw RejectedInput(RejectionReason::invalid_argument, "a purpose is test, research or clinical_study");
}

bool Peer::may_call_from(std::string_view address) const {
  return networks.empty() ||
         std::ranges::any_of(networks, [&](const Network& network) { return network.contains(address); });
}

bool add_peer(Database& database, const Peer& peer, const Author& author) {
  return write(database, peer, author, insert_peer, false);
}

bool change_peer(Database& database, const Peer& peer, const Author& author) {
  return write(database, peer, author, update_peer, true);
}

bool remove_peer(Database& database, const std::string& name, const Author& author) {
  return database.connection().transaction([&](Transaction& transaction) {
    set_author(transaction, author);
    const pqxx::result rows = transaction.run(mark_removed, name);
    if (rows.empty()) return false;
    transaction.run(end_deliveries, rows[0][0].as<std::int64_t>());
    return true;
  });
}

std::vector<Peer> list_peers(Database& database) {
  return database.connection().transaction([](Transaction& transaction) {
    std::vector<Peer> peers;
    for (const pqxx::row& row : transaction.run(std::string(columns) + " order by name")) {
      peers.push_back(peer_from(row));
    }
    return peers;
  });
}

std::optional<Peer> find_peer(Database& database, const dicom::AeTitle& ae_title) {
  static const std::string sql = std::string(columns) + " and ae_title = $1";
  return find(database, {"peer_by_title", sql.c_str()}, ae_title.value());
}

std::optional<Peer> find_peer_by_name(Database& database, const std::string& name) {
  static const std::string sql = std::string(columns) + " and name = $1";
  return find(database, {"peer_by_name", sql.c_str()}, name);
}

}  // namespace glisson::storage
