#include "server/tls/tls_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>

#include "engine/errors.hpp"
#include "server/tls/client_handshake.hpp"
#include "server/tls/tls_context.hpp"
#include "server/tls/tls_relay.hpp"

namespace glisson::server {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// A relay with a loop of its own, which ends with it.
struct Connection {
  boost::asio::io_context loop{1};
  TlsContext context;
  std::unique_ptr<TlsStream> stream;
};

}  // namespace

TlsClient::TlsClient(const config::Settings& settings, std::string host, std::string binding,
                     std::chrono::milliseconds deadline)
    : settings_(settings), host_(std::move(host)), binding_(std::move(binding)), deadline_(deadline) {}

TlsClient::~TlsClient() { finish(); }

std::string TlsClient::finish() {
  if (relay_.joinable()) relay_.join();
  return problem_;
}

int TlsClient::secure(int socket) {
  auto connection = std::make_unique<Connection>();
  tcp::socket taken(connection->loop, tcp::v4(), socket);
  try {
    connection->context = make_client_context(settings_);
  } catch (const RejectedInput& error) {
    // An administrator mends it, and the next attempt goes well.
    throw TransientError(error.what());
  }
  connection->stream = shake_hands_as_client(connection->loop, *connection->context, std::move(taken),
                                             {host_, binding_}, deadline_);

  PlainStream ours(connection->loop);
  PlainStream theirs(connection->loop);
  error_code error;
  boost::asio::local::connect_pair(ours, theirs, error);
  if (error) throw TransientError("TLS: no local stream: " + error.message());
  relay(std::move(connection->stream), std::move(ours), deadline_,
        [this](const std::string& problem) { problem_ = problem; });
  const int descriptor = theirs.release(error);
  relay_ = std::thread([connection = std::move(connection)] { connection->loop.run(); });
  return descriptor;
}

}  // namespace glisson::server
