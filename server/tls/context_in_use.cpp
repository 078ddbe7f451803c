#include "server/tls/context_in_use.hpp"

#include <openssl/ssl.h>

#include <utility>

namespace glisson::server {

void ContextInUse::read() {
  TlsContext context = make_server_context(settings_);
  Certificate certificate = describe(*SSL_CTX_get0_certificate(context->native_handle()));
  context_ = std::move(context);
  certificate_ = std::move(certificate);
}

}  // namespace glisson::server
