#include "server/web/metrics.hpp"

#include <prometheus/text_serializer.h>

#include "server/version.hpp"
#include "storage/figures.hpp"

namespace glisson::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// Families of metrics, in the order in which they were added.
class Exposition {
 public:
  void gauge(const std::string& name, const std::string& help, double value, Labels labels = {}) {
    ClientMetric& metric = add(name, help, MetricType::Gauge, std::move(labels));
    metric.gauge.value = value;
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

void add_queue(Exposition& exposition, storage::Database& database) {
  const auto lengths = storage::queue_lengths(database);
  for (const auto& length : lengths) {
    exposition.gauge("glisson_jobs", "Jobs by kind and state; done ones are not counted.",
                     static_cast<double>(length.jobs), {{"kind", length.kind}, {"state", length.state}});
  }
  for (const auto& length : lengths) {
    exposition.gauge("glisson_oldest_job_seconds", "Since the oldest job of this kind and state was made.",
                     length.oldest, {{"kind", length.kind}, {"state", length.state}});
  }
}

}  // namespace

std::string metrics_text(storage::Database* database) {
  Exposition exposition;
  exposition.gauge("glisson_build_info", "Version of this software; always 1.", 1, {{"version", version()}});
  exposition.gauge("glisson_database_up", "1 while the database answers, else 0.",
                   database != nullptr ? 1 : 0);
  if (database != nullptr) add_queue(exposition, *database);
  return exposition.text();
}

}  // namespace glisson::server
