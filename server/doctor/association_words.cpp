#include "server/doctor/association_words.hpp"

#include <fmt/format.h>

#include "server/admission/refusal_advice.hpp"

namespace glisson::server {
namespace {

// PS3.8 table 9-21.
constexpr int transient = 2;
enum Source { service_user = 1, service_provider_acse = 2, service_provider_presentation = 3 };
enum UserReason { no_reason = 1, application_context = 2, calling_title = 3, called_title = 7 };
enum ProviderReason { congestion = 1, local_limit = 2, protocol_version = 2 };

struct Words {
  std::string meaning;
  std::string advice;
};

Words words_of_user(int reason, const storage::Peer& peer, const OurEntry& ours) {
  switch (reason) {
    case calling_title:
      return {fmt::format("calling AE title not recognized: it does not know our title {}", ours.ae_title),
              fmt::format("In that PACS, add this node: {}. Some compare the address as well as the title.",
                          ours.text())};
    case called_title:
      return {
          fmt::format("called AE title not recognized: its title is not {}", peer.ae_title.value()),
          fmt::format("Look up the AE title in that PACS (capitals count), then here: glisson peer change {} "
                      "--ae-title TITLE",
                      shell_word(peer.name))};
    case application_context:
      return {"application context name not supported",
              "What answers there is no usual DICOM node: check host and port with its administrator."};
    default:
      return {
          "it gives no reason",
          fmt::format("Its log says why. Usually our title is not allowed there; in that PACS, allow: {}.",
                      ours.text())};
  }
}

Words words_of(const dicom::Rejection& rejection, const storage::Peer& peer, const OurEntry& ours) {
  if (rejection.source == service_user) return words_of_user(rejection.reason, peer, ours);
  if (rejection.source == service_provider_acse && rejection.reason == protocol_version) {
    return {"protocol version not supported",
            "What answers there is no usual DICOM node: check host and port with its administrator."};
  }
  if (rejection.source == service_provider_presentation && rejection.reason == congestion) {
    return {"temporary congestion", "It is too busy now: try again later; reports wait until it is not."};
  }
  if (rejection.source == service_provider_presentation && rejection.reason == local_limit) {
    return {"local limit exceeded",
            "In that PACS, allow more associations at the same time, or try again later; reports wait."};
  }
  return {"it gives no reason", "Its log says why."};
}

}  // namespace

std::string OurEntry::text() const {
  return fmt::format("AE title {}, host {}, port {}", ae_title, host, port);
}

CheckStep rejected_step(std::string step, const dicom::Rejection& rejection, const storage::Peer& peer,
                        const OurEntry& ours) {
  const Words words = words_of(rejection, peer, ours);
  return {std::move(step), CheckStep::Outcome::failed,
          fmt::format("rejected {}: {} (source {}, reason {})",
                      rejection.result == transient ? "for now" : "for good", words.meaning, rejection.source,
                      rejection.reason),
          words.advice};
}

std::string context_result(std::uint8_t result) {
  switch (result) {
    case 0:
      return "accepted";
    case 1:
      return "user rejection";
    case 3:
      return "abstract syntax not supported";
    case 4:
      return "transfer syntaxes not supported";
    default:
      return "no reason given";
  }
}

std::string status_text(const dicom::ProbeOutcome& outcome) {
  if (!outcome.status) return outcome.problem.empty() ? "no answer" : outcome.problem;
  return fmt::format("status {:04X}H{}{}", *outcome.status, outcome.comment.empty() ? "" : ": ",
                     outcome.comment);
}

}  // namespace glisson::server
