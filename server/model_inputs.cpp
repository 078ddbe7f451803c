#include "server/model_inputs.hpp"

#include <algorithm>

namespace glisson::server {
namespace {

using engine::InputValue;
using engine::ModelContext;

/// How far a diameter drawn by hand may be from the true one, mm.
double size_tolerance(const engine::LesionSize& size) {
  constexpr double reader_tolerance = 2;
  return std::max(reader_tolerance, size.pixel_size);
}

InputValue diameter(const engine::Axis& axis, const engine::LesionSize& size) {
  return {axis.length, "mm", size_tolerance(size)};
}

void add_features(ModelContext& context, const engine::FeatureVector& features,
                  const std::string& intensity_unit) {
  for (const engine::Feature& feature : features) {
    if (feature.value && !feature.reason) {
      const std::string unit =
          feature.definition == nullptr ? "1" : engine::ucum_unit(*feature.definition, intensity_unit);
      context.values[feature.name] = {*feature.value, unit};
    } else {
      context.undefined[feature.name] = feature.reason ? std::string(keyword(*feature.reason)) : "no value";
    }
  }
}

}  // namespace

ModelContext patient_context(std::span<const MeasuredLesion> lesions, const MeasuredImages& images) {
  ModelContext context;
  context.modality = images.modality;
  context.phase = images.phase;
  context.protocol_digest = images.protocol_digest;
  for (const MeasuredLesion& lesion : lesions) {
    if (lesion.ambiguity.empty()) continue;
    for (const char* measure : {"lesion_count", "largest_diameter", "total_diameter"})
      context.undefined.emplace(measure, lesion.ambiguity);
  }
  context.values["lesion_count"] = {static_cast<double>(lesions.size()), "1"};
  if (lesions.empty()) return context;

  InputValue largest{0, "mm"};
  InputValue total{0, "mm"};
  InputValue volume{0, "mm3"};
  context.lesion_volume = lesions.front().size->volume;
  context.lesion_slices = lesions.front().size->slices;
  for (const MeasuredLesion& lesion : lesions) {
    const InputValue longest = diameter(lesion.size->long_axis, *lesion.size);
    largest.value = std::max(largest.value, longest.value);
    largest.tolerance = std::max(largest.tolerance, longest.tolerance);
    total.value += longest.value;
    total.tolerance += longest.tolerance;
    volume.value += lesion.size->volume;
    context.lesion_volume = std::min(context.lesion_volume, lesion.size->volume);
    context.lesion_slices = std::min(context.lesion_slices, lesion.size->slices);
  }
  context.values["largest_diameter"] = largest;
  context.values["total_diameter"] = total;
  context.values["total_volume"] = volume;
  return context;
}

ModelContext lesion_context(const MeasuredLesion& lesion, std::span<const MeasuredLesion> lesions,
                            const MeasuredImages& images) {
  ModelContext context = patient_context(lesions, images);
  context.segment_number = lesion.segment_number;
  context.lesion_volume = lesion.size->volume;
  context.lesion_slices = lesion.size->slices;
  if (!lesion.ambiguity.empty()) {
    for (const char* measure : {"long_axis", "short_axis"}) context.undefined[measure] = lesion.ambiguity;
  }
  context.values["long_axis"] = diameter(lesion.size->long_axis, *lesion.size);
  context.values["short_axis"] = diameter(lesion.size->short_axis, *lesion.size);
  context.values["volume"] = {lesion.size->volume, "mm3"};
  if (lesion.features != nullptr) add_features(context, *lesion.features, images.intensity_unit);
  return context;
}

std::vector<engine::RiskAssessment> assess_all(std::span<const engine::RiskModel> models,
                                               std::span<const MeasuredLesion> lesions,
                                               const MeasuredImages& images) {
  const ModelContext patient = patient_context(lesions, images);
  std::vector<ModelContext> contexts;
  for (const MeasuredLesion& lesion : lesions) contexts.push_back(lesion_context(lesion, lesions, images));
  std::vector<engine::RiskAssessment> assessments;
  for (const engine::RiskModel& model : models) {
    if (model.scope == engine::ModelScope::patient) {
      assessments.push_back(assess_risk(model, patient));
      continue;
    }
    for (const ModelContext& context : contexts) assessments.push_back(assess_risk(model, context));
  }
  return assessments;
}

}  // namespace glisson::server
