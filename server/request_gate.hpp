#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "server/incoming_connection.hpp"

namespace glisson::server {

/// Largest A-ASSOCIATE-RQ that is waited for, in bytes.
inline constexpr std::size_t largest_association_request = 65536;

/// What an A-ASSOCIATE-RQ begins with: PDU type, reserved byte and length (PS3.8 9.3.1).
inline constexpr std::size_t pdu_header_size = 6;

/// The size of the whole A-ASSOCIATE-RQ, in bytes, by its first six; none where they begin something else, or
/// one that is too short or too large.
std::optional<std::size_t> association_request_size(std::span<const std::uint8_t, pdu_header_size> header);

/// Waits until a whole A-ASSOCIATE-RQ (PS3.8 9.3.2) lies in the socket's receive buffer, without taking a
/// byte out of it, so that no association process ever waits for a silent peer. SO_RCVLOWAT keeps the loop
/// asleep until the bytes still needed are there. A connection that shows anything else, ends, or takes
/// longer than the deadline is closed.
///
/// A local socket, such as the TLS relay's, ignores SO_RCVLOWAT: whoever brings one brings it with the whole
/// request in it.
/// @param whole called with the connection and the titles that it shows once the request is complete.
/// @param gone called once when the connection was closed instead.
void await_association_request(IncomingConnection connection, std::chrono::milliseconds deadline,
                               std::function<void(IncomingConnection, AssociationTitles)> whole,
                               std::function<void()> gone);

/// Writes an A-ASSOCIATE-RJ: transient, local limit exceeded (PS3.8 9.3.4), and closes the connection.
void reject_for_limit(IncomingConnection connection);

}  // namespace glisson::server
