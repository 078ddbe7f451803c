#include "dicom/network/sender.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmnet/assoc.h>

#include <algorithm>
#include <array>
#include <vector>

#include "dicom/dicom_file.hpp"
#include "dicom/network/command_set.hpp"
#include "dicom/network/message_channel.hpp"
#include "dicom/network/negotiation.hpp"
#include "dicom/network/part10.hpp"
#include "dicom/network/transcode.hpp"
#include "dicom/network/upper_layer.hpp"
#include "engine/errors.hpp"

namespace glisson::dicom {
namespace {

constexpr std::uint16_t message_id = 1;

/// One proposed presentation context; its ID is odd (PS3.8 9.3.2.2).
struct Proposal {
  std::string abstract_syntax;
  std::string transfer_syntax;
};

std::uint8_t context_id(std::size_t index) { return static_cast<std::uint8_t>(2 * index + 1); }

void propose(T_ASC_Parameters& parameters, const Destination& destination,
             const std::vector<Proposal>& proposals) {
  const auto check = [](const OFCondition& condition) {
    if (condition.bad()) throw std::logic_error(std::string("A-ASSOCIATE-RQ: ") + condition.text());
  };
  copy_implementation(parameters);
  check(ASC_setAPTitles(&parameters, destination.calling.value().c_str(), destination.called.value().c_str(),
                        nullptr));
  const std::string peer = destination.host + ":" + std::to_string(destination.port);
  check(ASC_setPresentationAddresses(&parameters, "localhost", peer.c_str()));
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    const char* syntaxes[] = {proposals[i].transfer_syntax.c_str()};
    check(ASC_addPresentationContext(&parameters, context_id(i), proposals[i].abstract_syntax.c_str(),
                                     syntaxes, 1));
  }
}

/// Why there is no association.
SendOutcome unopened(const UpperLayer& upper_layer) {
  SendOutcome outcome{SendResult::transient, std::nullopt, upper_layer.problem(), upper_layer.rejected()};
  if (upper_layer.rejected()) {
    T_ASC_RejectParameters rejection{};
    if (ASC_getRejectParameters(upper_layer.parameters(), &rejection).good()) {
      OFString words;
      ASC_printRejectParameters(words, &rejection);
      outcome.detail.assign(words.data(), words.size());
      std::replace(outcome.detail.begin(), outcome.detail.end(), '\n', ' ');
      if (rejection.result == ASC_RESULT_REJECTEDPERMANENT) outcome.result = SendResult::not_admitted;
    }
  } else if (const auto* socket = upper_layer.socket(); socket != nullptr && socket->timed_out()) {
    outcome.detail = "no answer to A-ASSOCIATE-RQ in time";
  }
  return outcome;
}

using enum SendResult;

constexpr std::array meanings{
    StatusMeaning{0x0000, 0x0000, accepted, "Success"},
    StatusMeaning{0x0001, 0x0001, accepted, "Warning: requested optional attributes are not supported"},
    StatusMeaning{0x0107, 0x0107, accepted, "Warning: attribute list error"},
    StatusMeaning{0x0116, 0x0116, accepted, "Warning: attribute value out of range"},
    StatusMeaning{0xB000, 0xBFFF, accepted,
                  "Warning: coerced, elements discarded, or another warning of the class"},
    StatusMeaning{0xA700, 0xA7FF, transient, "Out of resources"},
    StatusMeaning{0x0122, 0x0122, no_context, "SOP class not supported"},
    StatusMeaning{0xA900, 0xA9FF, refused, "Data set does not match SOP class"},
    StatusMeaning{0xC000, 0xCFFF, refused, "Cannot understand"},
    StatusMeaning{0x0000, 0xFFFF, refused, "Any other failure"},
};

SendResult result_of(std::uint16_t status) {
  const auto holds = [status](const StatusMeaning& row) {
    return row.lowest <= status && status <= row.highest;
  };
  return std::ranges::find_if(meanings, holds)->result;
}

/// The response to our request.
/// @throws AssociationEnded
SendOutcome receive_response(MessageChannel& channel, const CommandSet& request) {
  const auto response = channel.receive_command();
  if (!response) throw AssociationEnded("released before it answered");
  const auto expected = request.number(CommandElement::command_field).value_or(0) | dimse::response_bit;
  const auto status = response->set.number(CommandElement::status);
  if (response->set.number(CommandElement::command_field) != expected || !status ||
      response->set.number(CommandElement::message_id_being_responded_to) !=
          request.number(CommandElement::message_id)) {
    throw AssociationEnded("protocol violated: not the response to the request");
  }
  return {.result = result_of(*status),
          .status = *status,
          .detail = valid_utf8(response->set.text(CommandElement::error_comment))};
}

/// Release by us, as the requestor; what goes wrong now changes no outcome.
void release(UpperLayer& upper_layer) {
  upper_layer.socket()->await_message();
  if (ASC_releaseAssociation(upper_layer.association()).bad()) upper_layer.socket()->abort();
}

/// Runs `exchange` on a new association; it is given the context that was accepted first.
template <typename Exchange>
SendOutcome on_association(const Destination& destination, const std::vector<Proposal>& proposals,
                           Exchange exchange) {
  auto upper_layer =
      UpperLayer::request([&](T_ASC_Parameters& parameters) { propose(parameters, destination, proposals); },
                          {destination.timeout, destination.timeout}, destination.secure);
  if (upper_layer.association() == nullptr) return unopened(upper_layer);
  try {
    for (std::size_t i = 0; i < proposals.size(); ++i) {
      T_ASC_PresentationContext accepted{};
      if (ASC_findAcceptedPresentationContext(upper_layer.parameters(), context_id(i), &accepted).bad()) {
        continue;
      }
      MessageChannel channel(upper_layer);
      SendOutcome outcome = exchange(channel, context_id(i), proposals[i]);
      release(upper_layer);
      return outcome;
    }
    release(upper_layer);
    return {SendResult::no_context, std::nullopt, "no presentation context was accepted", true};
  } catch (const AssociationEnded& end) {
    const bool answers = !upper_layer.socket()->timed_out();
    upper_layer.socket()->abort();
    return {SendResult::transient, std::nullopt, end.what(), answers};
  }
}

/// The object's own transfer syntax first; the other uncompressed one where it can be converted.
std::vector<Proposal> proposals_for(const FileMeta& meta) {
  const std::string& own = meta.transfer_syntax_uid.value();
  std::vector<Proposal> proposals{{meta.sop_class_uid.value(), own}};
  const std::string explicit_little_endian = UID_LittleEndianExplicitTransferSyntax;
  const std::string implicit_little_endian = UID_LittleEndianImplicitTransferSyntax;
  if (own == explicit_little_endian)
    proposals.push_back({meta.sop_class_uid.value(), implicit_little_endian});
  if (own == implicit_little_endian)
    proposals.push_back({meta.sop_class_uid.value(), explicit_little_endian});
  return proposals;
}

}  // namespace

