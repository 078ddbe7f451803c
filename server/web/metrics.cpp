#include "server/web/metrics.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>

#include "engine/errors.hpp"
#include "server/resources/readiness.hpp"
#include "server/tls/certificate.hpp"
#include "server/version.hpp"
#include "server/web/disk_forecast.hpp"
#include "storage/alerts.hpp"
#include "storage/audit.hpp"
#include "storage/figures.hpp"

namespace glisson::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// No transaction lasts longer, in seconds.
constexpr double longest_transaction = 600;

/// Families of metrics, in the order in which they were added; those of one family stand together.
class Exposition {
 public:
  void gauge(const std::string& name, const std::string& help, double value, Labels labels = {}) {
    add(name, help, MetricType::Gauge, std::move(labels)).gauge.value = value;
  }
  void counter(const std::string& name, const std::string& help, double value, Labels labels = {}) {
    add(name, help, MetricType::Counter, std::move(labels)).counter.value = value;
  }
  void histogram(const std::string& name, const std::string& help, const storage::DurationCounts& counts,
                 std::span<const double> bounds, Labels labels = {}) {
    auto& histogram = add(name, help, MetricType::Histogram, std::move(labels)).histogram;
    histogram.sample_sum = counts.sum;
    for (std::size_t i = 0; i <= bounds.size(); ++i) {
      if (i < counts.buckets.size()) histogram.sample_count += counts.buckets[i];
      histogram.bucket.push_back(
          {histogram.sample_count, i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity()});
    }
  }

  std::string text() const { return prometheus::TextSerializer().Serializer::Serialize(families_); }

 private:
  ClientMetric& add(const std::string& name, const std::string& help, MetricType type, Labels labels) {
    if (families_.empty() || families_.back().name != name) families_.push_back({name, help, type, {}});
    ClientMetric& metric = families_.back().metric.emplace_back();
    metric.label = std::move(labels);
    return metric;
  }

  std::vector<MetricFamily> families_;
};

double number(std::uint64_t count) { return static_cast<double>(count); }

void add_queue(Exposition& exposition, storage::Database& database) {
  const auto lengths = storage::queue_lengths(database);
  for (const auto& length : lengths) {
    exposition.gauge("glisson_jobs", "Jobs by kind and state; done ones are not counted.",
                     number(length.jobs), {{"kind", length.kind}, {"state", length.state}});
  }
  for (const auto& length : lengths) {
    exposition.gauge("glisson_oldest_job_seconds", "Since the oldest job of this kind and state was made.",
                     length.oldest, {{"kind", length.kind}, {"state", length.state}});
  }
  const auto load = storage::queue_load(database);
  exposition.gauge("glisson_due_analyses", "Analyses that are due and have not begun.", number(load.due));
  exposition.gauge("glisson_oldest_due_analysis_seconds", "Since the oldest of them was due.",
                   static_cast<double>(load.oldest.count()));
}

void add_totals(Exposition& exposition, const storage::Totals& totals) {
  exposition.counter("glisson_instances_received_total", "Instances that were stored.",
                     number(totals.instances));
  exposition.counter("glisson_received_bytes_total", "Bytes of them.", number(totals.bytes));
  exposition.counter(
      "glisson_instances_refused_total",
      "C-STORE requests that were answered with anything but Success, in associations that ended.",
      number(totals.refused_instances));
  for (const auto& entry : totals.associations) {
    exposition.counter("glisson_associations_total",
                       "Associations in which something was sent to be stored, by how they ended.",
                       number(entry.count), {{"outcome", entry.outcome}});
  }
  for (const auto& entry : totals.attempts) {
    exposition.histogram("glisson_job_attempt_seconds", "Attempts of jobs, by kind and outcome.",
                         entry.durations, storage::attempt_bounds(),
                         {{"kind", entry.kind}, {"outcome", entry.outcome}});
  }
  exposition.histogram("glisson_report_latency_seconds",
                       "From the arrival of a segmentation to its report in the destination.", totals.latency,
                       storage::latency_bounds());
}

void add_latency(Exposition& exposition, storage::Database& database) {
  constexpr int hours = 24;
  const auto latency = storage::report_latency(database, hours);
  const std::string help = "Quantiles of glisson_report_latency_seconds over the last 24 hours.";
  if (latency.p50) {
    exposition.gauge("glisson_report_latency_day_seconds", help, *latency.p50, {{"quantile", "0.5"}});
    exposition.gauge("glisson_report_latency_day_seconds", help, *latency.p95, {{"quantile", "0.95"}});
  }
}

