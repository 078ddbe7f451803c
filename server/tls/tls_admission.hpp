#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "server/control_socket.hpp"
#include "server/tls/tls_context.hpp"
#include "server/tls/tls_stream.hpp"

namespace glisson::server {

/// A connection of which the handshake is done and a whole A-ASSOCIATE-RQ was decrypted.
struct AdmittedPeer {
  std::unique_ptr<TlsStream> stream;
  ConnectionOrigin origin;               ///< With the peer's certificate.
  std::vector<unsigned char> decrypted;  ///< What came so far: the request.
};

/// The way of one connection from TCP to a whole A-ASSOCIATE-RQ: the handshake and the request share one
/// deadline, so that whoever is silent, before the ClientHello, after it or after the handshake, is cut then.
/// Until its first byte a connection costs a descriptor and no more.
class TlsAdmission : public std::enable_shared_from_this<TlsAdmission> {
 public:
  /// @param admitted called once where all went well.
  /// @param refused called once otherwise, with the reason in words, empty where the peer left without a
  /// word.
  TlsAdmission(boost::asio::ip::tcp::socket socket, ConnectionOrigin origin, TlsContext context,
               std::function<void(AdmittedPeer)> admitted, std::function<void(const std::string&)> refused);
  void start(std::chrono::milliseconds deadline);
  /// Closes the connection, as for want of room; calls nobody.
  void drop();

 private:
  void shake_hands();
  void read_request();
  void refuse(const std::string& reason);
  bool finish();

  boost::asio::ip::tcp::socket socket_;
  ConnectionOrigin origin_;
  TlsContext context_;
  std::function<void(AdmittedPeer)> admitted_;
  std::function<void(const std::string&)> refused_;
  boost::asio::steady_timer deadline_;
  std::unique_ptr<TlsStream> stream_;  ///< Has the socket since the first byte.
  std::vector<unsigned char> request_;
  std::size_t received_ = 0;
  bool finished_ = false;
};

}  // namespace glisson::server
