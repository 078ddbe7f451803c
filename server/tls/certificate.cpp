#include "server/tls/certificate.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <ctime>
#include <memory>
#include <system_error>

#include "engine/errors.hpp"

namespace glisson::server {
namespace {

constexpr std::string_view fingerprint_prefix = "sha256:";

[[noreturn]] void refuse(const std::string& detail) {
  throw RejectedInput(RejectionReason::invalid_settings, detail);
}

std::string fingerprint_of(const X509& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(&certificate, EVP_sha256(), digest.data(), &size) != 1) throw std::bad_alloc();
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

std::string subject_of(const X509& certificate) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), &BIO_free);
  if (!text) throw std::bad_alloc();
  if (X509_NAME_print_ex(text.get(), X509_get_subject_name(&certificate), 0, XN_FLAG_RFC2253) < 0) {
    refuse("a certificate without a readable subject");
  }
  char* begin = nullptr;
  const long size = BIO_get_mem_data(text.get(), &begin);
  return {begin, static_cast<std::size_t>(std::max(size, 0L))};
}

std::chrono::system_clock::time_point end_of(const X509& certificate) {
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &end) != 1) {
    refuse("a certificate without a readable end of validity");
  }
  return std::chrono::system_clock::from_time_t(::timegm(&end));
}

/// Hexadecimal digits alone, in lower case; empty when there is anything else but colons between them.
std::string hex_digits(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == ':') continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return {};
    digits += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return digits;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && ::strncasecmp(text.data(), prefix.data(), prefix.size()) == 0;
}

/// RFC 2253 without the spaces that some write around its commas and equals signs.
std::string compact_subject(std::string_view text) {
  std::string subject;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ') {
      const char next = i + 1 < text.size() ? text[i + 1] : ',';
      const bool separated = subject.empty() || ((subject.back() == ',' || subject.back() == '=') &&
                                                 (subject.size() < 2 || subject[subject.size() - 2] != '\\'));
      if (separated || next == ',' || next == '=' || next == ' ') continue;
    }
    subject += c;
  }
  return subject;
}

}  // namespace

Certificate describe(const x509_st& certificate) {
  return {fingerprint_of(certificate), subject_of(certificate), end_of(certificate)};
}

Certificate read_certificate(const std::filesystem::path& file) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> input(BIO_new_file(file.c_str(), "r"), &BIO_free);
  if (!input)
    refuse(fmt::format("the certificate {} cannot be read: {}", file.string(), std::strerror(errno)));
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr), &X509_free);
  if (!certificate) {
    refuse(fmt::format("{} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)", file.string()));
  }
  return describe(*certificate);
}

int days_left(const Certificate& certificate, std::chrono::system_clock::time_point now) {
  return static_cast<int>(std::chrono::floor<std::chrono::days>(certificate.valid_until - now).count());
}

std::string certificate_binding(const std::string& text) {
  std::error_code unreadable;
  if (std::filesystem::is_regular_file(text, unreadable)) {
    try {
      return std::string(fingerprint_prefix) + read_certificate(text).fingerprint;
    } catch (const RejectedInput& error) {
      throw RejectedInput(RejectionReason::invalid_argument, error.what());
    }
  }
  std::string_view rest = text;
  for (const std::string_view prefix : {fingerprint_prefix, std::string_view("sha256 Fingerprint=")}) {
    if (starts_with_ignoring_case(rest, prefix)) rest.remove_prefix(prefix.size());
  }
  if (const std::string digits = hex_digits(rest); digits.size() == 64) {
    return std::string(fingerprint_prefix) + digits;
  }
  rest = text;
  if (starts_with_ignoring_case(rest, "subject=")) rest.remove_prefix(std::strlen("subject="));
  std::string subject = compact_subject(rest);
  const auto equals = subject.find('=');
  if (equals == std::string::npos || equals == 0 || subject.starts_with(fingerprint_prefix)) {
    throw RejectedInput(
        RejectionReason::invalid_argument,
        fmt::format("'{}' names no certificate: give its PEM file, its SHA-256 fingerprint (`openssl x509 "
                    "-noout -fingerprint -sha256 -in FILE`) or its subject (`openssl x509 -noout -subject "
                    "-nameopt RFC2253 -in FILE`)",
                    text));
  }
  return subject;
}

bool is_bound_to(const std::string& binding, const std::string& fingerprint, const std::string& subject) {
  if (fingerprint.empty()) return false;
  if (binding.starts_with(fingerprint_prefix))
    return binding.substr(fingerprint_prefix.size()) == fingerprint;
  return binding == subject;
}

}  // namespace glisson::server
