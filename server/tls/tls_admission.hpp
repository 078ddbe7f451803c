#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/control_socket.hpp"
#include "server/peer_deadline.hpp"
#include "server/tls/tls_context.hpp"
#include "server/tls/tls_stream.hpp"

namespace glisson::server {

/// A connection of which the handshake is done and a whole A-ASSOCIATE-RQ was decrypted.
struct AdmittedPeer {
  std::unique_ptr<TlsStream> stream;
  ConnectionOrigin origin;               ///< With the peer's certificate.
  std::vector<unsigned char> decrypted;  ///< What came so far: the request.
};

/// What becomes of a TlsAdmission; after `admitted` or `refused` nothing more is called.
struct AdmissionEvents {
  std::function<void()> spoke_up;  ///< Its first byte is there: the handshake may begin.
  std::function<void(AdmittedPeer)> admitted;
  std::function<void(const std::string&)> refused;  ///< With the reason in words; empty: it left without one.
};

/// The way of one connection from TCP to a whole A-ASSOCIATE-RQ: the handshake and the request share one
/// deadline, so that whoever is silent, before the ClientHello, after it or after the handshake, is cut then.
/// Until its handshake begins a connection costs a descriptor and no more.
class TlsAdmission : public std::enable_shared_from_this<TlsAdmission> {
 public:
  TlsAdmission(boost::asio::ip::tcp::socket socket, ConnectionOrigin origin, TlsContext context);
  void start(std::chrono::milliseconds deadline, AdmissionEvents events);
  /// After `spoke_up`.
  void shake_hands();
  /// Closes the connection and tells `refused`, unless it is finished.
  void refuse(const std::string& reason);
  /// Closes the connection; calls nobody.
  void drop();

 private:
  void await_first_byte();
  void read_request();
  bool finish();

  boost::asio::ip::tcp::socket socket_;
  ConnectionOrigin origin_;
  TlsContext context_;
  AdmissionEvents events_;
  PeerDeadline deadline_;
  bool spoke_up_ = false;
  std::unique_ptr<TlsStream> stream_;  ///< Has the socket since the handshake began.
  std::vector<unsigned char> request_;
  std::size_t received_ = 0;
  bool finished_ = false;
};

}  // namespace glisson::server
