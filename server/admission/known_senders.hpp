#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/control_socket.hpp"
#include "storage/peers.hpp"

namespace glisson::server {

/// What upkeep tells the supervisor, which opens no database: who may store.
std::string senders_report(const std::vector<storage::Peer>& peers);

/// Who may store, as far as can be seen before anything but the A-ASSOCIATE-RQ's titles is read: by title,
/// address and certificate. Association processes are kept free for them.
class KnownSenders {
 public:
  /// @return false for what is no senders_report().
  bool update(std::string_view report);
  std::size_t count() const { return by_title_.size(); }
  /// True for everyone as long as nobody has said who may store.
  bool may_include(const std::string& calling_title, const ConnectionOrigin& origin) const;

 private:
  bool told_ = false;
  std::map<std::string, storage::Peer, std::less<>> by_title_;
};

}  // namespace glisson::server
