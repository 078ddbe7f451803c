#include <fmt/format.h>
#include <poll.h>

#include <chrono>

#include "engine/errors.hpp"
#include "server/control_socket.hpp"
#include "server/log.hpp"
#include "server/roles.hpp"
#include "server/web/http_server.hpp"
#include "server/web/web_service.hpp"

namespace glisson::server {
namespace {

using namespace std::chrono_literals;

/// Listens as soon as the port is free. Whoever has taken it, studies are received all the same.
/// @return false when the service stops first.
bool listen_patiently(HttpServer& server, int control, const std::string& address, std::uint16_t port,
                      bool health_only) {
  constexpr auto pause = 5s;
  for (bool said = false;; said = true) {
    try {
      server.listen(address, port, health_only);
      log::info(fmt::format("{} at http://{}:{}/", health_only ? "health and metrics" : "web pages", address,
                            port));
      return true;
    } catch (const RejectedInput& error) {
      if (!said) log::error(fmt::format("{}; tried again until it is free", error.what()));
    }
    pollfd end{control, POLLIN, 0};
    if (::poll(&end, 1, static_cast<int>(std::chrono::milliseconds(pause).count())) > 0) return false;
  }
}

}  // namespace

int run_web_role(const config::Settings& settings, int control) {
  WebService service(settings);
  WebService slow_service(settings);
  HttpLimits limits;
  limits.health_time = Health::answer_time;
  HttpServer server(
      {.at_once = [&](const Request& request) { return service.answer_at_once(request); },
       .kind_of = WebService::kind_of,
       .usual = {.answer = [&](const Request& request) { return service.answer(request); },
                 .late = {},
                 .begin = [&] { return service.begin(); }},
       .slow = {.answer = [&](const Request& request) { return slow_service.answer(request); },
                .late = {},
                .begin = {}},
       .health = {.answer = [&](const Request& request) { return service.answer_health(request); },
                  .late = [&](const Request& request) { return service.late_health(request); },
                  .begin = {}},
       .alive = [control] { report_alive(control); }},
      limits, settings.web_reverse_proxy);
  if (!settings.metrics_bind_address.empty() &&
      !listen_patiently(server, control, settings.metrics_bind_address, settings.metrics_port, true)) {
    return 0;
  }
  if (!listen_patiently(server, control, settings.web_bind_address, settings.web_port, false)) return 0;
  server.run(control);
  return 0;
}

}  // namespace glisson::server
