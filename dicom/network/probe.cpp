#include "dicom/network/probe.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmnet/assoc.h>

#include <algorithm>
#include <functional>
#include <span>
#include <stdexcept>
#include <string_view>

#include "dicom/dicom_file.hpp"
#include "dicom/network/command_set.hpp"
#include "dicom/network/message_channel.hpp"
#include "dicom/network/negotiation.hpp"
#include "dicom/network/upper_layer.hpp"
#include "engine/errors.hpp"

namespace glisson::dicom {

const SopClassUid storage_commitment_push_model(UID_StorageCommitmentPushModelSOPClass);
const SopClassUid study_root_find(UID_FINDStudyRootQueryRetrieveInformationModel);
const SopClassUid study_root_move(UID_MOVEStudyRootQueryRetrieveInformationModel);

namespace {

constexpr std::uint16_t message_id = 1;
constexpr std::uint16_t pending = 0xFF00;        // PS3.4 C.4.2.1.5
constexpr std::uint16_t request_commitment = 1;  // Action Type ID, PS3.4 J.3.2.1
constexpr std::uint16_t event_report_success = 0;

using Question = std::function<void(UpperLayer&, MessageChannel&, std::uint8_t context_id, ProbeOutcome&)>;

std::uint8_t context_id(std::size_t index) { return static_cast<std::uint8_t>(2 * index + 1); }

void check(const OFCondition& condition) {
  if (condition.bad()) throw std::logic_error(std::string("A-ASSOCIATE-RQ: ") + condition.text());
}

void propose(T_ASC_Parameters& parameters, const Destination& destination,
             const std::vector<SopClassUid>& sop_classes, std::vector<const char*> transfer_syntaxes) {
  copy_implementation(parameters);
  check(ASC_setAPTitles(&parameters, destination.calling.value().c_str(), destination.called.value().c_str(),
                        nullptr));
  const std::string peer = destination.host + ":" + std::to_string(destination.port);
  check(ASC_setPresentationAddresses(&parameters, "localhost", peer.c_str()));
  for (std::size_t i = 0; i < sop_classes.size(); ++i) {
    check(ASC_addPresentationContext(&parameters, context_id(i), sop_classes[i].value().c_str(),
                                     transfer_syntaxes.data(), static_cast<int>(transfer_syntaxes.size())));
  }
}

ProbeOutcome unopened(const UpperLayer& upper_layer) {
  ProbeOutcome outcome;
  outcome.problem = upper_layer.problem();
  const PduSocket* const socket = upper_layer.socket();
  if (upper_layer.rejected()) {
    outcome.end = ProbeOutcome::End::rejected;
    T_ASC_RejectParameters rejection{};
    if (ASC_getRejectParameters(upper_layer.parameters(), &rejection).good()) {
      // DCMTK's reasons carry their source in the second byte.
      outcome.rejection = {static_cast<std::uint8_t>(rejection.result),
                           static_cast<std::uint8_t>(rejection.source),
                           static_cast<std::uint8_t>(static_cast<unsigned>(rejection.reason) & 0xFFU)};
    }
  } else if (socket == nullptr || socket->descriptor() < 0) {
    outcome.end = ProbeOutcome::End::no_connection;
  } else if (socket->end() == PduSocket::End::open || socket->end() == PduSocket::End::closed_by_peer) {
    outcome.end = ProbeOutcome::End::closed;
  } else {
    outcome.end = ProbeOutcome::End::silent;
  }
  return outcome;
}

std::vector<ContextAnswer> answers(UpperLayer& upper_layer, const std::vector<SopClassUid>& sop_classes) {
  std::vector<ContextAnswer> contexts;
  for (std::size_t i = 0; i < sop_classes.size(); ++i) {
    ContextAnswer answer{sop_classes[i], 1, {}};
    T_ASC_PresentationContext context{};
    if (ASC_findAcceptedPresentationContext(upper_layer.parameters(), context_id(i), &context).good()) {
      answer.result = 0;
      answer.transfer_syntax = context.acceptedTransferSyntax;
    } else {
      const int count = ASC_countPresentationContexts(upper_layer.parameters());
      for (int position = 0; position < count; ++position) {
        if (ASC_getPresentationContext(upper_layer.parameters(), position, &context).good() &&
            context.presentationContextID == context_id(i)) {
          answer.result = static_cast<std::uint8_t>(context.resultReason);
        }
      }
    }
    contexts.push_back(std::move(answer));
  }
  return contexts;
}

/// The response to our request; its data set, if any, is dropped.
/// @throws AssociationEnded
void receive_response(MessageChannel& channel, std::uint16_t request_field, ProbeOutcome& outcome) {
  for (;;) {
    const auto response = channel.receive_command();
    if (!response) throw AssociationEnded("released before it answered");
    const auto status = response->set.number(CommandElement::status);
    if (response->set.number(CommandElement::command_field) != (request_field | dimse::response_bit) ||
        !status || response->set.number(CommandElement::message_id_being_responded_to) != message_id) {
      throw AssociationEnded("protocol violated: not the response to the request");
    }
    if (response->set.data_set_follows()) channel.receive_data_set(response->context_id, [](auto) {});
    if (*status == pending) continue;
    outcome.status = *status;
    outcome.comment = valid_utf8(response->set.text(CommandElement::error_comment));
    return;
  }
}

/// Runs the question on a new association, on the context that was accepted first.
ProbeOutcome probe(const Destination& destination, const std::vector<SopClassUid>& sop_classes,
                   const std::vector<const char*>& transfer_syntaxes, const Question& ask) {
  auto upper_layer = UpperLayer::request(
      [&](T_ASC_Parameters& parameters) { propose(parameters, destination, sop_classes, transfer_syntaxes); },
      {destination.timeout, destination.timeout}, destination.secure);
  if (upper_layer.association() == nullptr) return unopened(upper_layer);
  ProbeOutcome outcome;
  outcome.end = ProbeOutcome::End::answered;
  outcome.contexts = answers(upper_layer, sop_classes);
  try {
    const auto accepted = std::ranges::find(outcome.contexts, 0, &ContextAnswer::result);
    if (ask && accepted != outcome.contexts.end()) {
      MessageChannel channel(upper_layer);
      const auto index = static_cast<std::size_t>(accepted - outcome.contexts.begin());
      ask(upper_layer, channel, context_id(index), outcome);
    }
    upper_layer.socket()->await_message();
    if (ASC_releaseAssociation(upper_layer.association()).bad()) upper_layer.socket()->abort();
  } catch (const AssociationEnded& end) {
    outcome.problem = end.what();
    upper_layer.socket()->abort();
  }
  return outcome;
}

const std::vector<const char*> explicit_and_implicit{UID_LittleEndianExplicitTransferSyntax,
                                                     UID_LittleEndianImplicitTransferSyntax};
/// What every peer takes (PS3.5 10.1), and what the questions' data sets are written in.
const std::vector<const char*> implicit_only{UID_LittleEndianImplicitTransferSyntax};

std::string element(std::uint16_t group, std::uint16_t number, std::string value, char padding = '\0') {
  if (value.size() % 2 != 0) value.push_back(padding);
  std::string bytes;
  const auto append = [&bytes](std::uint64_t part, int size) {
    for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(part >> (8 * i)));
  };
  append(group, 2);
  append(number, 2);
  append(value.size(), 4);
  return bytes + value;
}

/// A UID that names nothing, and is another each time.
std::string invented_uid(std::string_view what) {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return derive_uid("peer check " + std::string(what) + ' ' + std::to_string(now));
}

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

/// Waits for the N-EVENT-REPORT and answers it.
void await_report(UpperLayer& upper_layer, MessageChannel& channel, std::chrono::milliseconds wait,
                  ProbeOutcome& outcome) {
  if (!upper_layer.socket()->readable(wait)) return;
  const auto event = channel.receive_command();
  if (!event || event->set.number(CommandElement::command_field) != dimse::n_event_report) return;
  if (event->set.data_set_follows()) channel.receive_data_set(event->context_id, [](auto) {});
  channel.send(event->context_id, CommandSet::response_to(event->set, event_report_success));
  outcome.reported = true;
}

}  // namespace

