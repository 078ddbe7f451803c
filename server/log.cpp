#include "server/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace glisson::server::log {

void start(std::string_view role, std::string_view level) {
  auto logger = spdlog::stderr_logger_mt(std::string(role));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %n[%P] %v");
  logger->set_level(spdlog::level::from_str(std::string(level)));
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

namespace {

/// One event, one line: what peers and libraries say may hold anything.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return text;
}

}  // namespace

void debug(const std::string& message) { spdlog::debug("{}", printable(message)); }
void info(const std::string& message) { spdlog::info("{}", printable(message)); }
void warning(const std::string& message) { spdlog::warn("{}", printable(message)); }
void error(const std::string& message) { spdlog::error("{}", printable(message)); }

}  // namespace glisson::server::log
