#include "server/audit/service_run.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "server/web/password.hpp"

namespace glisson::server {
namespace {

using Microseconds = std::chrono::microseconds;

constexpr const char* variable = "GLISSON_RUN";

}  // namespace

void begin_service_run() {
  const auto now =
      std::chrono::duration_cast<Microseconds>(std::chrono::system_clock::now().time_since_epoch());
  ::setenv(variable, fmt::format("{} {}", random_hex(16), now.count()).c_str(), 1);
}

ServiceRun service_run() {
  const char* const text = std::getenv(variable);
  std::istringstream fields(text == nullptr ? "" : text);
  std::string id;
  Microseconds::rep since_epoch = 0;
  if (!(fields >> id >> since_epoch)) throw std::logic_error("no supervisor has begun this run");
  return {id, std::chrono::system_clock::time_point(Microseconds(since_epoch))};
}

}  // namespace glisson::server
