#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "config/settings.hpp"
#include "dicom/network/association.hpp"
#include "server/control_socket.hpp"
#include "storage/database.hpp"
#include "storage/refused_associations.hpp"

namespace glisson::server {

/// Admits associations by the access policy, and sees to it that every refusal is logged and kept.
class Doorkeeper {
 public:
  /// @param database gives the process's connection, which opens at the first use; may throw TransientError.
  Doorkeeper(const config::Settings& settings, std::function<storage::Database&()> database);

  /// The answer to a request. While the database is down, whoever needs more than C-ECHO that is open to all
  /// is told to come again later.
  dicom::Admission admit(const dicom::AssociationRequest& request, const ConnectionOrigin& origin);

  /// Keeps what was refused before it could be judged: a title that is none.
  void note_unjudged(const dicom::AssociationSummary& summary, const ConnectionOrigin& origin);

  /// Whether an association was refused for good since this was asked last.
  bool take_refusal() { return std::exchange(has_refused_, false); }

  /// The own title under which the last association was admitted.
  const config::ApplicationEntity& entity() const { return *entity_; }

 private:
  void refused(const storage::RefusedAttempt& attempt, bool is_logged);

  std::vector<config::ApplicationEntity> entities_;
  const config::ApplicationEntity* entity_;
  std::function<storage::Database&()> database_;
  bool has_refused_ = false;
};

}  // namespace glisson::server
