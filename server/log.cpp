#include "server/log.hpp"

#include <fmt/chrono.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace glisson::server::log {
namespace {

/// Shared by all threads of the process.
struct Form {
  std::mutex mutex;
  std::string role;
  bool json = false;
  std::vector<std::pair<std::string, std::string>> work;  ///< The work in hand: key and id.
};

Form& form() {
  static Form only;
  return only;
}

/// One event, one line: what peers and libraries say may hold anything.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return text;
}

/// ISO 8601 with milliseconds, local time with its offset.
std::string now() {
  const auto time = std::chrono::system_clock::now();
  const auto since = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::tm local = fmt::localtime(std::chrono::system_clock::to_time_t(time));
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}{:%z}", local, since % 1000, local);
}

std::string json_line(spdlog::level::level_enum level, const std::string& message) {
  const auto word = spdlog::level::to_string_view(level);
  nlohmann::ordered_json line{{"time", now()},
                              {"level", std::string(word.data(), word.size())},
                              {"role", form().role},
                              {"pid", ::getpid()}};
  for (const auto& [key, id] : form().work) line[key] = id;
  line["message"] = message;
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

/// "{job 17, attempt 1} ", or nothing.
std::string work_in_hand() {
  std::string text;
  for (const auto& [key, id] : form().work)
    text += fmt::format("{}{} {}", text.empty() ? "{" : ", ", key, id);
  return text.empty() ? text : text + "} ";
}

void write(spdlog::level::level_enum level, const std::string& message) {
  if (!spdlog::should_log(level)) return;
  std::string line;
  {
    const std::scoped_lock lock(form().mutex);
    line = form().json ? json_line(level, printable(message)) : work_in_hand() + printable(message);
  }
  spdlog::log(level, "{}", line);
}

}  // namespace

void start(std::string_view role, std::string_view level, std::string_view format) {
  {
    const std::scoped_lock lock(form().mutex);
    form().role = role;
    form().json = format == "json";
  }
  spdlog::drop(std::string(role));
  auto logger = spdlog::stderr_logger_mt(std::string(role));
  logger->set_pattern(format == "json" ? "%v" : "%Y-%m-%dT%H:%M:%S.%e%z %l %n[%P] %v");
  logger->set_level(spdlog::level::from_str(std::string(level)));
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

void debug(const std::string& message) { write(spdlog::level::debug, message); }
void info(const std::string& message) { write(spdlog::level::info, message); }
void warning(const std::string& message) { write(spdlog::level::warn, message); }
void error(const std::string& message) { write(spdlog::level::err, message); }

Context::Context(std::string key, std::string value) : key_(std::move(key)) {
  const std::scoped_lock lock(form().mutex);
  form().work.emplace_back(key_, printable(std::move(value)));
}

Context::~Context() {
  const std::scoped_lock lock(form().mutex);
  std::erase_if(form().work, [this](const auto& entry) { return entry.first == key_; });
}

}  // namespace glisson::server::log
