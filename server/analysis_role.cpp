#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "dicom/images/content_digest.hpp"
#include "engine/errors.hpp"
#include "server/log.hpp"
#include "server/roles.hpp"
#include "server/sandbox/sandbox.hpp"
#include "server/study_recipe.hpp"
#include "server/worker.hpp"
#include "storage/index.hpp"
#include "storage/instance_store.hpp"
#include "storage/results.hpp"
#include "storage/store_identity.hpp"

namespace glisson::server {
namespace {

class Analysis {
 public:
  explicit Analysis(const config::Settings& settings)
      : settings_(settings),
        entities_(settings.application_entities()),
        store_(settings.instances()),
        store_identity_(store_) {
    for (const auto& entity : entities_) {
      if (!recipes_.contains(entity.protocol)) {
        recipes_.emplace(entity.protocol, load_recipe(settings, entity.protocol));
      }
    }
  }

  /// @throws TransientError where the files cannot be those of the database.
  void require_store(storage::Database& database) { store_identity_.require(database); }

  void work(storage::Database& database, const storage::Job& job) {
    if (job.kind == storage::JobKind::compare) return compare(database, job);
    const auto inputs = storage::analysis_inputs(database, job.instance_id);
    if (inputs.conflicting) {
      throw RejectedInput(RejectionReason::conflicting_instances,
                          "an image or the segmentation was received twice with different pixels");
    }
    if (inputs.referenced == 0) {
      throw RejectedInput(RejectionReason::missing_attribute, "the segmentation refers to no images");
    }
    if (inputs.images.size() < inputs.referenced) return wait_or_give_up(database, job, inputs);
    const config::ApplicationEntity& entity = receiver(inputs);
    if (inputs.settled < entity.settle_time) {
      return wait_for_series(database, job, entity.settle_time - inputs.settled);
    }
    const StudyInput input = study_input(inputs);
    const Recipe& recipe = recipes_.at(entity.protocol);
    const auto analysis = analyse_study(input, recipe, tracking(database, job));
    const auto earlier = storage::earlier_results(database, job.instance_id, recipe.protocol.name);
    if (earlier && earlier->result_digest == analysis->results_digest) {
      storage::complete_job(database, job);
      log::info("the results are those that were reported before");
      return;
    }
    if (storage::store_results(database, job, to_result(*analysis, input, earlier))) {
      log::info(fmt::format("{} regions analysed", analysis->report.regions.size()));
    } else {
      log::warning("another process has the job now; nothing was written");
    }
  }

 private:
  /// The title of this node that received the segmentation; the first where that is not known, or is none any
  /// more.
  const config::ApplicationEntity& receiver(const storage::AnalysisInputs& inputs) const {
    const auto found =
        std::ranges::find(entities_, inputs.application_entity, &config::ApplicationEntity::title);
    return found == entities_.end() ? entities_.front() : *found;
  }

  /// The same UID arrived with other bytes: the same image under a corrected header, or another image?
  void compare(storage::Database& database, const storage::Job& job) {
    const auto inputs = storage::comparison_inputs(database, job.instance_id);
    bool same = false;
    std::string why = "they differ in pixels or geometry";
    try {
      same = dicom::image_content_digest(store_.path_of(inputs.first_file_id)) ==
             dicom::image_content_digest(store_.path_of(inputs.second_file_id));
    } catch (const RejectedInput& error) {
      if (!store_identity_.holds()) throw TransientError("the instance store is not there");
      // What cannot be compared is not known to be the same.
      why = fmt::format("they cannot be compared, {}: {}", keyword(error.reason()), error.what());
    }
    storage::decide_comparison(database, job, same, why, settings_.settle_time);
    if (!same) log::error(fmt::format("two objects have one SOP Instance UID, and {}", why));
  }

  void wait_or_give_up(storage::Database& database, const storage::Job& job,
                       const storage::AnalysisInputs& inputs) {
    const std::string count =
        fmt::format("incomplete: {} of {} images", inputs.images.size(), inputs.referenced);
    if (inputs.waiting >= settings_.incomplete_after) {
      throw RejectedInput(RejectionReason::incomplete_series, count);
    }
    // An image that arrives brings the job forward; else it looks once more when the wait is over.
    storage::postpone_job(database, job, settings_.incomplete_after - inputs.waiting,
                          {"waiting_for_images", count});
  }

  /// Images that the segmentation does not refer to belong to its volume too, and do not move its job.
  static void wait_for_series(storage::Database& database, const storage::Job& job,
                              std::chrono::seconds rest) {
    storage::postpone_job(database, job, rest,
                          {"waiting_for_images", "other images of the series are still arriving"});
  }

