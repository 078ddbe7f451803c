#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/service_database.hpp"
#include "storage/timeline.hpp"

namespace glisson::server {
namespace {

nlohmann::json to_json(const storage::StudyTimeline& study) {
  nlohmann::json object{{"study_instance_uid", study.study_instance_uid},
                        {"accession_number", study.accession_number},
                        {"state", study.state},
                        {"entries", nlohmann::json::array()}};
  for (const auto& entry : study.entries) {
    object["entries"].push_back(
        {{"at", entry.at}, {"what", entry.what}, {"stuck", entry.stuck}, {"next", entry.next}});
  }
  return object;
}

void print(const storage::StudyTimeline& study) {
  std::cout << fmt::format(
      "Study {}{}: {}\n", study.study_instance_uid,
      study.accession_number.empty() ? "" : " (accession " + study.accession_number + ")", study.state);
  for (const auto& entry : study.entries) {
    std::cout << fmt::format("  {}  {}{}\n", entry.at, entry.stuck ? "! " : "", entry.what);
    if (!entry.next.empty()) std::cout << fmt::format("{:>28}next: {}\n", "", entry.next);
  }
}

}  // namespace

int explain(const ExplainOptions& options) {
  auto database = open_service_database(options.settings, "explain");
  const auto studies = storage::study_timelines(database, options.study);
  if (studies.empty()) {
    std::cerr << "glisson: no study with this accession number or Study Instance UID has arrived\n";
    return exit_not_found;
  }
  if (options.json) {
    auto rows = nlohmann::json::array();
    for (const auto& study : studies) rows.push_back(to_json(study));
    std::cout << rows.dump(2) << '\n';
    return exit_success;
  }
  for (const auto& study : studies) print(study);
  return exit_success;
}

}  // namespace glisson::server