bool ProbeOutcome::accepted(const SopClassUid& sop_class_uid) const {
  return std::ranges::any_of(contexts, [&](const ContextAnswer& answer) {
    return answer.sop_class_uid == sop_class_uid && answer.result == 0;
  });
}

ProbeOutcome probe_echo(const Destination& destination) {
  return probe(destination, {SopClassUid(UID_VerificationSOPClass)}, implicit_only,
               [](UpperLayer&, MessageChannel& channel, std::uint8_t id, ProbeOutcome& outcome) {
                 auto request = CommandSet::request(dimse::c_echo, message_id, false);
                 request.set_uid(CommandElement::affected_sop_class_uid, UID_VerificationSOPClass);
                 channel.send(id, request);
                 receive_response(channel, dimse::c_echo, outcome);
               });
}

ProbeOutcome probe_contexts(const Destination& destination, const std::vector<SopClassUid>& sop_classes) {
  return probe(destination, sop_classes, explicit_and_implicit, {});
}

ProbeOutcome probe_move(const Destination& destination, const AeTitle& to) {
  const std::string identifier =
      element(0x0008, 0x0052, "STUDY", ' ') + element(0x0020, 0x000D, invented_uid("study"));
  return probe(destination, {study_root_move}, implicit_only,
               [&](UpperLayer&, MessageChannel& channel, std::uint8_t id, ProbeOutcome& outcome) {
                 auto request = CommandSet::request(dimse::c_move, message_id, true);
                 request.set_uid(CommandElement::affected_sop_class_uid, study_root_move.value());
                 request.set(CommandElement::priority, 0x0000);  // medium
                 request.set_text(CommandElement::move_destination, to.value());
                 channel.send(id, request, bytes_of(identifier));
                 receive_response(channel, dimse::c_move, outcome);
               });
}

ProbeOutcome probe_commitment(const Destination& destination, std::chrono::milliseconds wait) {
  const std::string reference =
      element(0x0008, 0x1150, UID_ComprehensiveSRStorage) + element(0x0008, 0x1155, invented_uid("instance"));
  const std::string item = element(0xFFFE, 0xE000, reference);
  const std::string information =
      element(0x0008, 0x1195, invented_uid("transaction")) + element(0x0008, 0x1199, item);
  return probe(destination, {storage_commitment_push_model}, implicit_only,
               [&](UpperLayer& upper_layer, MessageChannel& channel, std::uint8_t id, ProbeOutcome& outcome) {
                 auto request = CommandSet::request(dimse::n_action, message_id, true);
                 request.set_uid(CommandElement::requested_sop_class_uid,
                                 storage_commitment_push_model.value());
                 request.set_uid(CommandElement::requested_sop_instance_uid,
                                 UID_StorageCommitmentPushModelSOPInstance);
                 request.set(CommandElement::action_type_id, request_commitment);
                 channel.send(id, request, bytes_of(information));
                 receive_response(channel, dimse::n_action, outcome);
                 if (outcome.status == 0x0000) await_report(upper_layer, channel, wait, outcome);
               });
}

std::string name_of_uid(const std::string& uid) {
  const char* const name = dcmFindNameOfUID(uid.c_str());
  return name != nullptr ? name : uid;
}

}  // namespace glisson::dicom
