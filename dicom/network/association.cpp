#include "dicom/network/association.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmnet/assoc.h>

#include <algorithm>
#include <utility>

#include "dicom/network/message_channel.hpp"
#include "dicom/network/negotiation.hpp"
#include "dicom/network/part10.hpp"
#include "dicom/network/pdu_socket.hpp"
#include "dicom/network/store_refusal.hpp"
#include "dicom/network/upper_layer.hpp"
#include "engine/errors.hpp"

namespace glisson::dicom {
namespace {

constexpr std::size_t longest_error_comment = 64;  // VR LO

/// The message loop of an accepted association.
class StorageProvider {
 public:
  StorageProvider(UpperLayer& association, PresentationContexts contexts, const AssociationHandlers& handlers,
                  const AssociationLimits& limits, AssociationSummary& summary)
      : socket_(*association.socket()),
        channel_(association),
        contexts_(std::move(contexts)),
        handlers_(handlers),
        limits_(limits),
        summary_(summary) {}

  /// Answers messages until the peer asks for release.
  /// @throws AssociationEnded
  void run();

 private:
  void answer(const Command& command, const PresentationContext& context);
  void answer_store(const Command& command, const PresentationContext& context);
  StoreOutcome receive(const Command& command, const StoreRequest& request);
  void drop_data_set(const Command& command);
  void receive_into(ReceivedFile& received, const Command& command);
  void report_lost(const StoreRequest& request, const std::string& why) const noexcept;
  void respond(const Command& command, DimseStatus status, const std::string& comment = {});

