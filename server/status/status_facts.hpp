#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "server/resources/readiness.hpp"
#include "server/web/disk_forecast.hpp"
#include "storage/alerts.hpp"
#include "storage/figures.hpp"

namespace glisson::server {

/// What `glisson status` tells. While the database does not answer, that is all that is known.
struct StatusFacts {
  std::string node;
  Readiness readiness;
  std::string settings_error;  ///< Why the settings file cannot be read; empty: it can.
  std::vector<storage::ConnectedRole> roles;
  std::vector<storage::QueueLength> queue;
  storage::Overview day;  ///< Of the last 24 hours.
  storage::LastMoments last;
  std::vector<DiskForecast> disks;
  std::optional<int> certificate_days;  ///< None where there is none, or it cannot be read.
  std::string certificate_error;
  std::vector<storage::AlertView> alerts;  ///< Open ones, the latest first.
};

/// @param database connected where it is empty. Never throws for want of it.
StatusFacts status_facts(std::optional<storage::Database>& database, const config::Settings& settings);

}  // namespace glisson::server
