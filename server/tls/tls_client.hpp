#pragma once

#include <chrono>
#include <string>
#include <thread>

#include "config/settings.hpp"

namespace glisson::server {

/// Our side of TLS towards a peer that gets reports: shakes hands on a connected TCP socket and relays, from
/// a thread, between it and a local stream on which DICOM is plain. Files are read anew for each object, so
/// that a renewed certificate is used at once.
///
/// The peer's certificate must lead to `tls.trusted`, and either bear the host's name or address (RFC 9525)
/// or be the one that the peer is bound to.
class TlsClient {
 public:
  /// @param host as the peer's row names it: a host name or a numeric address.
  /// @param binding certificate that the peer is bound to, see certificate_binding(); empty: none.
  TlsClient(const config::Settings& settings, std::string host, std::string binding,
            std::chrono::milliseconds deadline);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// Takes the socket. What dicom::Destination::secure asks for.
  /// @return a connected local stream, which the caller owns.
  /// @throws TransientError where there is no secure connection: why, and what can be done about it.
  int secure(int socket);

  /// Waits until the relay has ended, which it does once the local stream is closed.
  /// @return what the peer said against us after the handshake; empty: nothing.
  std::string finish();

 private:
  const config::Settings& settings_;
  std::string host_;
  std::string binding_;
  std::chrono::milliseconds deadline_;
  std::string problem_;
  std::thread relay_;
};

}  // namespace glisson::server
