#include "server/doctor/peer_check.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <thread>

#include "dicom/network/probe.hpp"
#include "engine/errors.hpp"
#include "server/admission/refusal_advice.hpp"
#include "server/doctor/association_words.hpp"
#include "server/doctor/reachability.hpp"
#include "server/doctor/report_steps.hpp"
#include "server/doctor/way_back.hpp"
#include "server/tls/tls_client.hpp"

namespace glisson::server {
namespace {

using namespace std::chrono_literals;
using dicom::ProbeOutcome;
using Outcome = CheckStep::Outcome;

constexpr std::chrono::milliseconds connect_timeout = 5s;
constexpr std::chrono::milliseconds answer_timeout = 10s;
constexpr std::chrono::milliseconds commitment_wait = 2s;  // For the result on the same association.
constexpr std::chrono::milliseconds call_wait = 4s;        // For the peer's call.

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "this host";
}

/// What one association showed, and what TLS said meanwhile.
struct Exchange {
  ProbeOutcome outcome;
  std::string tls_problem;
  bool secured = false;  ///< The handshake was finished.
};

/// The check of one peer. Each method tries one thing, and returns whether it makes sense to go on.
class PeerCheck {
 public:
  PeerCheck(const config::Settings& settings, storage::Database& database, const storage::Peer& peer)
      : settings_(settings),
        database_(database),
        peer_(peer),
        ours_{settings.ae_title, host_name(), settings.port} {}

  std::vector<CheckStep> run() {
    const bool answers = name_resolves() && port_is_open() && association_is_accepted();
    if (answers) {
      reports();
      services();
    }
    way_back(answers);
    return std::move(steps_);
  }

 private:
  void add(std::string step, Outcome outcome, std::string detail, std::string advice = {}) {
    steps_.push_back({std::move(step), outcome, std::move(detail), std::move(advice)});
  }
  std::string change(std::string_view option) const {
    return fmt::format("glisson peer change {} {}", shell_word(peer_.name), option);
  }

  Exchange exchange(const std::function<ProbeOutcome(const dicom::Destination&)>& probe) const;
  bool name_resolves();
  bool port_is_open();
  bool tls(const Exchange& echo);
  bool association_is_accepted();
  void no_association(const ProbeOutcome& outcome);
  void echo(const ProbeOutcome& outcome);
  void reports();
  void services();
  void way_back(bool answers);

