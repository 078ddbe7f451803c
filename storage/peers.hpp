#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dicom/identity.hpp"
#include "storage/changes.hpp"
#include "storage/database.hpp"
#include "storage/network.hpp"

namespace glisson::storage {

/// What reports are for at their destination.
enum class Purpose { test, research, clinical_study };
std::string_view keyword(Purpose purpose) noexcept;
/// @throws RejectedInput invalid_argument.
Purpose purpose_from(std::string_view keyword);

/// Another application entity: what it may do here and what it gets from here.
struct Peer {
  std::int64_t id = 0;
  std::string name;
  dicom::AeTitle ae_title;
  std::string host;
  std::uint16_t port = 0;
  std::vector<Network> networks;  ///< From which it may call; empty: any.
  bool tls = false;               ///< Reports are sent over TLS.
  std::string certificate;  ///< "sha256:" and a fingerprint, or a subject: accepted with it only; empty: any.
  bool may_store = false;
  bool may_query = false;
  bool may_echo = false;
  bool receives_reports = false;
  std::optional<Purpose> purpose;  ///< With responsible and valid_until: reports are sent; else held.
  std::string responsible;         ///< Who answers for the use of the reports.
  std::string valid_until;         ///< Last day, YYYY-MM-DD.

  bool may_call_from(std::string_view address) const;
};

/// Adds a peer, whose id is not read. What was refused to its title before is forgotten.
/// @param author kept with what changed.
/// @return false when the name is taken: that peer stays as it is.
/// @throws RejectedInput invalid_argument when another peer has the AE title, or name (1 to 64 visible
///         characters, no space at its ends), host (a name or address), port or valid_until is malformed.
bool add_peer(Database& database, const Peer& peer, const Author& author = command_line_author());
/// Changes the peer of this name, which keeps its id and its deliveries. Forgets refusals as above. Held
/// deliveries to it are released when purpose, responsible and a term that is not over are now declared.
/// @return false when there is none.
/// @throws RejectedInput as above.
bool change_peer(Database& database, const Peer& peer, const Author& author = command_line_author());
/// @return false when there was none. Deliveries that were not made are kept as dead with reason
///         `peer_removed`; the row stays with its time of removal, because deliveries refer to it.
bool remove_peer(Database& database, const std::string& name, const Author& author = command_line_author());
std::vector<Peer> list_peers(Database& database);
std::optional<Peer> find_peer(Database& database, const dicom::AeTitle& ae_title);
std::optional<Peer> find_peer_by_name(Database& database, const std::string& name);

}  // namespace glisson::storage
