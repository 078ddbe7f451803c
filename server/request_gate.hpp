#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "server/admission/gate_counts.hpp"
#include "server/admission/shown_request.hpp"
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
/// longer than the deadline (PeerDeadline) is closed.
///
/// A local socket, such as the TLS relay's, ignores SO_RCVLOWAT: whoever brings one brings it with the whole
/// request in it.
/// @param whole called with the connection and what its request shows once that is complete.
/// @param gone called once when the connection was closed instead.
/// @return gives the connection up, if it still waits.
std::function<void()> await_association_request(IncomingConnection connection,
                                                std::chrono::milliseconds deadline,
                                                std::function<void(IncomingConnection, ShownRequest)> whole,
                                                std::function<void()> gone);

/// The connections that have not shown a whole A-ASSOCIATE-RQ yet. There is room for so many; for one more,
/// the address (counted_network) that has the most of them loses its oldest, so that a crowd of silent peers
/// pushes out itself.
class RequestGate {
 public:
  using Whole = std::function<void(IncomingConnection, ShownRequest)>;
  /// @param deadline for the whole request.
  /// @param counts outlives the gate.
  RequestGate(std::chrono::milliseconds deadline, GateCounts& counts, Whole whole);

  /// Of those that come from now on.
  void set_deadline(std::chrono::milliseconds deadline) { deadline_ = deadline; }
  void set_room(std::size_t connections) { room_ = connections; }
  void admit(IncomingConnection connection);

 private:
  using Line = std::list<std::function<void()>>;  ///< In order of arrival; each gives its connection up.
  void make_room();
  void leave(const std::string& network, Line::iterator place);

  std::chrono::milliseconds deadline_;
  GateCounts& counts_;
  Whole whole_;
  std::size_t room_ = 2048;
  std::size_t waiting_ = 0;
  std::map<std::string, Line> lines_;  ///< As counted_network().
};

/// Writes an A-ASSOCIATE-RJ: transient, local limit exceeded (PS3.8 9.3.4), and closes the connection. Of
/// what the peer sent no more than one request is read: whoever goes on sending may miss the answer.
void reject_for_limit(IncomingConnection connection);

}  // namespace glisson::server
