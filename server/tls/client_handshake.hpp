#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "server/tls/tls_stream.hpp"

namespace glisson::server {

/// Whose certificate a client accepts, beside that it must lead to what the context trusts.
struct ExpectedServer {
  std::string host;  ///< Host name or numeric address that the certificate must bear (RFC 9525).
  std::string
      binding;  ///< Or the certificate that the peer is bound to, see certificate_binding(); empty: none.
};

/// Shakes hands on a connected socket of this loop, and runs the loop until that is done.
/// @throws TransientError where there is no secure connection: why, and what can be done about it.
std::unique_ptr<TlsStream> shake_hands_as_client(boost::asio::io_context& loop,
                                                 boost::asio::ssl::context& context,
                                                 boost::asio::ip::tcp::socket socket,
                                                 const ExpectedServer& server,
                                                 std::chrono::milliseconds deadline);

}  // namespace glisson::server
