#include "server/status/alert_command.hpp"

#include <fmt/format.h>

#include "server/admission/refusal_advice.hpp"

namespace glisson::server {

using storage::AlertKind;

std::string next_command(const storage::AlertView& alert) {
  const auto is = [&](AlertKind kind) { return alert.kind == storage::keyword(kind); };
  if (is(AlertKind::store_disk_full) || is(AlertKind::database_disk_full)) {
    const auto colon = alert.subject.find(':');
    return "df -h " + shell_word(colon == std::string::npos ? "." : alert.subject.substr(colon + 1));
  }
  if (is(AlertKind::queue_full)) return "glisson job list";
  if (is(AlertKind::study_too_large) || is(AlertKind::file_repaired)) {
    return "glisson explain " + shell_word(alert.subject);
  }
  if (is(AlertKind::destination_takes_nothing)) return "glisson peer check " + shell_word(alert.subject);
  if (is(AlertKind::foreign_store)) return "glisson db adopt-store --help";
  if (is(AlertKind::settings_refused)) return "glisson config check";
  if (is(AlertKind::restart_needed)) return "systemctl restart glisson";
  if (is(AlertKind::refused_not_kept)) return "glisson job list --state dead";
  return fmt::format("glisson alert close {}", alert.id);
}

}  // namespace glisson::server
