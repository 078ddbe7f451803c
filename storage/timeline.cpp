#include "storage/timeline.hpp"

#include <algorithm>
#include <optional>

#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

constexpr Statement select_studies{"select_studies_of_timeline", R"(
  select study_id, study_instance_uid, accession_number from study
  where study_instance_uid = $1 or accession_number = $1 order by study_id)"};

constexpr Statement select_study_state{"select_study_state", "select study_state($1) as state"};

constexpr Statement select_received{"select_received", R"(
  select iso_8601(max(received_at)) as at, count(*) as objects, coalesce(modality, '') as modality,
         coalesce(calling, '') as calling, coalesce(address, '') as address, association_id
  from instance join series using (series_id) left join association using (association_id)
  where study_id = $1 group by series_id, modality, association_id, calling, address)"};

/// An analysis is overtaken when its segmentation was scheduled anew later.
constexpr Statement select_study_jobs{"select_study_jobs", R"(
  select job.job_id, job.kind, job.state, job.failures, job.reason, job.detail, iso_8601(job.run_at) as run_at,
         iso_8601(coalesce(job.finished_at, last.ended_at, job.created_at)) as ended_at,
         iso_8601(last.started_at) as started_at, job.worker,
         peer.name,
         pause.activity as paused, pause.who as paused_by, iso_8601(pause.since) as paused_since,
         exists (select from job later where later.kind = job.kind and later.instance_id = job.instance_id
                 and later.job_id > job.job_id) as overtaken
  from job_overview overview
  join job using (job_id)
  left join job_attempt last on last.job_id = job.job_id and last.attempt = job.attempt
  left join peer on peer.peer_id = job.peer_id
  left join pause on job.state = 'scheduled'
                     and pause.activity = case job.kind when 'deliver' then 'deliver' else 'analyse' end
  where overview.study_instance_uid = $1 order by job.job_id)"};

constexpr Statement select_study_attempts{"select_study_attempts", R"(
  select iso_8601(max(ended_at)) as at, job_id, kind, outcome, job_attempt.reason, job_attempt.detail, count(*) as times,
         subject, round(extract(epoch from max(ended_at - started_at))::numeric, 1) as seconds
  from job_overview join job_attempt using (job_id)
  where study_instance_uid = $1 and outcome in ('done', 'retry', 'postponed', 'next_iod', 'no_answer')
  group by job_id, kind, outcome, job_attempt.reason, job_attempt.detail, subject)"};

constexpr Statement select_study_reports{"select_study_reports", R"(
  select iso_8601(analysed_at) as at, analysis_id,
         (select count(*) from region where region.analysis_id = overview.analysis_id) as regions,
         (select count(score) from assessment where assessment.analysis_id = overview.analysis_id) as scores
  from analysis_overview overview where study_instance_uid = $1)"};

std::string text(const pqxx::row& row, const char* column) { return text_or_empty(row[column]); }

/// "1 object", "2 objects".
std::string counted(const std::string& number, const std::string& noun) {
  return number + ' ' + noun + (number == "1" ? "" : "s");
}

std::string job_name(const pqxx::row& row) { return "job " + text(row, "job_id"); }

std::string activity(const std::string& kind) {
  if (kind == "analyse") return "analysis";
  if (kind == "compare") return "comparison";
  return "delivery";
}

/// True for a reason that says how a worker ended, not what is wrong with the data.
bool is_of_the_process(const std::string& reason) {
  return reason == "no_answer" || reason == "process_ended" || reason == "sandbox_violation" ||
         reason == "out_of_memory";
}

std::string because(const pqxx::row& row) {
  const std::string reason = text(row, "reason");
  const std::string detail = text(row, "detail");
  return reason + (detail.empty() ? "" : ": " + detail);
}

TimelineEntry received_entry(const pqxx::row& row) {
  const std::string modality = text(row, "modality");
  const std::string objects = text(row, "objects");
  const std::string what = modality == "SEG" ? counted(objects, "segmentation")
                                             : counted(objects, "object") + " of a series of modality " +
                                                   (modality.empty() ? "unknown" : modality);
  const std::string association = text(row, "association_id");
  const std::string from = association.empty() ? std::string()
                                               : " from " + text(row, "calling") + " (" +
                                                     text(row, "address") + "), association " + association;
  return {.at = text(row, "at"), .what = what + " received" + from, .next = {}};
}

