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

/// The titles of an A-ASSOCIATE-RQ, which stand at fixed offsets (PS3.8 9.3.2), without their padding: spaces
/// (PS3.5 6.2 AE), and the NULs that some send behind a title in their place. What a stranger sent: not
/// checked otherwise, any bytes.
struct AssociationTitles {
  std::string called;
  std::string calling;
  /// False where something stands behind a NUL: who reads such a field as C does sees another title than who
  /// reads all of it.
  bool sound = true;
};

}  // namespace glisson::server
