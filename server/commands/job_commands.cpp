#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/service_database.hpp"
#include "server/resources/pause_words.hpp"
#include "storage/job_queue.hpp"
#include "storage/pauses.hpp"

namespace glisson::server {
namespace {

nlohmann::json to_json(const storage::JobView& job) {
  return {{"job_id", job.id},
          {"kind", job.kind},
          {"state", job.state},
          {"study_instance_uid", job.study_instance_uid},
          {"subject", job.subject},
          {"attempt", job.attempt},
          {"failures", job.failures},
          {"run_at", job.run_at},
          {"created_at", job.created_at},
          {"finished_at", job.finished_at},
          {"reason", job.reason},
          {"detail", job.detail}};
}

int no_such_job(long long id) {
  std::cerr << fmt::format("glisson: there is no job {}; `glisson job list` shows them\n", id);
  return exit_not_found;
}

/// Tells of the pauses that hold one of these jobs.
void print_pauses(storage::Database& database, const std::vector<storage::JobView>& jobs) {
  for (const auto& pause : storage::list_pauses(database)) {
    const bool holds = std::ranges::any_of(jobs, [&](const auto& job) {
      const auto activity = job.kind == "deliver" ? storage::Activity::deliver : storage::Activity::analyse;
      return job.state == "scheduled" && pause.activity == activity;
    });
    if (!holds) continue;
    std::cout << fmt::format("{}\nTo go on: glisson resume {}\n", sentence(pause),
                             storage::keyword(pause.activity));
  }
}

}  // namespace

int job_list(const JobOptions& options) {
  auto database = open_service_database(options.settings, "job");
  const auto jobs =
      storage::list_jobs(database, {.state = options.state, .kind = {}, .limit = options.limit});
  if (options.json) {
    auto rows = nlohmann::json::array();
    for (const auto& job : jobs) rows.push_back(to_json(job));
    std::cout << rows.dump(2) << '\n';
    return exit_success;
  }
  if (jobs.empty())
    std::cout << (options.state.empty() ? "Nothing waits and nothing failed.\n" : "No such jobs.\n");
  for (const auto& job : jobs) {
    std::cout << fmt::format("{:>8}  {:<8} {:<10} {}  {}  {}\n", job.id, job.kind, job.state, job.run_at,
                             job.subject, job.reason);
  }
  print_pauses(database, jobs);
  return exit_success;
}

int job_show(const JobOptions& options) {
  auto database = open_service_database(options.settings, "job");
  const auto job = storage::show_job(database, options.id);
  if (!job) return no_such_job(options.id);
  const auto attempts = storage::job_attempts(database, options.id);
  if (options.json) {
    auto object = to_json(*job);
    object["attempts"] = nlohmann::json::array();
    for (const auto& attempt : attempts) {
      object["attempts"].push_back({{"attempt", attempt.attempt},
                                    {"worker", attempt.worker},
                                    {"started_at", attempt.started_at},
                                    {"ended_at", attempt.ended_at},
                                    {"outcome", attempt.outcome},
                                    {"reason", attempt.reason},
                                    {"detail", attempt.detail}});
    }
    std::cout << object.dump(2) << '\n';
    return exit_success;
  }
  std::cout << fmt::format("job {} ({}) is {}\n  study    {}\n  subject  {}\n  created  {}\n  due      {}\n",
                           job->id, job->kind, job->state, job->study_instance_uid, job->subject,
                           job->created_at, job->run_at);
  if (!job->finished_at.empty()) std::cout << fmt::format("  finished {}\n", job->finished_at);
  if (!job->reason.empty()) std::cout << fmt::format("  reason   {}: {}\n", job->reason, job->detail);
  for (const auto& attempt : attempts) {
    std::cout << fmt::format("  attempt {} by {}: {} to {}, {} {} {}\n", attempt.attempt, attempt.worker,
                             attempt.started_at, attempt.ended_at.empty() ? "now" : attempt.ended_at,
                             attempt.outcome, attempt.reason, attempt.detail);
  }
  if (job->kind == "compare" && job->state == "dead") {
    std::cout << fmt::format("Once you know which is right: glisson job decide {} --keep first|second\n",
                             job->id);
  } else if (job->state == "scheduled") {
    print_pauses(database, {*job});
  } else if (job->state == "dead" || job->state == "blocked" || job->state == "held") {
    std::cout << fmt::format("Once the cause is mended: glisson job retry {}\n", job->id);
  }
  return exit_success;
}

int job_retry(const JobOptions& options) {
  auto database = open_service_database(options.settings, "job");
  const auto job = storage::show_job(database, options.id);
  if (!job) return no_such_job(options.id);
  if (!storage::retry_job_now(database, options.id)) {
    std::cerr << fmt::format("glisson: job {} is {}; only dead, blocked and held jobs can be tried again\n",
                             options.id, job->state);
    return exit_usage;
  }
  std::cout << fmt::format("job {} is scheduled again\n", options.id);
  return exit_success;
}

int job_decide(const JobOptions& options) {
  auto database = open_service_database(options.settings, "job");
  const bool first = options.keep == "first";
  if (!storage::decide_conflict(database, options.id,
                                first ? storage::KeptObject::first : storage::KeptObject::second)) {
    if (!storage::show_job(database, options.id)) return no_such_job(options.id);
    std::cerr << fmt::format("glisson: job {} is no comparison that ended in a conflict\n", options.id);
    return exit_usage;
  }
  std::cout << fmt::format(
      "The {} object is used; the other stays on disk. Analyses that need it are scheduled.\n",
      first ? "first" : "second");
  return exit_success;
}

}  // namespace glisson::server
