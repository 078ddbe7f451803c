#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <optional>
#include <string>

#include "server/tls/certificate.hpp"

namespace glisson::server {

/// What is encrypted, towards the peer, and the local stream on which the same bytes are plain.
using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;
using PlainStream = boost::asio::local::stream_protocol::socket;

/// Nothing that we send waits for more to come (TCP_NODELAY), and what arrives is acknowledged at once:
/// Linux forgets TCP_QUICKACK after each read.
void send_at_once(TlsStream& stream);
void acknowledge_at_once(TlsStream& stream);

/// The peer's certificate; none where it showed none.
std::optional<Certificate> peer_certificate(TlsStream& stream);

/// Why a handshake failed and what can be done about it, for the log and the administrator.
std::string failure_of(TlsStream& stream, const boost::system::error_code& error);

}  // namespace glisson::server
