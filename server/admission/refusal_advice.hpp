#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "storage/peers.hpp"
#include "storage/refused_associations.hpp"

namespace glisson::server {

/// What an administrator can make of a refused association.
struct RefusalAdvice {
  std::string meaning;    ///< Why, in words.
  std::string near_miss;  ///< A title that is known and nearly the same; empty: none.
  std::string command;    ///< Would admit it; empty where only the settings or the sender can.
  /// The line in the section [receive] of the settings that would; empty where the command or only the sender
  /// can.
  std::string setting;
  std::string otherwise;   ///< What to do instead of, or besides, these; may be empty.
  bool by_dialog = false;  ///< What the command does, the page's dialog of a peer does, too.
};

/// Makes the running service read its settings again.
inline constexpr const char* reload_command = "systemctl reload glisson";

/// @param peers all peers.
/// @param entities the titles of this node.
RefusalAdvice advise(const storage::RefusedAttempt& attempt, const std::vector<storage::Peer>& peers,
                     const std::vector<config::ApplicationEntity>& entities);

/// The title that differs least from this one: in case only, or by at most two characters that are missing,
/// additional, different or swapped with their neighbour (optimal string alignment distance), and fewer than
/// half of them. Empty when there is none.
std::string nearest_title(const std::string& title, const std::vector<std::string>& known);

/// A word for the shell that runs the command: quoted where it must be.
std::string shell_word(std::string_view text);

}  // namespace glisson::server
