#include "server/daemon/settings_notice.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>

#include "storage/alerts.hpp"

namespace glisson::server {
namespace {

using storage::AlertKind;

std::filesystem::path file_in(const std::filesystem::path& data) { return data / "settings.notice"; }

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

void tell_one(storage::Database& database, AlertKind kind, const std::string& node,
              const std::string& detail) {
  if (detail.empty()) {
    storage::close_alert(database, kind, node);
  } else {
    storage::raise_alert(database, kind, node, detail);
  }
}

}  // namespace

bool leave_notice(const std::filesystem::path& data, const SettingsNotice& notice) {
  std::error_code error;
  if (notice == SettingsNotice{}) {
    std::filesystem::remove(file_in(data), error);
    return !error;
  }
  auto aside = file_in(data);
  aside += ".new";
  {
    std::ofstream file(aside, std::ios::trunc);
    file << one_line(notice.refused) << '\n' << one_line(notice.waiting) << '\n' << std::flush;
    if (!file) return false;
  }
  std::filesystem::rename(aside, file_in(data), error);
  return !error;
}

SettingsNotice read_notice(const std::filesystem::path& data) {
  SettingsNotice notice;
  std::ifstream file(file_in(data));
  std::getline(file, notice.refused);
  std::getline(file, notice.waiting);
  return notice;
}

void NoticeTeller::tell(storage::Database& database) {
  const SettingsNotice notice = read_notice(data_);
  if (told_ == notice) return;
  tell_one(database, AlertKind::settings_refused, node_,
           notice.refused.empty() ? "" : "the settings before stay in use: " + notice.refused);
  tell_one(database, AlertKind::restart_needed, node_,
           notice.waiting.empty() ? "" : "these settings hold from the next start: " + notice.waiting);
  told_ = notice;
}

}  // namespace glisson::server
