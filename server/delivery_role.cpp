#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "dicom/network/sender.hpp"
#include "server/log.hpp"
#include "server/roles.hpp"
#include "server/tls/sending.hpp"
#include "server/worker.hpp"
#include "storage/alerts.hpp"
#include "storage/results.hpp"

namespace glisson::server {
namespace {

using dicom::SendResult;
using storage::JobReason;

/// A peer that does not answer is asked for ever, at growing intervals of at most five minutes.
std::chrono::seconds delivery_back_off(int failures) {
  return std::chrono::seconds(std::min(300, 2 << std::min(failures, 8)));
}

std::string outcome_text(const dicom::SendOutcome& outcome) {
  return outcome.status ? fmt::format("status {:04X}H: {}", *outcome.status, outcome.detail) : outcome.detail;
}

/// Reports are tried for ever; that nothing gets through must not go unseen.
void tell_unavailable(storage::Database& database, const storage::Job& job, const storage::Peer& peer,
                      const std::string& why, std::chrono::seconds at_most) {
  const auto unavailable = storage::unavailable_for(database, job);
  if (unavailable < at_most) return;
  storage::raise_alert(
      database, storage::AlertKind::destination_takes_nothing, peer.name,
      fmt::format("no report was taken for {} min; last answer: {}", unavailable.count() / 60, why));
}

void settle(storage::Database& database, const storage::Job& job, const storage::Delivery& delivery,
            const dicom::SendOutcome& outcome, std::chrono::seconds silence_alert) {
  switch (outcome.result) {
    case SendResult::accepted:
      storage::mark_delivered(database, job, delivery.sop_instance_uid);
      storage::resume_destination(database, job);
      storage::close_alert(database, storage::AlertKind::destination_takes_nothing, delivery.peer.name);
      log::info(fmt::format("report delivered to {} as {}", delivery.peer.name, delivery.iod));
      return;
    case SendResult::transient: {
      const auto delay = delivery_back_off(job.failures);
      const JobReason reason{outcome.answers ? "transient" : "destination_silent", outcome_text(outcome)};
      storage::retry_job(database, job, delay, reason, std::numeric_limits<int>::max());
      if (!outcome.answers) storage::pause_destination(database, job, delay);
      tell_unavailable(database, job, delivery.peer, reason.detail, silence_alert);
      return;
    }
    case SendResult::no_context:
    case SendResult::refused: {
      const JobReason reason{
          outcome.result == SendResult::no_context ? "no_presentation_context" : "refused_by_peer",
          fmt::format("{}: {}", delivery.iod, outcome_text(outcome))};
      if (!delivery.last_iod) {
        storage::fall_back_to_next_iod(database, job, reason);
        return;
      }
      storage::block_job(database, job, reason);
      log::error(fmt::format("{} takes none of the report's SOP classes", delivery.peer.name));
      return;
    }
    case SendResult::not_admitted:
      storage::block_job(database, job, {"association_rejected", outcome_text(outcome)});
      log::error(fmt::format("{} rejects associations from here", delivery.peer.name));
      return;
  }
}

}  // namespace

int run_delivery_role(const config::Settings& settings, int control,
                      const std::optional<ProcessEnd>& predecessor) {
  return work_on_jobs(
      settings, control, predecessor,
      {"delivery",
       {storage::JobKind::deliver},
       [&settings](storage::Database& database, const storage::Job& job) {
         const auto delivery = storage::load_delivery(database, job);
         if (!delivery) {
           storage::kill_job(
               database, job,
               {"nothing_to_send", "the destination was removed, or no report suits its purpose"});
           return;
         }
         if (!delivery->hold_reason.empty()) {
           storage::hold_job(
               database, job,
               {delivery->hold_reason,
                "Held until purpose, responsible person and term of the destination are declared."});
           return;
         }
         const auto outcome = send_to_peer(settings, delivery->peer, dicom::Destination{}.timeout,
                                           [&](const dicom::Destination& destination) {
                                             return dicom::send_instance(destination, delivery->part10);
                                           });
         settle(database, job, *delivery, outcome, settings.silence_alert);
       }});
}

}  // namespace glisson::server
