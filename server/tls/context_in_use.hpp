#pragma once

#include "config/settings.hpp"
#include "server/tls/certificate.hpp"
#include "server/tls/tls_context.hpp"

namespace glisson::server {

/// What new handshakes of the TLS port use, and what its certificate says of itself. The files of [tls] count
/// at the moment in which they are read and not before or after: they may be spoilt, or half written, at any
/// other.
class ContextInUse {
 public:
  /// @throws RejectedInput invalid_settings, as make_server_context().
  explicit ContextInUse(const config::Settings& settings) : settings_(settings) { read(); }

  /// Takes what lies there now.
  /// @throws RejectedInput invalid_settings, as make_server_context(); then what was in use stays.
  void read();

  const TlsContext& context() const noexcept { return context_; }
  const Certificate& certificate() const noexcept { return certificate_; }

 private:
  const config::Settings& settings_;
  TlsContext context_;
  Certificate certificate_;
};

}  // namespace glisson::server
