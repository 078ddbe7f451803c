#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dicom/identity.hpp"
#include "dicom/network/rejection.hpp"
#include "dicom/network/sender.hpp"

namespace glisson::dicom {

/// The answer to one proposed presentation context.
struct ContextAnswer {
  SopClassUid sop_class_uid;
  std::uint8_t result = 1;      ///< PS3.8 table 9-18: 0 acceptance, 1 to 4 why not.
  std::string transfer_syntax;  ///< UID of the accepted one.
};

/// What a peer said when an association was asked for.
struct ProbeOutcome {
  enum class End {
    answered,       ///< An A-ASSOCIATE-AC; what was asked on it may have failed nevertheless, see `problem`.
    rejected,       ///< An A-ASSOCIATE-RJ.
    no_connection,  ///< No TCP connection, or no secure one.
    closed,         ///< The peer closed or aborted instead of an answer.
    silent,         ///< No answer in time.
  };
  End end = End::no_connection;
  std::optional<Rejection> rejection;
  std::vector<ContextAnswer> contexts;  ///< One for each SOP class that was proposed, in that order.
  std::optional<std::uint16_t> status;  ///< Of the response to what was asked.
  std::string comment;                  ///< Error Comment (0000,0902) of that response.
  bool reported = false;                ///< Storage commitment: the result came on the same association.
  std::string problem;                  ///< For people; empty: none.

  bool accepted(const SopClassUid& sop_class_uid) const;
};

// Each opens one association, asks at most one question and releases. No instance is ever sent, and none is
// asked for that exists. None of them throws for what the peer does.

/// C-ECHO.
ProbeOutcome probe_echo(const Destination& destination);

/// Proposes each SOP class in explicit and implicit VR little endian, and asks nothing.
ProbeOutcome probe_contexts(const Destination& destination, const std::vector<SopClassUid>& sop_classes);

/// C-MOVE (PS3.4 C.4.2) of a study that does not exist. A peer that does not know `to` may say so (A801H).
ProbeOutcome probe_move(const Destination& destination, const AeTitle& to);

/// Storage commitment (PS3.4 J.3.2) of an instance that does not exist: the peer answers that it does not
/// have it, on this association or by calling back.
/// @param wait for the result on this association.
ProbeOutcome probe_commitment(const Destination& destination, std::chrono::milliseconds wait);

/// SOP classes of services that a PACS may offer.
extern const SopClassUid storage_commitment_push_model;
extern const SopClassUid study_root_find;
extern const SopClassUid study_root_move;

/// Name of a SOP class or transfer syntax; the UID where it has none.
std::string name_of_uid(const std::string& uid);

}  // namespace glisson::dicom
