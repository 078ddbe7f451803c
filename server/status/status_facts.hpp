#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "server/resources/readiness.hpp"
#include "server/status/service_reach.hpp"
#include "server/web/disk_forecast.hpp"
#include "storage/alerts.hpp"
#include "storage/audit.hpp"
#include "storage/figures.hpp"

namespace glisson::server {

/// What `glisson status` tells. While the database cannot be asked, that is all that is known.
struct StatusFacts {
  std::string node;
  Readiness readiness;
  std::optional<Unreachable> unreachable;  ///< Why the private database cannot be asked.
  std::string settings_error;              ///< Why the settings file cannot be read; empty: it can.
  std::vector<storage::ConnectedRole> roles;
  std::vector<storage::QueueLength> queue;
  storage::Overview day;  ///< Of the last 24 hours.
  storage::LastMoments last;
  std::vector<DiskForecast> disks;
  std::optional<int> certificate_days;  ///< None where there is none, or it cannot be read.
  std::string certificate_error;
  std::optional<storage::AuditBacklog> audit;  ///< None where no collector is set.
  std::vector<storage::AlertView> alerts;      ///< Open ones, the latest first.

  /// Nothing is known of the service, neither good nor bad.
  bool unknown() const;
};

/// Of a service whose settings this user may not read.
/// @param why as a sentence.
StatusFacts hidden_facts(const std::string& why);

/// @param database connected where it is empty. Never throws for want of it.
StatusFacts status_facts(std::optional<storage::Database>& database, const config::Settings& settings);

}  // namespace glisson::server
