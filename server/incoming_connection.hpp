#pragma once

#include <boost/asio/generic/stream_protocol.hpp>

#include "server/control_socket.hpp"

namespace glisson::server {

/// A connection before anyone has read from it: TCP, or the local socket behind which the TLS relay decrypts.
struct IncomingConnection {
  boost::asio::generic::stream_protocol::socket socket;
  ConnectionOrigin origin;
};

}  // namespace glisson::server