void add_node(Exposition& exposition, storage::Database& database, const config::Settings& settings) {
  const Readiness node = readiness(database, settings);
  exposition.gauge("glisson_ready", "1 while this host takes what is sent to it, else 0.",
                   node.ready ? 1 : 0);
  for (const auto activity :
       {storage::Activity::receive, storage::Activity::analyse, storage::Activity::deliver}) {
    const bool paused =
        std::ranges::find(node.pauses, activity, &storage::Pause::activity) != node.pauses.end();
    exposition.gauge("glisson_paused", "1 while an administrator has paused this activity on all hosts.",
                     paused ? 1 : 0, {{"activity", std::string(storage::keyword(activity))}});
  }
  const auto alerts = storage::count_open_alerts(database);
  for (const auto& alert : alerts) {
    exposition.gauge("glisson_alerts", "Open alerts by kind (glisson alert list).", number(alert.open),
                     {{"kind", alert.kind}});
  }
  auto disks = disk_forecasts(database, settings);
  std::erase_if(disks, [](const DiskForecast& disk) { return !disk.answers; });
  for (const auto& disk : disks) {
    exposition.gauge("glisson_disk_free_bytes", "Free on a disk of this host.", number(disk.free),
                     {{"disk", disk.name}});
  }
  for (const auto& disk : disks) {
    exposition.gauge("glisson_disk_size_bytes", "Size of that disk.", number(disk.total),
                     {{"disk", disk.name}});
  }
  for (const auto& disk : disks) {
    if (!disk.days) continue;
    exposition.gauge(
        "glisson_disk_forecast_days",
        "Until only what must stay free is left, at the pace of the last week; absent where nothing arrives.",
        *disk.days, {{"disk", disk.name}});
  }
}

/// Only where there is a collector: without one nothing is ever sent.
void add_audit(Exposition& exposition, storage::Database& database, const config::Settings& settings) {
  if (settings.audit_collector.empty()) return;
  const auto backlog = storage::audit_backlog(database);
  exposition.gauge("glisson_audit_events_waiting", "Audit messages that the collector has not taken.",
                   number(backlog.waiting));
  exposition.gauge("glisson_audit_oldest_waiting_seconds", "Since the oldest of them happened.",
                   static_cast<double>(backlog.oldest.count()));
}

void add_certificate(Exposition& exposition, const config::Settings& settings) {
  if (settings.tls_certificate.empty()) return;
  const std::string name = "glisson_certificate_days";
  const std::string help =
      "Until our certificate for DICOM over TLS ends; -1 and less: it has, or cannot be read.";
  try {
    exposition.gauge(name, help, days_left(read_certificate(settings.tls_certificate)));
  } catch (const RejectedInput&) {
    exposition.gauge(name, help, -1);
  }
}

void add_process(Exposition& exposition, bool database_up, const config::Settings& settings) {
  exposition.gauge("glisson_build_info", "Version of this software; always 1.", 1, {{"version", version()}});
  exposition.gauge("glisson_database_up", "1 while the database answers, else 0.", database_up ? 1 : 0);
  add_certificate(exposition, settings);
}

}  // namespace

storage::Totals Metrics::totals(storage::Database& database) {
  const double now = storage::database_time(database);
  if (!since_) {
    since_ = now - std::chrono::duration<double>(std::chrono::steady_clock::now() - made_).count();
  }
  if (const double settled = now - longest_transaction; settled > *since_ + longest_transaction) {
    storage::add(counted_, storage::totals_between(database, *since_, settled));
    since_ = settled;
  }
  storage::Totals all = counted_;
  storage::add(all, storage::totals_between(database, *since_, now));
  return all;
}

std::string Metrics::text_without_figures(bool answers, const config::Settings& settings) {
  Exposition exposition;
  add_process(exposition, answers, settings);
  return exposition.text();
}

std::string Metrics::text(storage::Database& database, const config::Settings& settings) {
  Exposition exposition;
  add_process(exposition, true, settings);
  add_node(exposition, database, settings);
  add_queue(exposition, database);
  add_totals(exposition, totals(database));
  add_latency(exposition, database);
  add_audit(exposition, database, settings);
  return exposition.text();
}

}  // namespace glisson::server
