#include "server/tls/tls_client.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/local/connect_pair.hpp>

#include "engine/errors.hpp"
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

bool is_address(const std::string& host) {
  error_code no_address;
  boost::asio::ip::make_address(host, no_address);
  return !no_address;
}

/// The name is asked for (RFC 6066 3) and compared with the certificate's.
void expect_host(SSL* stream, const std::string& host) {
  X509_VERIFY_PARAM* const rules = SSL_get0_param(stream);
  if (is_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str());
    return;
  }
  SSL_set_tlsext_host_name(stream, host.c_str());
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  X509_VERIFY_PARAM_set1_host(rules, host.c_str(), host.size());
}

/// False also where the certificate cannot be read: OpenSSL, which asks, knows no exceptions.
bool names(const std::string& binding, const X509& certificate) noexcept try {
  const Certificate shown = describe(certificate);
  return is_bound_to(binding, shown.fingerprint, shown.subject);
} catch (const std::exception&) {
  return false;
}

/// A name that does not match is no fault of the certificate that the peer is bound to.
void accept_bound_certificate(TlsStream& stream, const std::string& binding) {
  stream.set_verify_callback([binding](bool verified, boost::asio::ssl::verify_context& context) {
    if (verified) return true;
    X509_STORE_CTX* const store = context.native_handle();
    const int error = X509_STORE_CTX_get_error(store);
    const X509* const certificate = X509_STORE_CTX_get_current_cert(store);
    if ((error != X509_V_ERR_HOSTNAME_MISMATCH && error != X509_V_ERR_IP_ADDRESS_MISMATCH) ||
        certificate == nullptr || !names(binding, *certificate)) {
      return false;
    }
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return true;
  });
}

void shake_hands(Connection& connection, std::chrono::milliseconds deadline) {
  std::optional<error_code> result;
  connection.stream->async_handshake(TlsStream::client,
                                     [&result](const error_code& error) { result = error; });
  connection.loop.run_for(deadline);
  if (!result) throw TransientError("TLS: the peer did not finish the handshake in time");
  if (*result) throw TransientError("TLS: " + failure_of(*connection.stream, *result));
  connection.loop.restart();
}

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
  connection->stream = std::make_unique<TlsStream>(std::move(taken), *connection->context);
  send_at_once(*connection->stream);
  expect_host(connection->stream->native_handle(), host_);
  if (!binding_.empty()) accept_bound_certificate(*connection->stream, binding_);
  shake_hands(*connection, deadline_);

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