std::span<const StatusMeaning> status_meanings() noexcept { return meanings; }

SendOutcome send_instance(const Destination& destination, std::span<const std::byte> part10) {
  const Part10 object = split_part10(part10);
  const auto exchange = [&](MessageChannel& channel, std::uint8_t id, const Proposal& accepted) {
    auto request = CommandSet::request(dimse::c_store, message_id, true);
    request.set(CommandElement::priority, 0x0000);  // medium
    request.set_uid(CommandElement::affected_sop_class_uid, object.meta.sop_class_uid.value());
    request.set_uid(CommandElement::affected_sop_instance_uid, object.meta.sop_instance_uid.value());
    if (accepted.transfer_syntax == object.meta.transfer_syntax_uid.value()) {
      channel.send(id, request, object.data_set);
    } else {
      channel.send(id, request, transcoded_data_set(part10, TransferSyntaxUid(accepted.transfer_syntax)));
    }
    return receive_response(channel, request);
  };
  return on_association(destination, proposals_for(object.meta), exchange);
}

SendOutcome echo(const Destination& destination) {
  const auto exchange = [](MessageChannel& channel, std::uint8_t id, const Proposal& accepted) {
    auto request = CommandSet::request(dimse::c_echo, message_id, false);
    request.set_uid(CommandElement::affected_sop_class_uid, accepted.abstract_syntax);
    channel.send(id, request);
    return receive_response(channel, request);
  };
  return on_association(destination, {{UID_VerificationSOPClass, UID_LittleEndianImplicitTransferSyntax}},
                        exchange);
}

}  // namespace glisson::dicom
