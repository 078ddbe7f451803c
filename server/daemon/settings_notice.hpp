#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "storage/database.hpp"

namespace glisson::server {

/// What the supervisor, which opens no database, has to say of the settings: kept in a file of the data
/// folder until upkeep makes alerts of it.
struct SettingsNotice {
  std::string refused;  ///< Why the settings file is not used; empty: it is.
  std::string waiting;  ///< Settings that changed and need a restart, with commas; empty: none.
  bool operator==(const SettingsNotice&) const = default;
};

/// Replaces the notice; without anything to say there is no file.
/// @return false where the file cannot be written.
bool leave_notice(const std::filesystem::path& data, const SettingsNotice& notice);
/// An empty notice where there is no file.
SettingsNotice read_notice(const std::filesystem::path& data);

/// Raises and closes the alerts settings_refused and restart_needed as the notice says, when it has changed.
class NoticeTeller {
 public:
  NoticeTeller(std::filesystem::path data, std::string node)
      : data_(std::move(data)), node_(std::move(node)) {}
  /// @throws TransientError when the database does not answer; then it is told the next time.
  void tell(storage::Database& database);

 private:
  std::filesystem::path data_;
  std::string node_;
  std::optional<SettingsNotice> told_;
};

}  // namespace glisson::server
