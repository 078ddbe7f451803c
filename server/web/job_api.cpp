#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "server/log.hpp"
#include "server/web/api.hpp"
#include "server/web/job_advice.hpp"
#include "storage/job_queue.hpp"

namespace glisson::server {
namespace {

using nlohmann::json;

json to_json(const storage::JobView& job) {
  return {{"id", job.id},
          {"kind", job.kind},
          {"state", job.state},
          {"study", text_or_null(job.study_instance_uid)},
          {"accession_number", text_or_null(job.accession_number)},
          {"subject", text_or_null(job.subject)},
          {"attempt", job.attempt},
          {"failures", job.failures},
          {"run_at", job.run_at},
          {"created_at", job.created_at},
          {"finished_at", text_or_null(job.finished_at)},
          {"reason", text_or_null(job.reason)},
          {"detail", text_or_null(job.detail)},
          {"advice", text_or_null(job_advice(job.reason))}};
}

Response show_jobs(Call& call) {
  const auto limit = static_cast<int>(call.number("limit", 50, 1, 500));
  // One more than asked for tells whether there are more.
  auto jobs = storage::list_jobs(call.database, {.state = call.parameter("state"),
                                                 .kind = call.parameter("kind"),
                                                 .limit = limit + 1,
                                                 .before = call.number("before", 0, 0, INT64_MAX)});
  const bool more = static_cast<int>(jobs.size()) > limit;
  if (more) jobs.pop_back();
  auto rows = json::array();
  for (const auto& job : jobs) rows.push_back(to_json(job));
  return json_response({{"jobs", std::move(rows)}, {"next", more ? json(jobs.back().id) : json()}});
}

Response retry(Call& call) {
  const std::string& text = call.arguments.front();
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool number = error == std::errc() && end == text.data() + text.size();
  const std::string reason = required_text(parse_object(call.request), "reason");
  if (!number || !storage::show_job(call.database, id)) {
    throw ApiError{404, "no_such_job", "There is no job of this number.", {}};
  }
  if (!storage::retry_job_now(call.database, id, call.author(reason))) {
    throw ApiError{
        409,
        "not_over",
        "Only what failed, is blocked or held can be tried again, and only where nothing newer took its "
        "place. An object that was refused must be sent again.",
        {}};
  }
  log::info(fmt::format("job {} is tried again by an administrator", id));
  return json_response({{"job", to_json(*storage::show_job(call.database, id))}});
}

}  // namespace

std::vector<Route> job_routes() {
  return {{"GET", "/api/jobs", Access::viewer, show_jobs},
          {"POST", "/api/jobs/{}/retry", Access::administrator, retry}};
}

}  // namespace glisson::server