  const config::Settings& settings_;
  storage::Database& database_;
  const storage::Peer& peer_;
  OurEntry ours_;
  std::vector<std::string> addresses_;
  std::string address_;  ///< The one that answered.
  bool offers_commitment_ = false;
  bool offers_move_ = false;
  std::vector<CheckStep> steps_;
};

Exchange PeerCheck::exchange(const std::function<ProbeOutcome(const dicom::Destination&)>& probe) const {
  Exchange done;
  dicom::Destination destination{dicom::AeTitle(settings_.ae_title), peer_.ae_title, peer_.host, peer_.port,
                                 answer_timeout};
  if (!peer_.tls) {
    done.outcome = probe(destination);
    return done;
  }
  TlsClient client(settings_, peer_.host, peer_.certificate, answer_timeout);
  destination.secure = [&](int socket) {
    try {
      const int stream = client.secure(socket);
      done.secured = true;
      return stream;
    } catch (const TransientError& error) {
      done.tls_problem = error.what();
      throw;
    }
  };
  done.outcome = probe(destination);
  const std::string late = client.finish();
  if (done.tls_problem.empty()) done.tls_problem = late;
  return done;
}

bool PeerCheck::name_resolves() {
  constexpr const char* step = "name resolves";
  const Resolution resolution = resolve_host(peer_.host);
  addresses_ = resolution.addresses;
  if (!addresses_.empty()) {
    add(step, Outcome::passed, fmt::format("{} is {}", peer_.host, fmt::join(addresses_, ", ")));
    return true;
  }
  add(step, Outcome::failed, fmt::format("{} has no IPv4 address: {}", peer_.host, resolution.problem),
      resolution.no_answer
          ? fmt::format(
                "No name server answered: see /etc/resolv.conf here, check the name, or use the address: {}",
                change("--host ADDRESS"))
          : fmt::format("Wrong host: look up the name of that PACS, then here: {}", change("--host HOST")));
  return false;
}

bool PeerCheck::port_is_open() {
  constexpr const char* step = "port is open";
  PortState state;
  for (const std::string& address : addresses_) {
    state = try_port(address, peer_.port, connect_timeout);
    address_ = address;
    if (state.kind == PortState::Kind::open) break;
  }
  const std::string where = fmt::format("{}:{}", address_, peer_.port);
  switch (state.kind) {
    case PortState::Kind::open:
      ours_.host = state.our_address;
      add(step, Outcome::passed, fmt::format("{} takes connections", where));
      return true;
    case PortState::Kind::refused:
      add(step, Outcome::failed,
          fmt::format("{} refuses connections: the host is there, the port is closed", where),
          fmt::format("Start the DICOM service of that PACS, or look up its port, then here: {}",
                      change("--port N")));
      return false;
    case PortState::Kind::timed_out:
      add(step, Outcome::failed,
          fmt::format("{} does not answer within {} s: the host is down, another host has this address, or a "
                      "firewall drops what we send",
                      where, std::chrono::duration_cast<std::chrono::seconds>(connect_timeout).count()),
          fmt::format(
              "Let the network's administrator allow TCP from this host ({}) to {}; is it the right host?",
              host_name(), where));
      return false;
    case PortState::Kind::unreachable:
      add(step, Outcome::failed, fmt::format("{} cannot be reached: {}", where, state.problem),
          fmt::format("There is no route, or the host is off. Check the network of this host, or: {}",
                      change("--host HOST")));
      return false;
    case PortState::Kind::forbidden:
    case PortState::Kind::failed:
      break;
  }
  add(step, Outcome::failed, fmt::format("no connection to {}: {}", where, state.problem),
      state.kind == PortState::Kind::forbidden ? "The firewall of this host forbids it: allow it there."
                                               : "");
  return false;
}

/// The TLS step of a peer that is called over TLS; none where it is plain.
bool PeerCheck::tls(const Exchange& echo) {
  if (!peer_.tls) return true;
  const bool answered =
      echo.outcome.end == ProbeOutcome::End::answered || echo.outcome.end == ProbeOutcome::End::rejected;
  if (echo.secured && (answered || echo.tls_problem.empty())) {
    add("TLS", Outcome::passed, "its certificate is trusted and names it");
    return true;
  }
  add("TLS", Outcome::failed, echo.tls_problem.empty() ? echo.outcome.problem : echo.tls_problem,
      echo.tls_problem.find("does not speak TLS") != std::string::npos
          ? fmt::format("Give the PACS' TLS port ({}), or call it without TLS: {}", change("--port N"),
                        change("--no-tls"))
          : "The detail says what to mend; certificates and their files: "
            "/usr/share/doc/glisson/docs/tls.md");
  return false;
}

bool PeerCheck::association_is_accepted() {
  const Exchange first = exchange(dicom::probe_echo);
  if (!tls(first)) return false;
  const ProbeOutcome& outcome = first.outcome;
  if (outcome.end != ProbeOutcome::End::answered) {
    no_association(outcome);
    return false;
  }
  add("association accepted", Outcome::passed,
      fmt::format("{} answers to {}", peer_.ae_title.value(), ours_.ae_title));
  echo(outcome);
  return true;
}

void PeerCheck::no_association(const ProbeOutcome& outcome) {
  constexpr const char* step = "association accepted";
  if (outcome.rejection) {
    steps_.push_back(rejected_step(step, *outcome.rejection, peer_, ours_));
    return;
  }
  if (!peer_.tls && speaks_tls(address_, peer_.port, connect_timeout)) {
    add(step, Outcome::failed, "TLS required: this port speaks TLS, and we called it without",
        fmt::format("Here: {}, or the PACS' port without TLS: {}", change("--tls"), change("--port N")));
    return;
  }
  const bool silent = outcome.end == ProbeOutcome::End::silent;
  add(step, Outcome::failed,
      silent ? "it takes the connection, but does not answer the association request"
             : fmt::format("it ends the connection instead of an answer ({})", outcome.problem),
      silent
          ? "The DICOM service there hangs, or something else listens on this port: check the port, and "
            "restart the service there."
          : fmt::format("What listens there may be no DICOM node, or may allow certain addresses only: check "
                        "the port, and in that PACS, allow: {}.",
                        ours_.text()));
}

void PeerCheck::echo(const ProbeOutcome& outcome) {
  if (outcome.status == 0x0000) {
    add("C-ECHO", Outcome::passed, "status 0000H");
  } else if (outcome.contexts.front().result != 0) {
    add("C-ECHO", Outcome::failed,
        fmt::format("it does not take Verification: {}", context_result(outcome.contexts.front().result)),
        fmt::format("In that PACS, allow Verification (C-ECHO) for {}.", ours_.ae_title));
  } else {
    add("C-ECHO", Outcome::failed, status_text(outcome), "Its log says why.");
  }
}

/// What it takes of what Glisson sends; only negotiated, nothing is sent.
void PeerCheck::reports() {
  if (!peer_.receives_reports) {
    add("storing reports", Outcome::skipped, "it gets no reports",
        fmt::format("If it should: {}", change("--purpose ... --responsible ... --until ...")));
    return;
  }
  const ProbeOutcome outcome = exchange([](const dicom::Destination& to) {
                                 return dicom::probe_contexts(to, report_proposal());
                               }).outcome;
  std::ranges::move(report_steps(outcome, peer_, ours_), std::back_inserter(steps_));
  steps_.push_back(deliveries_step(database_, peer_, ours_));
}

void PeerCheck::services() {
  const ProbeOutcome outcome =
      exchange([](const dicom::Destination& to) {
        return dicom::probe_contexts(
            to, {dicom::storage_commitment_push_model, dicom::study_root_find, dicom::study_root_move});
      }).outcome;
  offers_commitment_ = outcome.accepted(dicom::storage_commitment_push_model);
  offers_move_ = outcome.accepted(dicom::study_root_move);
  const bool find = outcome.accepted(dicom::study_root_find);
  add("storage commitment", offers_commitment_ ? Outcome::passed : Outcome::skipped,
      offers_commitment_ ? "offered" : "not offered; Success to C-STORE has to be enough");
  add("query and retrieve", find || offers_move_ ? Outcome::passed : Outcome::skipped,
      find && offers_move_ ? "offered: C-FIND and C-MOVE, Study Root"
      : find               ? "C-FIND is offered, C-MOVE is not"
      : offers_move_       ? "C-MOVE is offered, C-FIND is not"
                           : "not offered; missing images cannot be fetched from it");
}

void PeerCheck::way_back(bool answers) {
  if (!peer_.may_store) {
    add("way back", Outcome::skipped, "it may not store here, so it need not call us",
        fmt::format("If it should: {}", change("--may store,echo")));
    return;
  }
  const KnownCalls before = known_calls(database_, peer_, addresses_);
  WayBackAnswers said;
  if (answers && offers_commitment_) {
    said.commitment = exchange([](const dicom::Destination& to) {
                        return dicom::probe_commitment(to, commitment_wait);
                      }).outcome;
  }
  if (answers && offers_move_) {
    said.move = exchange([&](const dicom::Destination& to) {
                  return dicom::probe_move(to, dicom::AeTitle(settings_.ae_title));
                }).outcome;
  }
  const auto deadline = std::chrono::steady_clock::now() + call_wait;
  KnownCalls after = known_calls(database_, peer_, addresses_);
  const auto expected = [&] {
    return said.commitment && said.commitment->status == 0x0000 && !said.commitment->reported &&
           after.admitted.has_value() == before.admitted.has_value() &&
           (!after.admitted || after.admitted->association_id == before.admitted->association_id) &&
           std::chrono::steady_clock::now() < deadline;
  };
  while (expected()) {
    std::this_thread::sleep_for(200ms);
    after = known_calls(database_, peer_, addresses_);
  }
  steps_.push_back(way_back_step(settings_, database_, peer_, ours_, before, after, said));
}

}  // namespace

std::vector<CheckStep> check_peer(const config::Settings& settings, storage::Database& database,
                                  const storage::Peer& peer) {
  return PeerCheck(settings, database, peer).run();
}

}  // namespace glisson::server
