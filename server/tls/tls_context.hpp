#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "config/settings.hpp"

namespace glisson::server {

/// Certificates, keys and rules of one side of TLS, by the BCP 195 profile (DICOM PS3.15 B.12; RFC 9325): TLS
/// 1.2 and 1.3 only; in TLS 1.2 the four suites that RFC 9325 4.2 recommends, all with forward secrecy and
/// authenticated encryption; keys of 112 bits of security and more; no compression, no renegotiation and no
/// resumption, so that a certificate is looked at in every handshake.
using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// The TLS port's.
/// @throws RejectedInput invalid_settings, naming the file and what to do about it: unreadable, no PEM, a key
///         that everyone may read, that is encrypted or that does not fit the certificate.
TlsContext make_server_context(const config::Settings& settings);

/// The files of a client of TLS.
struct ClientFiles {
  std::filesystem::path certificate;  ///< Shown to the server; empty: none.
  std::filesystem::path key;
  std::filesystem::path trusted;
  std::string section = "tls";  ///< Of the settings that name them, for errors.
};

/// Our certificate is shown where one is set, and the server's must lead to what is trusted.
/// @throws RejectedInput as make_server_context(), and when nothing is trusted.
TlsContext make_client_context(const ClientFiles& files);

/// For reports sent over TLS: our certificate is shown where one is set, and the server's must lead to
/// `tls.trusted`.
/// @throws RejectedInput as make_server_context(), and when nothing is trusted.
TlsContext make_client_context(const config::Settings& settings);

}  // namespace glisson::server
