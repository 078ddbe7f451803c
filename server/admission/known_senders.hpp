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

/// What can be said of a peer by its calling title, address and certificate.
enum class Standing {
  untold,          ///< Nobody has said yet who may store.
  stranger,        ///< May not store.
  claimed_sender,  ///< Whoever calls itself so may store: nothing but the title says who it is.
  proved_sender,   ///< May store, and calls from where, or with the certificate, that it must.
};

/// Who may store, as far as can be seen before an A-ASSOCIATE-RQ is handed to anybody. Association processes
/// are kept free for them.
class KnownSenders {
 public:
  /// @return false for what is no senders_report().
  bool update(std::string_view report);
  std::size_t count() const { return by_title_.size(); }
  Standing standing_of(const std::string& calling_title, const ConnectionOrigin& origin) const;

 private:
  bool told_ = false;
  std::map<std::string, storage::Peer, std::less<>> by_title_;
};

}  // namespace glisson::server