TimelineEntry attempt_entry(const pqxx::row& row) {
  const std::string outcome = text(row, "outcome");
  const std::string kind = text(row, "kind");
  std::string what;
  if (outcome == "done" && kind == "deliver") {
    what = "report taken by " + text(row, "subject");
  } else if (outcome == "done") {
    what = activity(kind) + " done in " + text(row, "seconds") + " s";
  } else if (outcome == "postponed") {
    what = activity(kind) + " waits, " + because(row);
  } else {
    what = activity(kind) + " tried, " + because(row);
  }
  const std::string times = text(row, "times");
  return {.at = text(row, "at"),
          .what = what + (times == "1" ? "" : ", " + times + " times") + " (" + job_name(row) + ")",
          .next = {}};
}

/// Where a job stands now; none when it is done or another one took its place.
std::optional<TimelineEntry> standing_entry(const pqxx::row& row) {
  const std::string state = text(row, "state");
  const std::string kind = text(row, "kind");
  const std::string number = text(row, "job_id");
  const bool overtaken = row["overtaken"].as<bool>();
  if (state == "done") return std::nullopt;
  if (const std::string paused = text(row, "paused"); !paused.empty()) {
    return TimelineEntry{.at = text(row, "run_at"),
                         .what = activity(kind) + " waits, paused by " + text(row, "paused_by") + " since " +
                                 text(row, "paused_since") + " (job " + number + ")",
                         .stuck = true,
                         .next = "glisson resume " + paused};
  }
  if (state == "scheduled") {
    return TimelineEntry{
        .at = text(row, "run_at"), .what = activity(kind) + " is due (job " + number + ")", .next = {}};
  }
  if (state == "running") {
    return TimelineEntry{.at = text(row, "started_at"),
                         .what = activity(kind) + " runs at " + text(row, "worker") + " (job " + number + ")",
                         .next = {}};
  }
  TimelineEntry entry{.at = text(row, "ended_at"), .what = {}, .stuck = !overtaken, .next = {}};
  const std::string destination = kind == "deliver" ? " to " + text(row, "name") : std::string();
  entry.what = activity(kind) + destination + ' ' + (state == "dead" ? "ended" : state) + ", " +
               because(row) + " (job " + number + ")";
  if (!entry.stuck) return entry;
  if (state == "held") {
    entry.next = "glisson peer change " + text(row, "name") +
                 " --purpose PURPOSE --responsible PERSON --until YYYY-MM-DD";
  } else if (kind == "deliver" || is_of_the_process(text(row, "reason"))) {
    entry.next = text(row, "kind") == "compare" ? "glisson job decide " + number + " --keep first|second"
                                                : "glisson job retry " + number;
  } else {
    entry.next = "glisson job show " + number;
  }
  return entry;
}

StudyTimeline timeline_of(Transaction& transaction, const pqxx::row& study) {
  StudyTimeline timeline{.study_instance_uid = text(study, "study_instance_uid"),
                         .accession_number = text(study, "accession_number"),
                         .state = {},
                         .entries = {}};
  for (const pqxx::row& row : transaction.run(select_received, study["study_id"].as<std::int64_t>())) {
    timeline.entries.push_back(received_entry(row));
  }
  for (const pqxx::row& row : transaction.run(select_study_attempts, timeline.study_instance_uid)) {
    timeline.entries.push_back(attempt_entry(row));
  }
  for (const pqxx::row& row : transaction.run(select_study_reports, timeline.study_instance_uid)) {
    timeline.entries.push_back({.at = text(row, "at"),
                                .what = "report written: " + counted(text(row, "regions"), "region") + ", " +
                                        counted(text(row, "scores"), "score") + " (analysis " +
                                        text(row, "analysis_id") + ")",
                                .next = {}});
  }
  for (const pqxx::row& row : transaction.run(select_study_jobs, timeline.study_instance_uid)) {
    if (auto entry = standing_entry(row)) timeline.entries.push_back(std::move(*entry));
  }
  timeline.state =
      text(transaction.run(select_study_state, study["study_id"].as<std::int64_t>())[0], "state");
  std::stable_sort(timeline.entries.begin(), timeline.entries.end(),
                   [](const TimelineEntry& one, const TimelineEntry& other) { return one.at < other.at; });
  return timeline;
}

}  // namespace

std::vector<StudyTimeline> study_timelines(Database& database, const std::string& accession_or_study_uid) {
  return database.connection().transaction([&](Transaction& transaction) {
    std::vector<StudyTimeline> timelines;
    for (const pqxx::row& study : transaction.run(select_studies, accession_or_study_uid)) {
      timelines.push_back(timeline_of(transaction, study));
    }
    return timelines;
  });
}

}  // namespace glisson::storage
