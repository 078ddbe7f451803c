#include "dicom/network/message_channel.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmnet/assoc.h>
#include <dcmtk/dcmnet/dul.h>

#include <algorithm>
#include <vector>

namespace glisson::dicom {
namespace {

/// One after the other: as fast as they come, they keep an association from its end without getting on.
constexpr int most_empty_fragments = 16;

[[noreturn]] void violated(const char* what) {
  throw AssociationEnded(std::string("protocol violated: ") + what);
}

[[noreturn]] void ended(const OFCondition& condition, const PduSocket* socket) {
  // DCMTK calls every end of the connection an abort by the peer, so the socket is asked first.
  if (socket == nullptr || socket->end() == PduSocket::End::closed_by_peer) {
    throw AssociationEnded("connection lost");
  }
  if (socket->end() == PduSocket::End::idle_too_long) throw AssociationEnded("timed out");
  if (socket->end() == PduSocket::End::too_slow) throw AssociationEnded("too slow");
  if (socket->end() == PduSocket::End::stopped) throw AssociationEnded("aborted for a stop");
  if (socket->end() == PduSocket::End::over_age) throw AssociationEnded("too long without storing");
  if (condition == DUL_PEERABORTEDASSOCIATION) throw AssociationEnded("aborted by peer");
  violated("unexpected or malformed PDU");
}

}  // namespace

std::optional<MessageChannel::Fragment> MessageChannel::next_fragment() {
  auto* const association = &association_.association()->DULassociation;
  DUL_PDV pdv{};
  if (DUL_NextPDV(association, &pdv).bad()) {
    const OFCondition read = DUL_ReadPDVs(association, nullptr, DUL_BLOCK, 0);
    if (read == DUL_PEERREQUESTEDRELEASE) return std::nullopt;
    if (read != DUL_PDATAPDUARRIVED) ended(read, association_.socket());
    if (DUL_NextPDV(association, &pdv).bad()) violated("P-DATA-TF without a presentation data value");
  }
  association_.socket()->count_payload(pdv.fragmentLength);
  empty_fragments_ = pdv.fragmentLength == 0 ? empty_fragments_ + 1 : 0;
  if (empty_fragments_ > most_empty_fragments) violated("too many empty fragments of a message");
  return Fragment{pdv.presentationContextID,
                  pdv.pdvType == DUL_COMMANDPDV,
                  pdv.lastPDV != OFFalse,
                  {static_cast<const std::byte*>(pdv.data), pdv.fragmentLength}};
}

std::optional<Command> MessageChannel::receive_command() {
  association_.socket()->await_message();
  Command command;
  std::vector<std::byte> bytes;
  for (bool last = false; !last;) {
    const auto fragment = next_fragment();
    if (!fragment) {
      if (bytes.empty()) return std::nullopt;
      violated("release within a message");
    }
    if (!fragment->is_command) violated("data set without a command");
    if (!bytes.empty() && fragment->context_id != command.context_id) violated("command in two contexts");
    if (bytes.size() + fragment->bytes.size() > CommandSet::largest) violated("command set too large");
    command.context_id = fragment->context_id;
    bytes.insert(bytes.end(), fragment->bytes.begin(), fragment->bytes.end());
    last = fragment->is_last;
  }
  auto set = CommandSet::decode(bytes);
  if (!set) violated("malformed command set");
  command.set = std::move(*set);
  return command;
}

void MessageChannel::receive_data_set(std::uint8_t context_id,
                                      const std::function<void(std::span<const std::byte>)>& take) {
  for (bool last = false; !last;) {
    const auto fragment = next_fragment();
    if (!fragment) violated("release within a message");
    if (fragment->is_command) violated("command within a data set");
    if (fragment->context_id != context_id) violated("data set in another context than its command");
    take(fragment->bytes);
    last = fragment->is_last;
  }
}

void MessageChannel::send_fragments(std::uint8_t context_id, bool is_command,
                                    std::span<const std::byte> bytes) {
  T_ASC_Association* const association = association_.association();
  const std::size_t largest = association->sendPDVLength;
  do {
    const auto part = bytes.first(std::min(bytes.size(), largest));
    bytes = bytes.subspan(part.size());
    DUL_PDV pdv{};
    pdv.fragmentLength = part.size();
    pdv.presentationContextID = context_id;
    pdv.pdvType = is_command ? DUL_COMMANDPDV : DUL_DATASETPDV;
    pdv.lastPDV = bytes.empty();
    pdv.data = const_cast<std::byte*>(part.data());  // only read from
    DUL_PDVLIST list{};
    list.count = 1;
    list.pdv = &pdv;
    const OFCondition written = DUL_WritePDVs(&association->DULassociation, &list);
    if (written.bad()) ended(written, association_.socket());
  } while (!bytes.empty());
}

void MessageChannel::send(std::uint8_t context_id, const CommandSet& command,
                          std::span<const std::byte> data_set) {
  send_fragments(context_id, true, command.encode());
  if (command.data_set_follows()) send_fragments(context_id, false, data_set);
}

}  // namespace glisson::dicom
