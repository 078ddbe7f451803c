#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "engine/errors.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/error_report.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/settings_options.hpp"
#include "server/study_folder.hpp"
#include "server/study_recipe.hpp"

namespace glisson::server {
namespace {

/// Without a database nothing remembers a segment: its identity is the segmentation's and its number.
TrackingSource tracking_of(const StudyInput& input) {
  return [digest = input.digest](const engine::SegmentMask& segment, const engine::Vector3&) {
    const std::string uid = dicom::derive_uid(fmt::format("tracking {} {}", digest, segment.segment_number));
    return std::pair(
        segment.label.empty() ? fmt::format("Segment {}", segment.segment_number) : segment.label, uid);
  };
}

void write(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw TransientError(fmt::format("{} cannot be written", path.string()));
}

nlohmann::json to_json(const StudyAnalysis& analysis, const std::filesystem::path& file,
                       const ProfiledReport& report) {
  nlohmann::json object{{"report", file.string()},
                        {"sop_instance_uid", report.object.sop_instance_uid.value()},
                        {"summary", dicom::report_summary(analysis.report)},
                        {"regions", nlohmann::json::array()}};
  for (const auto& region : analysis.report.regions) {
    object["regions"].push_back({{"segment", region.segment_number},
                                 {"lesion", region.is_lesion},
                                 {"features", region.features.size()},
                                 {"not_measured", region.not_measured}});
  }
  return object;
}

/// Writes the report of one segmentation and adds what it says to `rows`.
void analyse_segmentation(StudyInput input, const Recipe& recipe, const AnalyseOptions& options,
                          nlohmann::json& rows) {
  input.digest = digest_of_files(input);
  const auto analysis = analyse_study(input, recipe, tracking_of(input));
  for (const ProfiledReport& report : encode_reports(*analysis)) {
    // One file: the IOD that destinations are offered first, with everything that was found.
    if (report.iod != dicom::ReportIod::comprehensive_3d) continue;
    if (report.demonstration != dicom::shows_demonstration(analysis->report)) continue;
    const auto path = options.out / (report.object.sop_instance_uid.value() + ".dcm");
    write(path, report.object.part10);
    rows.push_back(to_json(*analysis, path, report));
    if (!options.json)
      std::cout << dicom::report_summary(analysis->report) << "\nwritten to " << path.string() << '\n';
  }
}

}  // namespace

int analyse(const AnalyseOptions& options) {
  const config::Settings settings = resolve(options.settings);
  const Recipe recipe = load_recipe(settings, settings.protocol);
  const StudyFolder folder(options.folder);
  if (folder.segmentations().empty()) {
    throw RejectedInput(RejectionReason::not_a_segmentation,
                        fmt::format("there is no DICOM Segmentation in {}", options.folder.string()));
  }
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  if (error || !std::filesystem::is_directory(options.out)) {
    throw TransientError(fmt::format("the folder {} cannot be made{}", options.out.string(),
                                     error ? ": " + error.message() : "; a file has that name"));
  }
  int exit_code = exit_success;
  auto rows = nlohmann::json::array();
  for (const auto& segmentation : folder.segmentations()) {
    // What is wrong with one segmentation does not keep the others from their reports.
    const int outcome = report_errors([&] {
      analyse_segmentation(folder.input_of(segmentation), recipe, options, rows);
      return exit_success;
    });
    if (outcome != exit_success) exit_code = outcome;
  }
  if (options.json) std::cout << rows.dump(2) << '\n';
  return exit_code;
}

}  // namespace glisson::server
