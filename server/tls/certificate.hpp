#pragma once

#include <chrono>
#include <filesystem>
#include <string>

struct x509_st;  // OpenSSL's

namespace glisson::server {

/// What is known of an X.509 certificate.
struct Certificate {
  std::string fingerprint;  ///< SHA-256 of its DER form, lower-case hex.
  std::string subject;      ///< Distinguished name as RFC 2253 writes it.
  std::chrono::system_clock::time_point valid_until;
};

/// @throws RejectedInput invalid_settings for a certificate without a readable subject or end of validity.
Certificate describe(const x509_st& certificate);

/// The first certificate of a PEM file.
/// @throws RejectedInput invalid_settings when the file cannot be read or holds none.
Certificate read_certificate(const std::filesystem::path& file);

/// Whole days until the certificate ends; negative once it has ended.
int days_left(const Certificate& certificate,
              std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

/// How a peer's row names the certificate that it is bound to: "sha256:" and 64 hexadecimal digits, or a
/// subject as RFC 2253 writes it, e.g. "CN=ct-2,O=Hospital".
/// @param text one of the two (also as `openssl x509 -fingerprint` and `-subject` print them), or the path of
///        a PEM file with the certificate.
/// @throws RejectedInput invalid_argument for anything else.
std::string certificate_binding(const std::string& text);

/// Whether a binding names this certificate. False for an empty fingerprint: no certificate was shown.
bool is_bound_to(const std::string& binding, const std::string& fingerprint, const std::string& subject);

}  // namespace glisson::server
