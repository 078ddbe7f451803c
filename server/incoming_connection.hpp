#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <string>

#include "server/control_socket.hpp"

namespace glisson::server {

/// A connection before anyone has read from it: TCP, or the local socket behind which the TLS relay decrypts.
struct IncomingConnection {
  boost::asio::generic::stream_protocol::socket socket;
  ConnectionOrigin origin;
};

/// The titles of an A-ASSOCIATE-RQ, which stand at fixed offsets (PS3.8 9.3.2), without their padding. What a
/// stranger sent: not checked, any bytes.
struct AssociationTitles {
  std::string called;
  std::string calling;
};

}  // namespace glisson::server
