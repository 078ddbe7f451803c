#include "server/tls/tls_stream.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>

namespace glisson::server {
namespace {

/// What an administrator does about a certificate that was not accepted.
const char* remedy_of(long verification) {
  switch (verification) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "it has to be renewed";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "one of the two clocks is wrong";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "if it is to be trusted, add its CA's certificate to the file tls.trusted";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "address the peer by a name in its certificate, or bind the peer to it (peer change "
             "--certificate)";
    case X509_V_ERR_INVALID_PURPOSE:
      return "its extended key usage must allow this use (clientAuth for clients, serverAuth for servers)";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return "it has to be replaced by one of RSA 2048, ECDSA P-256 or stronger, signed with SHA-256 or "
             "stronger";
    default:
      return "see `openssl verify -CAfile` with it and the file tls.trusted";
  }
}

/// OpenSSL's reasons that people meet, in words that name the remedy; null for others.
const char* explanation_of(int reason) {
  switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return "the peer offers nothing newer than TLS 1.1; TLS 1.2 or 1.3 is needed";
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return "no cipher suite that both allow; those of RFC 9325 are needed (ECDHE with AES-GCM)";
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return "the peer shows no certificate; give it one, or set tls.client_certificates";
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_BAD_RECORD_TYPE:
      return "the peer does not speak TLS; plain DICOM belongs to another port";
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return "the peer does not trust our certificate's CA; it has to be added there";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      return "the peer finds our certificate expired; renew it (tls.certificate)";
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
      return "the peer does not accept our certificate (tls.certificate)";
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return "the peer demands a certificate of ours; set tls.certificate and tls.key";
    default:
      return nullptr;
  }
}

}  // namespace

void send_at_once(TlsStream& stream) {
  boost::system::error_code ignored;
  stream.next_layer().set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  acknowledge_at_once(stream);
}

void acknowledge_at_once(TlsStream& stream) {
  const int on = 1;
  ::setsockopt(stream.next_layer().native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

std::optional<Certificate> peer_certificate(TlsStream& stream) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      SSL_get1_peer_certificate(stream.native_handle()), &X509_free);
  if (!certificate) return std::nullopt;
  return describe(*certificate);
}

std::string failure_of(TlsStream& stream, const boost::system::error_code& error) {
  const long verification = SSL_get_verify_result(stream.native_handle());
  if (verification != X509_V_OK) {
    return fmt::format("the peer's certificate is not accepted: {}; {}",
                       X509_verify_cert_error_string(verification), remedy_of(verification));
  }
  if (error == boost::asio::error::eof || error == boost::asio::error::connection_reset ||
      error == boost::asio::ssl::error::stream_truncated) {
    return "the peer closed the connection during the handshake";
  }
  if (error.category() == boost::asio::error::get_ssl_category()) {
    const char* known = explanation_of(ERR_GET_REASON(static_cast<unsigned long>(error.value())));
    if (known != nullptr) return known;
  }
  return error.message();
}

}  // namespace glisson::server
