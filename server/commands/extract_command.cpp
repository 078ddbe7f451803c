#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/protocol_file.hpp"
#include "dicom/images/image_series.hpp"
#include "dicom/images/segmentation.hpp"
#include "engine/errors.hpp"
#include "engine/stage_times.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/exit_code.hpp"
#include "server/commands/settings_options.hpp"
#include "server/region_measurement.hpp"
#include "server/study_folder.hpp"

namespace glisson::server {
namespace {

using Json = nlohmann::ordered_json;

std::vector<const engine::SegmentMask*> wanted_segments(const dicom::Segmentation& segmentation,
                                                        const std::vector<int>& numbers) {
  std::vector<const engine::SegmentMask*> wanted;
  std::string existing;
  for (const auto& segment : segmentation.segments) {
    existing += existing.empty() ? "" : ", ";
    existing += std::to_string(segment.segment_number);
    if (numbers.empty()) wanted.push_back(&segment);
  }
  for (const int number : numbers) {
    const auto found = std::find_if(segmentation.segments.begin(), segmentation.segments.end(),
                                    [&](const auto& segment) { return segment.segment_number == number; });
    if (found == segmentation.segments.end()) {
      throw RejectedInput(RejectionReason::no_such_segment,
                          "there is no segment " + std::to_string(number) + "; there are " + existing);
    }
    if (std::ranges::find(wanted, &*found) == wanted.end()) wanted.push_back(&*found);
  }
  return wanted;
}

/// Says why a region was not measured.
void print_reason(const MeasuredRegion& region) {
  std::cerr << "glisson: " << region.reason << ": segment " << region.segment_number();
  if (region.derivation) std::cerr << ", " << region_name(*region.derivation);
  std::cerr << ": " << region.detail << '.';
  if (!region.remedy.empty()) std::cerr << ' ' << region.remedy;
  std::cerr << '\n';
}

/// Every row says by which protocol its value was computed, so that rows of many files may be put together.
void print_csv(const std::vector<MeasuredRegion>& regions, const dicom::ImageSeries& images,
               const engine::ExtractionProtocol& protocol) {
  std::cout << "segment,feature,value,reason,unit,convention,protocol,version,digest\n";
  const std::string by = protocol.name + ',' + protocol.version + ',' + protocol.digest;
  for (const MeasuredRegion& region : regions) {
    for (const engine::Feature& feature : region.features) {
      std::array<char, 64> value{};
      if (feature.value) std::snprintf(value.data(), value.size(), "%.17g", *feature.value);
      std::cout << region.segment_number() << ',' << feature.name << ',' << value.data() << ','
                << (feature.reason ? keyword(*feature.reason) : "") << ',';
      if (feature.definition != nullptr) {
        std::cout << engine::ucum_unit(*feature.definition, images.intensity_unit) << ','
                  << keyword(feature.definition->convention);
      } else {
        std::cout << ',';
      }
      std::cout << ',' << by << '\n';
    }
  }
}

Json to_json(const engine::CodedConcept& code) {
  return {{"value", code.value}, {"scheme", code.scheme}, {"meaning", code.meaning}};
}

Json to_json(const engine::Feature& feature, const std::string& intensity_unit) {
  Json json{{"name", feature.name}, {"value", nullptr}};
  if (feature.value) json["value"] = *feature.value;
  if (feature.reason) json["reason"] = std::string(keyword(*feature.reason));
  if (feature.value && feature.reason) json["sentinel"] = true;
  if (feature.definition != nullptr) {
    json["unit"] = engine::ucum_unit(*feature.definition, intensity_unit);
    if (!feature.definition->ibsi_code.empty()) json["ibsi"] = feature.definition->ibsi_code;
  }
  return json;
}

Json to_json(const MeasuredRegion& region, const std::string& intensity_unit) {
  Json json{{"segment", region.segment_number()}};
  if (region.derivation) json["derivation"] = region_name(*region.derivation);
  if (region.segment != nullptr) {
    json["label"] = region.segment->label;
    json["type"] = to_json(region.segment->type);
  }
  json["voxels"] = region.size.voxels;
  if (!region.reason.empty()) json["not_measured"] = region.reason;
  json["features"] = Json::array();
  for (const auto& feature : region.features) json["features"].push_back(to_json(feature, intensity_unit));
  return json;
}

engine::Convention convention_of(const engine::ExtractionProtocol& protocol) {
  return std::holds_alternative<engine::PyRadiomicsSettings>(protocol.settings)
             ? engine::Convention::pyradiomics
             : engine::Convention::ibsi;
}

void print_json(const std::vector<MeasuredRegion>& regions, const dicom::ImageSeries& images,
                const engine::ExtractionProtocol& protocol) {
  Json segments = Json::array();
  for (const MeasuredRegion& region : regions) segments.push_back(to_json(region, images.intensity_unit));
  const Json document{{"software", "glisson " GLISSON_VERSION},
                      {"protocol",
                       {{"name", protocol.name},
                        {"version", protocol.version},
                        {"digest", protocol.digest},
                        {"convention", keyword(convention_of(protocol))}}},
                      {"images", {{"modality", images.modality}, {"count", images.images.size()}}},
                      {"segments", segments}};
  std::cout << document.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

/// Stages overlap where threads share the work: their times add up to more than the wall clock's.
void print_stage_times(double total) {
  for (const engine::StageTime& stage : engine::stage_times()) {
    std::array<char, 128> line{};
    std::snprintf(line.data(), line.size(), "%-24s %10.1f ms %6zu x", stage.stage.c_str(),
                  stage.seconds * 1000, stage.visits);
    std::cerr << line.data() << '\n';
  }
  std::array<char, 128> line{};
  std::snprintf(line.data(), line.size(), "%-24s %10.1f ms", "all, wall clock", total * 1000);
  std::cerr << line.data() << '\n';
}

struct InputOfExtraction {
  dicom::ImageSeries images;
  dicom::Segmentation segmentation;
};

InputOfExtraction read_input(const ExtractOptions& options, const engine::ExtractionProtocol& protocol) {
  InputOfExtraction input;
  StudyInput files;
  {
    const engine::StageClock clock("finding files");
    files = StudyFolder(options.images).input_of(options.segmentation);
  }
  {
    const engine::StageClock clock("reading images");
    input.images = read_measurable_images(files, protocol);
  }
  const engine::StageClock clock("reading segmentation");
  // Derived regions may need masks that nobody asked for.
  const bool only_wanted = protocol.derived_regions.empty();
  input.segmentation =
      dicom::read_segmentation(options.segmentation, input.images,
                               only_wanted ? std::span<const int>(options.segments) : std::span<const int>{});
  return input;
}

}  // namespace

int extract(const ExtractOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  if (options.timing) engine::collect_stage_times();
  const config::Settings settings = resolve(options.settings);
  const auto protocol = config::find_protocol(options.protocol, settings.protocol_folder());
  const auto [images, segmentation] = read_input(options, protocol);
  const auto selection = select_segments(segmentation.segments, settings.label_rules);
  const auto regions =
      measure_regions(images.volume, images.padding, wanted_segments(segmentation, options.segments),
                      segmented_liver(segmentation.segments, selection), protocol, settings.memory_budget);
  bool complete = true;
  for (const MeasuredRegion& region : regions) {
    if (region.reason.empty()) continue;
    print_reason(region);
    // That a lesion has no necrotic core, for instance, is a finding.
    if (!region.derivation) complete = false;
  }
  if (options.format == "json") {
    print_json(regions, images, protocol);
  } else {
    print_csv(regions, images, protocol);
  }
  if (options.timing) {
    print_stage_times(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return complete ? exit_success : exit_rejected_input;
}

}  // namespace glisson::server
