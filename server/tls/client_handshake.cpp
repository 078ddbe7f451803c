#include "server/tls/client_handshake.hpp"

#include <openssl/ssl.h>

#include <boost/asio/ip/address.hpp>
#include <optional>

#include "engine/errors.hpp"

namespace glisson::server {
namespace {

using boost::system::error_code;

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

}  // namespace

std::unique_ptr<TlsStream> shake_hands_as_client(boost::asio::io_context& loop,
                                                 boost::asio::ssl::context& context,
                                                 boost::asio::ip::tcp::socket socket,
                                                 const ExpectedServer& server,
                                                 std::chrono::milliseconds deadline) {
  auto stream = std::make_unique<TlsStream>(std::move(socket), context);
  send_at_once(*stream);
  expect_host(stream->native_handle(), server.host);
  if (!server.binding.empty()) accept_bound_certificate(*stream, server.binding);
  std::optional<error_code> result;
  stream->async_handshake(TlsStream::client, [&result](const error_code& error) { result = error; });
  loop.restart();
  loop.run_for(deadline);
  if (!result) throw TransientError("TLS: the peer did not finish the handshake in time");
  if (*result) throw TransientError("TLS: " + failure_of(*stream, *result));
  loop.restart();
  return stream;
}

}  // namespace glisson::server
