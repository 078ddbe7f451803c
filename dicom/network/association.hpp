#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "dicom/identity.hpp"
#include "dicom/network/transfer_capability.hpp"
#include "engine/digest.hpp"

namespace glisson::dicom {

/// DIMSE status codes that Glisson answers (PS3.7 Annex C, PS3.4 B.2.3).
enum class DimseStatus : std::uint16_t {
  success = 0x0000,
  sop_class_not_supported = 0x0122,
  unrecognized_operation = 0x0211,
  out_of_resources = 0xA700,
  data_set_does_not_match_sop_class = 0xA900,
  cannot_understand = 0xC000,
};

/// What a peer asks for in its A-ASSOCIATE-RQ.
struct AssociationRequest {
  AeTitle calling;
  AeTitle called;
  std::string address;                       ///< The peer's numeric address.
  bool verification_only = false;            ///< Proposes no abstract syntax but Verification.
  std::vector<SopClassUid> storage_classes;  ///< Proposed abstract syntaxes that storing is accepted for.
};

/// The answer to an A-ASSOCIATE-RQ; dicom/network/rejection.hpp has what is sent.
enum class Admission {
  accepted,
  calling_title_not_recognized,
  called_title_not_recognized,
  not_authorized,  ///< Known, but may do nothing that it asks for.
  congested,       ///< Not now.
  foreign_application_context,
  limit_exceeded,
};

/// A C-STORE-RQ before its data set is read.
struct StoreRequest {
  SopClassUid sop_class_uid;
  SopInstanceUid sop_instance_uid;
  TransferSyntaxUid transfer_syntax_uid;
};

/// The data set of a C-STORE, written to the file that `open_file` named: a Part 10 file whose data set is
/// bit for bit as sent.
struct ReceivedDataSet {
  std::uint64_t bytes = 0;  ///< Of the data set, without preamble and file meta information.
  Sha256 digest{};          ///< SHA-256 of the data set, without preamble and file meta information.
};

/// The answer to a C-STORE-RQ. The comment goes into Error Comment (0000,0902), at most 64 characters.
struct StoreOutcome {
  DimseStatus status = DimseStatus::success;
  std::string comment;
};

/// What the server decides while DICOM is spoken. Callbacks run in the thread that serves the association;
/// what they throw is answered with out_of_resources (admit: with congested) and ends nothing but that
/// operation.
struct AssociationHandlers {
  std::function<Admission(const AssociationRequest&)> admit;
  /// An open, empty, writable file for the data set that follows; the server keeps ownership. A negative
  /// value makes the data set be read and dropped and the answer out_of_resources; so does a TransientError,
  /// whose message is the Error Comment.
  std::function<int(const StoreRequest&)> open_file;
  /// The data set is complete in the file. Success is answered only with what this returns.
  std::function<StoreOutcome(const StoreRequest&, const ReceivedDataSet&)> stored;
  /// The data set that open_file gave a file for was not received whole: connection lost, limit exceeded,
  /// disk full.
  std::function<void(const StoreRequest&, const std::string& why)> lost;
  /// A C-STORE-RQ was refused by its command set alone; no other callback sees it.
  std::function<void(const StoreOutcome&)> refused = {};
  /// Asked before each message: this process can do no more for the peer, which is told so by an A-ABORT.
  std::function<bool()> spent = {};
  /// Called about once a second while the peer is read from or waited for; never throws.
  std::function<void()> alive = {};
};

/// Limits and deadlines of an association.
struct AssociationLimits {
  std::chrono::milliseconds pdu_timeout{30'000};   ///< Longest silence and delay within a message.
  std::chrono::milliseconds idle_timeout{60'000};  ///< Between two messages.
  /// From the last stored instance, or the beginning; the time in which data sets come does not count. Then
  /// the association is aborted: whoever pings on and on holds it for nothing. At least idle_timeout where
  /// something can be stored.
  std::chrono::milliseconds longest_without_storing{60'000};
  std::uint32_t minimum_rate = 1000;  ///< Bytes per second that the peer sends within a message.
  std::uint64_t largest_data_set = std::uint64_t{4} << 30;  ///< Bytes; larger ones are answered with A700.
  std::uint32_t max_pdu_length = 131072;
  /// Readable, or closed at its other end, once this process is to stop; -1: none. Then an association that
  /// is silent between two messages is aborted, and a busy one 20 s later.
  int stop = -1;
};

/// How an association ended, for the log and the timeline.
struct AssociationSummary {
  AeTitle calling;
  AeTitle called;
  std::string address;
  Admission admission = Admission::congested;
  /// Rejected without asking `admit`: a title that is none (empty here), or a foreign application context.
  bool unjudged = false;
  /// "released", "rejected", "aborted by peer", "connection lost", "timed out" (between messages),
  /// "too slow" (within one), "too long without storing", "data set too large", "aborted for a stop",
  /// "aborted by this node", "protocol violated: ...", "no association: ...".
  std::string end;
  std::uint64_t stored = 0;   ///< C-STORE answered with success.
  std::uint64_t refused = 0;  ///< C-STORE answered with anything else.
  std::uint64_t echoes = 0;
  std::uint64_t bytes = 0;  ///< Of the data sets that were received whole.
};

/// Serves one association on a connected stream socket from the A-ASSOCIATE-RQ to the close; takes ownership
/// of the socket. Accepts Verification and every storage SOP class, private ones included, uncompressed and
/// compressed transfer syntaxes, never deflated ones. Does not throw for anything that the peer does. Threads
/// may do this side by side.
/// @param address the peer's numeric address, as whoever accepted the connection knows it.
AssociationSummary serve_association(int socket, const AssociationHandlers& handlers,
                                     const AssociationLimits& limits, std::string address);

}  // namespace glisson::dicom
