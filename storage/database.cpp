#include "storage/database.hpp"

#include "storage/connection.hpp"

namespace glisson::storage {

Database::Database(std::string url, std::string application_name)
    : connection_(std::make_unique<Connection>(std::move(url), std::move(application_name))) {
  connection_->open();
}

Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

void Database::never_reconnect() { connection_->never_reconnect(); }

bool Database::is_connected() { return connection_->is_connected(); }

int Database::descriptor() { return connection_->descriptor(); }

bool Database::wait_for_any_notification(const std::vector<std::string>& channels,
                                         std::chrono::milliseconds at_most) {
  return connection_->wait(channels, at_most);
}

bool Database::wait_for_notification(const std::string& channel, std::chrono::milliseconds at_most) {
  return connection_->wait({channel}, at_most);
}

}  // namespace glisson::storage
