#include "server/doctor/report_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dicom/network/transfer_capability.hpp"
#include "server/admission/refusal_advice.hpp"
#include "storage/peer_contacts.hpp"

namespace glisson::server {
namespace {

using dicom::ProbeOutcome;
using dicom::SopClassUid;
using Outcome = CheckStep::Outcome;

const SopClassUid verification("1.2.840.10008.1.1");
/// Nearly every PACS that takes anything takes these.
const SopClassUid ct_image_storage("1.2.840.10008.5.1.4.1.1.2");
const SopClassUid secondary_capture_storage("1.2.840.10008.5.1.4.1.1.7");

std::vector<dicom::TransferCapability> report_capabilities() {
  std::vector<dicom::TransferCapability> reports;
  std::ranges::copy_if(
      dicom::transfer_capabilities(), std::back_inserter(reports),
      [](const auto& capability) { return capability.scu && capability.sop_class_uid != verification; });
  return reports;
}

/// @param any_report it takes an SR IOD of ours.
/// @param any it takes some storage SOP class.
CheckStep storing_step(const ProbeOutcome& outcome, bool any_report, bool any, const storage::Peer& peer,
                       const OurEntry& ours) {
  CheckStep step{"storing reports", Outcome::failed, "",
                 fmt::format("In that PACS, give our title {} the right to store (C-STORE).", ours.ae_title)};
  if (outcome.end == ProbeOutcome::End::rejected && outcome.rejection) {
    step.detail = "C-ECHO is allowed, storing is not: " +
                  rejected_step(step.step, *outcome.rejection, peer, ours).detail;
  } else if (outcome.end != ProbeOutcome::End::answered) {
    step.detail = fmt::format("C-ECHO is allowed, but an association for storing is not answered ({})",
                              outcome.problem);
  } else if (any_report) {
    step = {step.step, Outcome::passed, "it takes reports", ""};
  } else if (any) {
    step.detail = "it takes images, but no Structured Report: no SR presentation context is accepted";
    step.advice = "In that PACS, allow one of the SR storage SOP classes below, the first one if possible.";
  } else {
    step.detail =
        "C-ECHO is allowed, storing is not: it accepts no presentation context of any storage SOP class";
  }
  return step;
}

/// The kind of report in the words of PS3.3 A.35: "Comprehensive3DSRStorage" is "Comprehensive 3D SR".
std::string report_kind(const std::string& keyword) {
  static const std::map<std::string, std::string, std::less<>> kinds{
      {"Comprehensive3DSRStorage", "Comprehensive 3D SR"},
      {"ComprehensiveSRStorage", "Comprehensive SR"},
      {"EnhancedSRStorage", "Enhanced SR"}};
  const auto found = kinds.find(keyword);
  return found == kinds.end() ? keyword : found->second;
}

}  // namespace

std::vector<SopClassUid> report_proposal() {
  std::vector<SopClassUid> proposal;
  for (const auto& capability : report_capabilities()) proposal.push_back(capability.sop_class_uid);
  proposal.push_back(ct_image_storage);
  proposal.push_back(secondary_capture_storage);
  return proposal;
}

std::vector<CheckStep> report_steps(const ProbeOutcome& outcome, const storage::Peer& peer,
                                    const OurEntry& ours) {
  const auto capabilities = report_capabilities();
  const bool any_report = std::ranges::any_of(
      capabilities, [&](const auto& capability) { return outcome.accepted(capability.sop_class_uid); });
  const bool any =
      any_report || outcome.accepted(ct_image_storage) || outcome.accepted(secondary_capture_storage);
  std::vector<CheckStep> steps{storing_step(outcome, any_report, any, peer, ours)};
  if (!any) return steps;
  for (std::size_t i = 0; i < capabilities.size(); ++i) {
    const auto& answer = outcome.contexts[i];
    const bool taken = answer.result == 0;
    steps.push_back(
        {"reports as " + report_kind(capabilities[i].name), taken ? Outcome::passed : Outcome::skipped,
         taken ? "taken, in " + dicom::name_of_uid(answer.transfer_syntax) : context_result(answer.result),
         taken || !any_report ? "" : "Nothing is to be done: reports go out as one of those that it takes."});
  }
  return steps;
}

CheckStep deliveries_step(storage::Database& database, const storage::Peer& peer, const OurEntry& ours) {
  const std::string step = "reports so far";
  if (!storage::releases_reports(database, peer)) {
    return {step, Outcome::failed,
            "its reports are held: purpose, responsible person or term are missing or over",
            fmt::format("Here: glisson peer change {} --purpose ... --responsible ... --until ...",
                        shell_word(peer.name))};
  }
  const storage::PeerDeliveries past = storage::deliveries_to(database, peer);
  if (past.failed_job != 0) {
    return {step, Outcome::failed,
            fmt::format("the last attempt, {}, failed: {}: {}; {} delivered, {} waiting", past.failed_at,
                        past.reason, past.detail, past.delivered, past.standing),
            past.reason == "refused_by_peer"
                ? fmt::format("It lets us in, but refuses the objects: in that PACS, give our title {} the "
                              "right to store, then here: glisson job retry {}",
                              ours.ae_title, past.failed_job)
                : fmt::format("Once the steps above pass: glisson job retry {}", past.failed_job)};
  }
  if (past.delivered == 0) return {step, Outcome::skipped, "none was sent yet", ""};
  return {step, Outcome::passed,
          fmt::format("{} delivered, the last one {}", past.delivered, past.last_delivered), ""};
}

}  // namespace glisson::server
