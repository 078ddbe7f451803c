#pragma once

#include <string>
#include <string_view>

namespace glisson::server::log {

/// Starts logging to standard error; called again, changes level and format. Lines bear the process' role and
/// id and the work in hand (Context), and never patient data: neither names, dates and ids of patients nor
/// the UIDs of their studies.
/// @param level "debug", "info", "warning" or "error".
/// @param format "text", or "json": one object a line, with time (ISO 8601), level, role, pid, the work in
///        hand, and message.
void start(std::string_view role, std::string_view level, std::string_view format = "text");

void debug(const std::string& message);
void info(const std::string& message);
void warning(const std::string& message);
void error(const std::string& message);

/// What this process works on, in every line of all its threads while the object lives. A process works on
/// one association or job at a time; a context may be made within another.
class Context {
 public:
  /// @param key e.g. "job"; a name of its own among the contexts that live.
  /// @param value an id that this service made, never anything that a peer sent.
  Context(std::string key, std::string value);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

 private:
  std::string key_;
};

}  // namespace glisson::server::log
