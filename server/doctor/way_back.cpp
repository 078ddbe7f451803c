#include "server/doctor/way_back.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/admission/refusal_advice.hpp"

namespace glisson::server {
namespace {

using Outcome = CheckStep::Outcome;

constexpr const char* name = "way back";
constexpr std::uint16_t move_destination_unknown = 0xA801;  // PS3.4 table C.4-2

std::string in_that_pacs(const OurEntry& ours) {
  return fmt::format("In that PACS, the entry for this node must say: {}; no firewall may be in between.",
                     ours.text());
}

/// How its administrator sees for himself.
std::string from_there(const OurEntry& ours) {
  return fmt::format(" From that host: echoscu -aec {} {} {}", shell_word(ours.ae_title), ours.host,
                     ours.port);
}

bool called_since(const KnownCalls& before, const KnownCalls& after) {
  return after.admitted &&
         (!before.admitted || before.admitted->association_id != after.admitted->association_id);
}

bool refused_since(const KnownCalls& before, const KnownCalls& after) {
  if (!after.refused) return false;
  if (!before.refused) return true;
  return before.refused->times != after.refused->times ||
         before.refused->last_seen != after.refused->last_seen;
}

CheckStep refused_step(const config::Settings& settings, storage::Database& database,
                       const storage::RefusedAssociation& refused) {
  const RefusalAdvice advice =
      advise(refused.attempt, storage::list_peers(database), settings.application_entities());
  std::string remedy;
  if (!advice.command.empty()) remedy = "Here: " + advice.command;
  if (!advice.otherwise.empty()) {
    remedy += fmt::format("{}{}", remedy.empty() ? "" : "; ", advice.otherwise);
  }
  return {name, Outcome::failed,
          fmt::format("we refused its call as {} from {} to {}, last {}: {}", refused.attempt.calling,
                      refused.attempt.address, refused.attempt.called, refused.last_seen, advice.meaning),
          remedy};
}

CheckStep called_step(const storage::PeerCall& call, const char* when) {
  return {name, Outcome::passed,
          fmt::format("it called {} from {} {}, {}; {} stored", call.called, call.address, when, call.at,
                      call.stored),
          ""};
}

/// What it said when asked to send shows what is wrong; none: it showed nothing.
std::optional<CheckStep> by_move(const dicom::ProbeOutcome& move, const OurEntry& ours) {
  if (!move.status || *move.status == 0x0000) return std::nullopt;
  if (*move.status == move_destination_unknown) {
    return CheckStep{name, Outcome::failed,
                     fmt::format("asked to send to {}, it says that it knows no such destination ({})",
                                 ours.ae_title, status_text(move)),
                     fmt::format("In that PACS, add a destination: {}.", ours.text())};
  }
  return CheckStep{name, Outcome::failed,
                   fmt::format("asked to send to {}, it could not: our address is not reachable from there, "
                               "or is another in its configuration ({})",
                               ours.ae_title, status_text(move)),
                   in_that_pacs(ours) + from_there(ours)};
}

/// It took the question, but its answer did not come.
bool owes_an_answer(const WayBackAnswers& answers) {
  return answers.commitment && answers.commitment->status == 0x0000 && !answers.commitment->reported;
}

}  // namespace

KnownCalls known_calls(storage::Database& database, const storage::Peer& peer,
                       const std::vector<std::string>& addresses) {
  KnownCalls calls;
  calls.admitted = storage::last_call(database, peer);
  const auto all = storage::list_refused_associations(database);
  // Others may live at the same address; a title that is nobody's may be this one's. Titles that are counted
  // together say nothing.
  const auto concerns = [&](const storage::RefusedAssociation& refused) {
    if (refused.attempt.calling == peer.ae_title.value()) return true;
    return !refused.attempt.calling.empty() &&
           refused.attempt.reason == storage::AssociationRefusal::calling_title_unknown &&
           std::ranges::find(addresses, refused.attempt.address) != addresses.end();
  };
  const auto latest = std::ranges::find_if(all, concerns);
  if (latest != all.end()) calls.refused = *latest;
  return calls;
}

CheckStep way_back_step(const config::Settings& settings, storage::Database& database,
                        const storage::Peer& peer, const OurEntry& ours, const KnownCalls& before,
                        const KnownCalls& after, const WayBackAnswers& answers) {
  if (called_since(before, after)) return called_step(*after.admitted, "when it was asked to");
  if (refused_since(before, after)) return refused_step(settings, database, *after.refused);
  if (answers.move) {
    if (auto step = by_move(*answers.move, ours)) return *step;
  }
  if (after.refused && after.refused->attempt.calling == peer.ae_title.value()) {
    return refused_step(settings, database, *after.refused);
  }
  if (after.admitted) return called_step(*after.admitted, "last");
  if (owes_an_answer(answers)) {
    return {
        name, Outcome::failed,
        "it took our question about storage commitment, but did not call us with the answer: our address is "
        "not reachable from there, or is another in its configuration",
        in_that_pacs(ours) + from_there(ours)};
  }
  const std::string add_destination =
      fmt::format("In that PACS, add a destination: {}; then send a study.", ours.text());
  if (!after.refused) {
    return {name, Outcome::skipped, "it cannot be asked to call us, and has sent nothing here so far",
            add_destination};
  }
  CheckStep guess = refused_step(settings, database, *after.refused);
  guess.outcome = Outcome::skipped;
  guess.detail = "it has sent nothing here under its title so far; it may be that " + guess.detail;
  guess.advice = fmt::format("If that was it: {}. Else: {}", guess.advice, add_destination);
  return guess;
}

}  // namespace glisson::server