  StudyInput study_input(const storage::AnalysisInputs& inputs) const {
    StudyInput input;
    input.segmentation = file_of(inputs.segmentation_file_id);
    std::vector<Sha256> digests{inputs.segmentation_digest};
    for (const auto& image : inputs.images) {
      input.images.push_back(file_of(image.file_id));
      digests.push_back(image.digest);
    }
    for (const auto& image : inputs.rest_of_series) {
      input.rest_of_series.push_back(file_of(image.file_id));
      digests.push_back(image.digest);
    }
    input.digest = input_digest(digests);
    input.received_at = inputs.received_at;
    return input;
  }

  /// An object that comes again repairs its file and wakes the analysis.
  std::filesystem::path file_of(const std::string& id) const {
    if (!store_.has(id, 0)) {
      if (!store_identity_.holds()) throw TransientError("the instance store is not there");
      throw RejectedInput(RejectionReason::missing_file, "file " + id + " is not in the instance store");
    }
    return store_.path_of(id);
  }

  static TrackingSource tracking(storage::Database& database, const storage::Job& job) {
    return [&database, &job](const engine::SegmentMask& segment, const engine::Vector3& centroid) {
      const auto tracking =
          storage::tracking_for(database, job.instance_id, segment.segment_number, segment.label, centroid);
      return std::pair(tracking.id, tracking.uid);
    };
  }

  static storage::RegionResult to_result(const dicom::ReportedRegion& region,
                                         const std::vector<engine::SegmentMask>& segments) {
    const auto segment =
        std::ranges::find(segments, region.segment_number, &engine::SegmentMask::segment_number);
    const char* drawn_role = region.is_lesion ? "lesion" : "liver";
    return {.segment_number = region.segment_number,
            .label = segment == segments.end() ? region.title : segment->label,
            .role = region.derivation.empty() ? drawn_role : "derived",
            .derivation = region.derivation,
            .tracking_id = region.tracking_id,
            .tracking_uid = region.tracking_uid,
            .size = region.size,
            .features = region.features,
            .not_measured = region.not_measured};
  }

  static std::vector<EarlierReport> predecessors(const std::optional<storage::EarlierResults>& earlier) {
    std::vector<EarlierReport> reports;
    if (!earlier) return reports;
    for (const storage::ReportResult& report : earlier->reports) {
      reports.push_back(
          {dicom::report_iod(report.iod),
           report.demonstration,
           {dicom::SopClassUid(report.sop_class_uid), dicom::SopInstanceUid(report.sop_instance_uid),
            dicom::SeriesInstanceUid(report.series_instance_uid)}});
    }
    return reports;
  }

  static storage::AnalysisResult to_result(const StudyAnalysis& analysis, const StudyInput& input,
                                           const std::optional<storage::EarlierResults>& earlier) {
    const engine::ExtractionProtocol& protocol = *analysis.report.protocol;
    storage::AnalysisResult result;
    result.protocol_name = protocol.name;
    result.protocol_version = protocol.version;
    result.protocol_digest = protocol.digest;
    result.image_series_instance_uid = analysis.images.series_instance_uid.value();
    result.intensity_unit = analysis.images.intensity_unit;
    result.input_digest = input.digest;
    result.result_digest = analysis.results_digest;
    result.software_version = analysis.report.software_version;
    result.summary = dicom::report_summary(analysis.report);
    for (const auto& region : analysis.report.regions) {
      result.regions.push_back(to_result(region, analysis.segmentation.segments));
    }
    result.assessments = analysis.report.assessments;
    for (auto& report : encode_reports(analysis, predecessors(earlier))) {
      result.reports.push_back({std::string(dicom::keyword(report.iod)), report.demonstration,
                                report.object.sop_class_uid.value(), report.object.sop_instance_uid.value(),
                                report.object.series_instance_uid.value(), std::move(report.object.part10)});
    }
    return result;
  }

  const config::Settings& settings_;
  std::vector<config::ApplicationEntity> entities_;
  storage::InstanceStore store_;
  storage::StoreIdentity store_identity_;
  std::map<std::string, Recipe> recipes_;  ///< By the protocol's name.
};

}  // namespace

int run_analysis_role(const config::Settings& settings, int control,
                      const std::optional<ProcessEnd>& predecessor) {
  Analysis analysis(settings);
  return work_on_jobs(
      settings, control, predecessor,
      {.name = "analysis",
       .kinds = {storage::JobKind::analyse, storage::JobKind::compare},
       .work = [&](storage::Database& database, const storage::Job& job) { analysis.work(database, job); },
       .confine =
           [&] {
             enter_sandbox({.readable = {settings.instances()},
                            .writable = {},
                            .memory = settings.memory_limit,
                            .control = control});
           },
       .before_claim = [&](storage::Database& database) { analysis.require_store(database); }});
}

}  // namespace glisson::server
