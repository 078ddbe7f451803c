#include "storage/alerts.hpp"

#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

constexpr Statement upsert_alert{"alert_raise", R"(
    insert into alert (kind, subject, detail, study_id)
    values ($1, $2, $3, (select study_id from study where study_instance_uid = $4))
    on conflict (kind, subject) where closed_at is null do update set
        detail = excluded.detail, last_at = clock_timestamp(), times = alert.times + 1,
        study_id = coalesce(excluded.study_id, alert.study_id))"};

constexpr Statement close_of_subject{"alert_close_of_subject", R"(
    update alert set closed_at = clock_timestamp() where kind = $1 and subject = $2 and closed_at is null)"};

constexpr Statement close_by_id{
    "alert_close_by_id",
    "update alert set closed_at = clock_timestamp() where alert_id = $1 and closed_at is null"};

constexpr Statement select_alerts{"alert_select", R"(
    select alert_id, kind, subject, detail, study_instance_uid, iso_8601(raised_at) as raised_at,
           iso_8601(last_at) as last_at, iso_8601(closed_at) as closed_at, times
    from alert left join study using (study_id)
    where $1::boolean or closed_at is null
    order by alert.last_at desc, alert_id desc limit $2)"};

constexpr Statement count_open{"alert_count_open", R"(
  select kind, count(*) filter (where closed_at is null) as open from alert group by kind order by kind)"};

}  // namespace

std::string_view keyword(AlertKind kind) noexcept {
  switch (kind) {
    case AlertKind::store_disk_full:
      return "store_disk_full";
    case AlertKind::database_disk_full:
      return "database_disk_full";
    case AlertKind::queue_full:
      return "queue_full";
    case AlertKind::study_too_large:
      return "study_too_large";
    case AlertKind::malformed_request:
      return "malformed_request";
    case AlertKind::destination_takes_nothing:
      return "destination_takes_nothing";
    case AlertKind::file_repaired:
      return "file_repaired";
    case AlertKind::foreign_store:
      return "foreign_store";
    case AlertKind::audit_collector_silent:
      return "audit_collector_silent";
    case AlertKind::settings_refused:
      return "settings_refused";
    case AlertKind::restart_needed:
      return "restart_needed";
    case AlertKind::refused_not_kept:
      return "refused_not_kept";
  }
  return "";
}

void raise_alert(Database& database, AlertKind kind, const std::string& subject, const std::string& detail,
                 const std::string& study_instance_uid) {
  database.connection().transaction([&](Transaction& transaction) {
    transaction.run(upsert_alert, std::string(keyword(kind)), subject, detail, study_instance_uid);
  });
}

bool close_alert(Database& database, AlertKind kind, const std::string& subject) {
  return database.connection().transaction([&](Transaction& transaction) {
    return transaction.run(close_of_subject, std::string(keyword(kind)), subject).affected_rows() > 0;
  });
}

bool close_alert(Database& database, std::int64_t id) {
  return database.connection().transaction(
      [&](Transaction& transaction) { return transaction.run(close_by_id, id).affected_rows() > 0; });
}

std::vector<AlertView> list_alerts(Database& database, bool closed_too, int limit) {
  return database.connection().transaction([&](Transaction& transaction) {
    std::vector<AlertView> alerts;
    for (const pqxx::row& row : transaction.run(select_alerts, closed_too, limit)) {
      alerts.push_back({.id = row["alert_id"].as<std::int64_t>(),
                        .kind = row["kind"].as<std::string>(),
                        .subject = row["subject"].as<std::string>(),
                        .detail = row["detail"].as<std::string>(),
                        .study_instance_uid = text_or_empty(row["study_instance_uid"]),
                        .raised_at = row["raised_at"].as<std::string>(),
                        .last_at = row["last_at"].as<std::string>(),
                        .closed_at = text_or_empty(row["closed_at"]),
                        .times = row["times"].as<std::uint64_t>()});
    }
    return alerts;
  });
}

std::vector<AlertCount> count_open_alerts(Database& database) {
  return database.connection().transaction([](Transaction& transaction) {
    std::vector<AlertCount> counts;
    for (const pqxx::row& row : transaction.run(count_open)) {
      counts.push_back({row["kind"].as<std::string>(), row["open"].as<std::uint64_t>()});
    }
    return counts;
  });
}

}  // namespace glisson::storage
