#include <algorithm>
#include <stdexcept>

#include "storage/connection.hpp"
#include "storage/job_outcome.hpp"
#include "storage/results.hpp"

namespace glisson::storage {
namespace {

constexpr Statement select_destination{"select_destination", R"(
  select peer.*, job.iod, job.analysis_id, hold_reason(purpose, responsible, valid_until) as hold_reason
  from job join peer using (peer_id) where job_id = $1 and removed_at is null)"};

/// Reports with demonstration scores are for destinations of purpose test only, and there preferred.
constexpr Statement select_candidates{"select_candidates", R"(
  select report_id, iod from report
  where analysis_id = $1
    and demonstration = ($2::boolean and exists (select from report other
                                                 where other.analysis_id = $1 and other.demonstration))
  order by position)"};

constexpr Statement select_report{"select_report",
                                  "select sop_instance_uid, part10 from report where report_id = $1"};

constexpr Statement insert_delivery{"insert_delivery", R"(
  insert into delivery (job_id, report_id)
  select job_id, report_id from job join report using (analysis_id)
  where job_id = $1 and sop_instance_uid = $2
  on conflict (job_id) do update set report_id = excluded.report_id, sent_at = excluded.sent_at)"};

/// In the audit trail before anything is sent (DICOM PS3.15 A.5.3.3); how it ended is told by a trigger.
constexpr Statement audit_begin{"audit_begin_transferring", R"(
  insert into audit_event (kind, job_id, attempt, facts)
  select 'begin_transferring', job.job_id, $2, audit_study(study_id) || jsonb_build_object(
           'source', jsonb_build_object('id', coalesce(job.worker, 'job ' || job.job_id), 'requestor', true),
           'destination', jsonb_build_object('id', peer.name, 'ae_title', peer.ae_title, 'address', peer.host),
           'action', 'R', 'sop_classes', jsonb_build_object(report.sop_class_uid, 1))
  from job join peer using (peer_id) join report on report_id = $3
  join analysis on analysis.analysis_id = report.analysis_id
  join instance on instance.instance_id = analysis.instance_id join series using (series_id)
  where job.job_id = $1
  on conflict do nothing)"};

/// Since the first failure after the last report that the peer took.
constexpr Statement select_unavailable{"select_unavailable", R"(
  select coalesce(floor(extract(epoch from clock_timestamp() - min(started_at))), 0)::bigint
  from job join job_attempt using (job_id)
  where job.kind = 'deliver' and job.peer_id = $1 and outcome = 'retry'
    and started_at > coalesce((select max(sent_at) from delivery join job sent using (job_id)
                               where sent.peer_id = $1), '-infinity'))"};

/// The latest analyses of a study by each protocol: what was not for the peer yet is added, what ended is
/// sent again, what is on its way is left alone.
constexpr Statement deliver_latest{"deliver_latest", R"(
  with wanted as (
    select analysis_id from analysis_overview
    where latest and (study_instance_uid = $1 or accession_number = $1)
      and exists (select from report where report.analysis_id = analysis_overview.analysis_id)
  ), again as (
    update job set state = 'scheduled', run_at = now(), failures = 0, unanswered = 0, finished_at = null,
                   reason = null, detail = null, iod = null
    where kind = 'deliver' and peer_id = $2 and analysis_id in (select analysis_id from wanted)
      and state in ('done', 'dead', 'blocked', 'held')
    returning 1
  ), added as (
    insert into job (kind, state, analysis_id, peer_id)
    select 'deliver', 'scheduled', analysis_id, $2::bigint from wanted
    where not exists (select from job where kind = 'deliver' and job.analysis_id = wanted.analysis_id
                      and peer_id = $2)
    on conflict do nothing returning 1
  )
  select (select count(*) from wanted), (select count(*) from again) + (select count(*) from added))"};

constexpr Statement pause_peer{"pause_peer", R"(
  update job set run_at = greatest(run_at, now() + $3::bigint * interval '1 ms'), reason = 'destination_silent',
                 detail = 'The destination does not answer; this report waits for its turn.'
  where kind = 'deliver' and state = 'scheduled' and peer_id = $2 and job_id <> $1)"};

constexpr Statement resume_peer{"resume_peer", R"(
  update job set run_at = least(run_at, now()), reason = null, detail = null
  where kind = 'deliver' and state = 'scheduled' and peer_id = $1 and reason = 'destination_silent')"};

constexpr Statement set_iod{"set_iod", "update job set iod = $2 where job_id = $1"};

struct Candidate {
  std::int64_t report_id = 0;
  std::string iod;
};

/// Where a job delivers to, and the reports that this destination may get, in the order of trying.
struct Destination {
  Peer peer;
  std::string hold_reason;
  std::vector<Candidate> candidates;
  std::size_t present = 0;  ///< Index of the candidate to try now.
};

Peer peer_from(const pqxx::row& row) {
  Peer peer{.id = row["peer_id"].as<std::int64_t>(),
            .name = row["name"].as<std::string>(),
            .ae_title = dicom::AeTitle(row["ae_title"].as<std::string>()),
            .host = row["host"].as<std::string>(),
            .port = row["port"].as<std::uint16_t>(),
            .networks = {},
            .tls = row["tls"].as<bool>(),
            .certificate = text_or_empty(row["certificate"]),
            .may_store = row["may_store"].as<bool>(),
            .may_query = row["may_query"].as<bool>(),
            .may_echo = row["may_echo"].as<bool>(),
            .receives_reports = row["receives_reports"].as<bool>(),
            .purpose = std::nullopt,
            .responsible = text_or_empty(row["responsible"]),
            .valid_until = text_or_empty(row["valid_until"])};
  if (!row["purpose"].is_null()) peer.purpose = purpose_from(row["purpose"].as<std::string>());
  return peer;
}

std::optional<Destination> destination_of(Transaction& transaction, const Job& job) {
  const pqxx::result found = transaction.run(select_destination, job.id);
  if (found.empty()) return std::nullopt;
  Destination destination{.peer = peer_from(found.front()),
                          .hold_reason = text_or_empty(found.front()["hold_reason"]),
                          .candidates = {}};
  for (const pqxx::row& row :
       transaction.run(select_candidates, found.front()["analysis_id"].as<std::int64_t>(),
                       destination.peer.purpose == Purpose::test)) {
    destination.candidates.push_back({row["report_id"].as<std::int64_t>(), row["iod"].as<std::string>()});
  }
  if (destination.candidates.empty()) return std::nullopt;
  const std::string iod = text_or_empty(found.front()["iod"]);
  const auto present = std::find_if(destination.candidates.begin(), destination.candidates.end(),
                                    [&](const Candidate& candidate) { return candidate.iod == iod; });
  if (present != destination.candidates.end()) {
    destination.present = static_cast<std::size_t>(present - destination.candidates.begin());
  }
  return destination;
}

}  // namespace

std::optional<Delivery> load_delivery(Database& database, const Job& job) {
  return database.connection().transaction([&](Transaction& transaction) -> std::optional<Delivery> {
    const std::optional<Destination> destination = destination_of(transaction, job);
    if (!destination) return std::nullopt;
    const Candidate& candidate = destination->candidates[destination->present];
    const pqxx::row report = transaction.run(select_report, candidate.report_id).front();
    if (destination->hold_reason.empty()) {
      transaction.run(audit_begin, job.id, job.attempt, candidate.report_id);
    }
    const pqxx::binarystring part10(report["part10"]);
    const auto* bytes = reinterpret_cast<const std::byte*>(part10.data());
    return Delivery{.peer = destination->peer,
                    .iod = candidate.iod,
                    .sop_instance_uid = report["sop_instance_uid"].as<std::string>(),
                    .part10 = {bytes, bytes + part10.size()},
                    .last_iod = destination->present + 1 == destination->candidates.size(),
                    .hold_reason = destination->hold_reason};
  });
}

bool mark_delivered(Database& database, const Job& job, const std::string& sop_instance_uid) {
  return database.connection().transaction([&](Transaction& transaction) {
    if (!end_attempt(transaction, job, {.state = "done", .outcome = "done"})) return false;
    if (transaction.run(insert_delivery, job.id, sop_instance_uid).affected_rows() != 1) {
      throw std::logic_error("a report was sent that is none of this job's analysis");
    }
    return true;
  });
}

bool fall_back_to_next_iod(Database& database, const Job& job, const JobReason& reason) {
  return database.connection().transaction([&](Transaction& transaction) {
    const std::optional<Destination> destination = destination_of(transaction, job);
    if (!destination || destination->present + 1 == destination->candidates.size()) {
      return end_attempt(transaction, job, {.state = "blocked", .outcome = "blocked", .reason = reason});
    }
    if (!end_attempt(transaction, job, {.state = "scheduled", .outcome = "next_iod", .reason = reason})) {
      return false;
    }
    transaction.run(set_iod, job.id, destination->candidates[destination->present + 1].iod);
    return true;
  });
}

std::chrono::seconds unavailable_for(Database& database, const Job& job) {
  return database.connection().transaction([&](Transaction& transaction) {
    return std::chrono::seconds(
        transaction.run(select_unavailable, job.peer_id).front()[0].as<std::int64_t>());
  });
}

Redelivery deliver_study(Database& database, const std::string& accession_or_study_uid,
                         std::int64_t peer_id) {
  return database.connection().transaction([&](Transaction& transaction) {
    const pqxx::row counts = transaction.run(deliver_latest, accession_or_study_uid, peer_id).front();
    return Redelivery{counts[0].as<std::size_t>(), counts[1].as<std::size_t>()};
  });
}

void pause_destination(Database& database, const Job& job, std::chrono::milliseconds delay) {
  database.connection().transaction(
      [&](Transaction& transaction) { transaction.run(pause_peer, job.id, job.peer_id, delay.count()); });
}

void resume_destination(Database& database, const Job& job) {
  database.connection().transaction(
      [&](Transaction& transaction) { transaction.run(resume_peer, job.peer_id); });
}

}  // namespace glisson::storage
