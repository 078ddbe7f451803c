#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/protocol_file.hpp"
#include "dicom/image_series.hpp"
#include "dicom/segmentation.hpp"
#include "engine/errors.hpp"
#include "engine/extraction.hpp"
#include "server/commands.hpp"
#include "server/exit_code.hpp"
#include "server/settings_options.hpp"
#include "server/study_folder.hpp"

namespace glisson::server {
namespace {

using Json = nlohmann::ordered_json;

/// A segment with its features, or with the reason why it could not be measured.
struct MeasuredSegment {
  const engine::SegmentMask* segment = nullptr;
  engine::FeatureVector features;
  std::string not_measured;  ///< Keyword of the reason; empty where the features are there.
};

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
    wanted.push_back(&*found);
  }
  return wanted;
}

MeasuredSegment measure(const engine::SegmentMask& segment, const engine::Volume& volume,
                        const engine::ExtractionProtocol& protocol) {
  try {
    return {&segment, engine::extract_features(volume, segment.mask, protocol), ""};
  } catch (const RejectedInput& error) {
    std::cerr << "glisson: " << keyword(error.reason()) << ": segment " << segment.segment_number << ": "
              << error.what() << ". " << remedy(error.reason()) << '\n';
    return {&segment, {}, std::string(keyword(error.reason()))};
  }
}

void print_csv(const std::vector<MeasuredSegment>& measured) {
  std::cout << "segment,feature,value\n";
  for (const MeasuredSegment& region : measured) {
    for (const engine::Feature& feature : region.features) {
      std::array<char, 64> value{};
      if (feature.value) std::snprintf(value.data(), value.size(), "%.17g", *feature.value);
      std::cout << region.segment->segment_number << ',' << feature.name << ',' << value.data() << '\n';
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
  if (feature.definition != nullptr) {
    json["unit"] = engine::ucum_unit(*feature.definition, intensity_unit);
    if (!feature.definition->ibsi_code.empty()) json["ibsi"] = feature.definition->ibsi_code;
  }
  return json;
}

void print_json(const std::vector<MeasuredSegment>& measured, const dicom::ImageSeries& images,
                const engine::ExtractionProtocol& protocol) {
  Json segments = Json::array();
  for (const MeasuredSegment& region : measured) {
    Json json{{"segment", region.segment->segment_number},
              {"label", region.segment->label},
              {"type", to_json(region.segment->type)},
              {"voxels", region.segment->mask.count()}};
    if (!region.not_measured.empty()) json["not_measured"] = region.not_measured;
    json["features"] = Json::array();
    for (const auto& feature : region.features)
      json["features"].push_back(to_json(feature, images.intensity_unit));
    segments.push_back(std::move(json));
  }
  const Json document{
      {"software", "glisson " GLISSON_VERSION},
      {"protocol", {{"name", protocol.name}, {"version", protocol.version}, {"digest", protocol.digest}}},
      {"images", {{"modality", images.modality}, {"count", images.images.size()}}},
      {"segments", segments}};
  std::cout << document.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace

int extract(const ExtractOptions& options) {
  const config::Settings settings = resolve(options.settings);
  const auto protocol = config::find_protocol(options.protocol, settings.protocol_folder());
  const StudyInput input = StudyFolder(options.images).input_of(options.segmentation);
  const auto images = dicom::read_image_series(input.images, input.rest_of_series);
  const auto segmentation = dicom::read_segmentation(options.segmentation, images);

  std::vector<MeasuredSegment> measured;
  for (const auto* segment : wanted_segments(segmentation, options.segments)) {
    measured.push_back(measure(*segment, images.volume, protocol));
  }
  if (options.format == "json") {
    print_json(measured, images, protocol);
  } else {
    print_csv(measured);
  }
  const bool complete = std::all_of(measured.begin(), measured.end(),
                                    [](const auto& region) { return region.not_measured.empty(); });
  return complete ? exit_success : exit_rejected_input;
}

}  // namespace glisson::server
