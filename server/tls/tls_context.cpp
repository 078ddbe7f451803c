#include "server/tls/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/errors.hpp"

namespace glisson::server {
namespace {

namespace ssl = boost::asio::ssl;

constexpr const char* tls_1_2_suites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
constexpr const char* groups = "X25519:P-256:P-384:P-521";
constexpr int security_of_112_bits = 2;

[[noreturn]] void refuse(const std::string& detail) {
  ERR_clear_error();
  throw RejectedInput(RejectionReason::invalid_settings, detail);
}

/// OpenSSL's last word on what went wrong.
std::string library_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason != nullptr ? reason : "unknown reason";
}

void require_readable(const std::filesystem::path& file, const std::string& setting) {
  if (::access(file.c_str(), R_OK) == 0) return;
  const int why = errno;
  refuse(fmt::format("{} = {}: {}{}", setting, file.string(), std::strerror(why),
                     why == EACCES ? "; let the service user's group read it (chgrp, chmod 640) and enter "
                                     "the folders above it"
                                   : ""));
}

void require_private(const std::filesystem::path& key, const std::string& section) {
  struct stat state {};
  if (::stat(key.c_str(), &state) == 0 && (state.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    refuse(
        fmt::format("{1}.key = {0}: everyone can read it; take that right away (chmod o= {0}) and, if "
                    "others had access to this host, have the certificate replaced",
                    key.string(), section));
  }
}

void use_profile(SSL_CTX* context) {
  const bool set = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
                   SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
                   SSL_CTX_set_cipher_list(context, tls_1_2_suites) == 1 &&
                   SSL_CTX_set1_groups_list(context, groups) == 1 && SSL_CTX_set_num_tickets(context, 0) == 1;
  if (!set) throw std::logic_error("this OpenSSL does not know the BCP 195 profile");
  SSL_CTX_set_security_level(context, security_of_112_bits);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  // Without this OpenSSL asks for a passphrase at the terminal.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return 0; });
}

void use_certificate(SSL_CTX* context, const ClientFiles& files) {
  const auto& [certificate, key, trusted, section] = files;
  require_readable(certificate, section + ".certificate");
  require_readable(key, section + ".key");
  require_private(key, section);
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    refuse(fmt::format("{}.certificate = {}: no certificate in PEM form that can be used ({})", section,
                       certificate.string(), library_reason()));
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const std::string reason = library_reason();
    if (ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH) {
      refuse(fmt::format("{0}.key = {1} is not the key of {0}.certificate = {2}", section, key.string(),
                         certificate.string()));
    }
    refuse(fmt::format("{}.key = {}: no private key in PEM form without a passphrase ({})", section,
                       key.string(), reason));
  }
}

void trust(SSL_CTX* context, const ClientFiles& files) {
  require_readable(files.trusted, files.section + ".trusted");
  if (SSL_CTX_load_verify_file(context, files.trusted.c_str()) != 1) {
    refuse(fmt::format("{}.trusted = {}: no certificates in PEM form ({})", files.section,
                       files.trusted.string(), library_reason()));
  }
  // A site may trust one device's own certificate, or an intermediate CA, without the root above it.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
}

ClientFiles files_of(const config::Settings& settings) {
  return {settings.tls_certificate, settings.tls_key, settings.tls_trusted};
}

}  // namespace

TlsContext make_server_context(const config::Settings& settings) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  use_profile(native);
  use_certificate(native, files_of(settings));
  if (settings.tls_client_certificates == config::ClientCertificates::none) return context;
  trust(native, files_of(settings));
  // The names of the CAs, from which a client chooses its certificate.
  SSL_CTX_set_client_CA_list(native, SSL_load_client_CA_file(settings.tls_trusted.c_str()));
  const bool required = settings.tls_client_certificates == config::ClientCertificates::required;
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  return context;
}

TlsContext make_client_context(const ClientFiles& files) {
  if (files.trusted.empty()) {
    refuse(files.section +
           ".trusted is not set: without it no server can be trusted; name the CA's certificate there");
  }
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  use_profile(context->native_handle());
  if (!files.certificate.empty()) use_certificate(context->native_handle(), files);
  trust(context->native_handle(), files);
  SSL_CTX_set_verify(context->native_handle(), SSL_VERIFY_PEER, nullptr);
  return context;
}

TlsContext make_client_context(const config::Settings& settings) {
  return make_client_context(files_of(settings));
}

}  // namespace glisson::server
