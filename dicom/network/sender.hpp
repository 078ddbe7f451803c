#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dicom/identity.hpp"

namespace glisson::dicom {

/// Where to send to, and as whom.
struct Destination {
  AeTitle calling;  ///< Our title.
  AeTitle called;   ///< The peer's title.
  std::string host;
  std::uint16_t port = 0;
  std::chrono::milliseconds timeout{30'000};  ///< For connecting (rounded up to seconds) and for each answer.
  /// Where the peer wants DICOM over TLS: given the connected TCP socket, which it takes, it returns the
  /// stream on which DICOM is spoken, or throws TransientError saying why there is none. Empty: plain.
  std::function<int(int socket)> secure{};
};

/// What became of a C-STORE or C-ECHO, by what the caller can do about it.
enum class SendResult {
  accepted,      ///< Success or a warning status (Bxxx).
  transient,     ///< No connection, timed out, transient rejection, 0xA7xx: try again later.
  no_context,    ///< The peer takes no presentation context for this SOP class (or answered 0x0122).
  refused,       ///< 0xA9xx, 0xCxxx or any other failure status: sending the same again is useless.
  not_admitted,  ///< The association was rejected permanently: titles or rights have to be mended first.
};

/// What is made of a status that a peer answers (PS3.7 Annex C, PS3.4 B.2.3).
struct StatusMeaning {
  std::uint16_t lowest = 0;
  std::uint16_t highest = 0;
  SendResult result = SendResult::refused;
  std::string_view meaning;
};

/// The first row that holds a status decides; the last one holds all. The one table behind the sender and the
/// conformance statement.
std::span<const StatusMeaning> status_meanings() noexcept;

struct SendOutcome {
  SendResult result = SendResult::transient;
  std::optional<std::uint16_t> status;  ///< DIMSE status where one was answered.
  std::string detail;                   ///< For people: the peer's words, the error of the connection.
  bool answers = true;                  ///< False when there was no connection, or no answer in time.
};

/// Sends one Part 10 file held in memory by C-STORE on an association of its own. Proposes its SOP class in
/// its own transfer syntax and, where that is implicit or explicit VR little endian, in the other of the two
/// too; in its own it is sent bit for bit.
/// @throws RejectedInput not_dicom, missing_attribute or invalid_uid for bytes that are no Part 10 file;
/// never
///         for what the peer does.
SendOutcome send_instance(const Destination& destination, std::span<const std::byte> part10);

/// C-ECHO on an association of its own.
SendOutcome echo(const Destination& destination);

}  // namespace glisson::dicom
