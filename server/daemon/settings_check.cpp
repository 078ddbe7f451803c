#include "server/daemon/settings_check.hpp"

#include "config/model_package.hpp"
#include "config/protocol_file.hpp"
#include "server/tls/tls_context.hpp"

namespace glisson::server {

void check_settings(const config::Settings& settings) {
  for (const auto& entity : settings.application_entities()) {
    static_cast<void>(config::find_protocol(entity.protocol, settings.protocol_folder()));
  }
  for (const auto& model : config::load_models(settings.model_folder())) {
    config::check_protocol_of(model, settings.protocol_folder());
  }
  if (settings.tls_port != 0) static_cast<void>(make_server_context(settings));
}

}  // namespace glisson::server