  PduSocket& socket_;
  MessageChannel channel_;
  PresentationContexts contexts_;
  const AssociationHandlers& handlers_;
  const AssociationLimits& limits_;
  AssociationSummary& summary_;
};

void StorageProvider::run() {
  const auto next = [this] {
    if (handlers_.spent && handlers_.spent()) throw AssociationEnded("aborted by this node");
    return channel_.receive_command();
  };
  while (const auto command = next()) {
    const auto context = contexts_.find(command->context_id);
    if (context == contexts_.end()) {
      throw AssociationEnded("protocol violated: message in a context that was not accepted");
    }
    answer(*command, context->second);
  }
}

void StorageProvider::answer(const Command& command, const PresentationContext& context) {
  const auto field = command.set.number(CommandElement::command_field).value_or(0);
  if (field == dimse::c_cancel) return;  // nothing that we do can be cancelled
  if ((field & dimse::response_bit) != 0) {
    throw AssociationEnded("protocol violated: response without a request");
  }
  if (!command.set.number(CommandElement::message_id)) {
    throw AssociationEnded("protocol violated: request without Message ID");
  }
  if (field == dimse::c_store) {
    answer_store(command, context);
    return;
  }
  drop_data_set(command);
  if (field == dimse::c_echo) {
    respond(command, DimseStatus::success);
    ++summary_.echoes;
  } else {
    respond(command, DimseStatus::unrecognized_operation);
  }
}

void StorageProvider::answer_store(const Command& command, const PresentationContext& context) {
  StoreOutcome outcome;
  StoreRequest request;
  try {
    request = {SopClassUid(command.set.text(CommandElement::affected_sop_class_uid)),
               SopInstanceUid(command.set.text(CommandElement::affected_sop_instance_uid)),
               TransferSyntaxUid(context.transfer_syntax)};
    if (!command.set.data_set_follows()) {
      outcome = refused(StoreRefusal::without_data_set);
    } else if (!is_storage_sop_class(request.sop_class_uid.value()) ||
               request.sop_class_uid.value() != context.abstract_syntax) {
      // The abstract syntax is what was negotiated and admitted: a peer that asked for Verification alone was
      // never asked whether it may store.
      outcome = refused(StoreRefusal::other_sop_class);
    }
  } catch (const RejectedInput&) {
    outcome = refused(StoreRefusal::malformed_uid);
  }
  if (outcome.status == DimseStatus::success) {
    const auto left =
        socket_.hold_end();  // The time in which an instance comes is not spent without storing.
    outcome = receive(command, request);
    socket_.end_after(outcome.status == DimseStatus::success ? limits_.longest_without_storing : left);
  } else {
    if (handlers_.refused) handlers_.refused(outcome);
    drop_data_set(command);
  }
  respond(command, outcome.status, outcome.comment);
  ++(outcome.status == DimseStatus::success ? summary_.stored : summary_.refused);
}

StoreOutcome StorageProvider::receive(const Command& command, const StoreRequest& request) {
  int file = -1;
  std::string not_now;
  try {
    file = handlers_.open_file(request);
  } catch (const TransientError& error) {
    not_now = error.what();
  } catch (const std::exception&) {
    file = -1;
  }
  ReceivedFile received(
      file, {request.sop_class_uid, request.sop_instance_uid, request.transfer_syntax_uid, summary_.calling},
      limits_.largest_data_set);
  try {
    receive_into(received, command);
  } catch (const AssociationEnded& end) {
    if (file >= 0) report_lost(request, end.what());
    throw;
  }
  summary_.bytes += received.bytes();
  if (const auto failure = received.failure()) {
    if (file >= 0) report_lost(request, failure->comment);
    return not_now.empty() ? *failure : refused(StoreRefusal::not_now, not_now);
  }
  try {
    return handlers_.stored(request, received.finish());
  } catch (const std::exception&) {
    return refused(StoreRefusal::cannot_store);
  }
}

void StorageProvider::drop_data_set(const Command& command) {
  if (!command.set.data_set_follows()) return;
  ReceivedFile nowhere(-1, {}, limits_.largest_data_set);
  receive_into(nowhere, command);
}

void StorageProvider::receive_into(ReceivedFile& received, const Command& command) {
  channel_.receive_data_set(command.context_id, [&](std::span<const std::byte> bytes) {
    received.append(bytes);
    // A data set above the limit is read to its end to be answered, but not without end.
    if (received.bytes() / 2 > limits_.largest_data_set) throw AssociationEnded("data set too large");
  });
}

void StorageProvider::report_lost(const StoreRequest& request, const std::string& why) const noexcept {
  try {
    handlers_.lost(request, why);
  } catch (const std::exception&) {
    return;  // there is no one left to answer, and the file was never acknowledged
  }
}

void StorageProvider::respond(const Command& command, DimseStatus status, const std::string& comment) {
  auto response = CommandSet::response_to(command.set, static_cast<std::uint16_t>(status));
  if (!comment.empty()) {
    response.set_text(CommandElement::error_comment, comment.substr(0, longest_error_comment));
  }
  channel_.send(command.context_id, response);
}

Admission admission_of(const ReadRequest& read, const AssociationHandlers& handlers) {
  if (read.refused) return *read.refused;
  try {
    return handlers.admit(read.request);
  } catch (const std::exception&) {
    return Admission::congested;
  }
}

void serve(UpperLayer& upper_layer, const AssociationHandlers& handlers, const AssociationLimits& limits,
           AssociationSummary& summary) {
  T_ASC_Association& association = *upper_layer.association();
  const auto read = read_request(*association.params, summary.address);
  summary.calling = read.request.calling;
  summary.called = read.request.called;
  summary.unjudged = read.refused.has_value();
  summary.admission = admission_of(read, handlers);
  if (summary.admission != Admission::accepted) {
    reject_association(association, summary.admission);
    summary.end = "rejected";
    upper_layer.close_after_peer();
    return;
  }
  auto contexts = accept_association(association);
  if (!contexts) throw AssociationEnded("connection lost");
  AssociationLimits own = limits;
  // Whoever may store may also be silent for as long as between any two messages.
  if (!read.request.storage_classes.empty())
    own.longest_without_storing = std::max(limits.longest_without_storing, limits.idle_timeout);
  upper_layer.socket()->end_after(own.longest_without_storing);
  StorageProvider(upper_layer, std::move(*contexts), handlers, own, summary).run();
  if (ASC_acknowledgeRelease(&association).bad()) throw AssociationEnded("connection lost");
  summary.end = "released";
  upper_layer.close_after_peer();
}

}  // namespace

AssociationSummary serve_association(int socket, const AssociationHandlers& handlers,
                                     const AssociationLimits& limits, std::string address) {
  AssociationSummary summary;
  summary.address = std::move(address);
  auto upper_layer = UpperLayer::receive(socket,
                                         {.pdu = limits.pdu_timeout,
                                          .idle = limits.idle_timeout,
                                          .minimum_rate = limits.minimum_rate,
                                          .stop = limits.stop,
                                          .alive = handlers.alive},
                                         limits.max_pdu_length);
  try {
    if (upper_layer.association() == nullptr) {
      throw AssociationEnded("no association: " + upper_layer.problem());
    }
    serve(upper_layer, handlers, limits, summary);
  } catch (const AssociationEnded& end) {
    summary.end = end.what();
    upper_layer.socket()->abort();
  }
  return summary;
}

}  // namespace glisson::dicom
