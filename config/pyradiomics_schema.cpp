#include <algorithm>
#include <iterator>

#include "config/protocol_schema.hpp"
#include "engine/extraction.hpp"

namespace glisson::config {
namespace {

// Outside these bounds a setting is a slip of the pen: intensities and voxels of medical images are not like
// that.
constexpr double smallest_bin_width = 1e-6;
constexpr double largest_bin_width = 1e6;
constexpr double smallest_spacing = 0.1;  // mm
constexpr double largest_spacing = 20;    // mm
constexpr int largest_pad_distance = 100;
constexpr int most_bins = 1024;

std::vector<ProtocolKey> image_keys() {
  const std::string bin_width_form = "from 0.000001 to 1000000";
  const std::string bin_count_form = "from 1 to 1024";
  const std::string spacing_form = "from 0.1 to 20 mm";
  const std::string pad_form = "from 0 to 100 voxels";
  return {
      {"image", "bin_width", bin_width_form, "the other of the two",
       "Width of a grey level (`binWidth`), in units of the image (HU for CT); bin edges are multiples of "
       "it.",
       false,
       [=](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         draft.pyradiomics.bin_width =
             number_within(source, value, "bin_width", smallest_bin_width, largest_bin_width, bin_width_form);
       }},
      {"image", "bin_count", bin_count_form, "the other of the two",
       "Fixed number of grey levels (`binCount`) between the extremes of each region and image type; instead "
       "of "
       "`bin_width`.",
       false,
       [=](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         draft.pyradiomics.bin_count =
             whole_number_within(source, value, "bin_count", 1, most_bins, bin_count_form);
       }},
      {"image", "resampled_pixel_spacing", "three numbers " + spacing_form, "native spacing",
       "Voxel size along x, y, z to which image (cubic B-spline) and mask (nearest voxel) are resampled "
       "(`resampledPixelSpacing`), mm.",
       false,
       [=](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         draft.pyradiomics.resampled_pixel_spacing = three_numbers_within(
             source, value, "resampled_pixel_spacing", smallest_spacing, largest_spacing, spacing_form);
       }},
      {"image", "pad_distance", pad_form, "5",
       "Margin around the region on the new grid (`padDistance`), voxels; only with resampling.", false,
       [=](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         draft.pyradiomics.pad_distance =
             whole_number_within(source, value, "pad_distance", 0, largest_pad_distance, pad_form);
       }},
  };
}

ProtocolKey classes_key() {
  return {"features",
          "classes",
          "one or more of " + quoted_list(engine::feature_classes()),
          "",
          "Feature classes, each with all of its features.",
          true,
          [](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
            draft.pyradiomics.feature_classes =
                names_among(source, value, "classes", "feature class", engine::feature_classes());
          }};
}

ProtocolKey weighting_key() {
  const auto& names = engine::weighting_norm_names();
  return {
      "features",
      "weighting_norm",
      "one of " + quoted_list(names),
      "features averaged over directions",
      "Distance weighting of GLCM and GLRLM (`weightingNorm`): their matrices of all directions, weighted by "
      "the distance of neighbours (exp(-d^2) and d, d in mm by this norm; \"no_weighting\": 1), are merged "
      "into one, whose features are computed.",
      false,
      [&names](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
        draft.pyradiomics.weighting_norm =
            static_cast<engine::WeightingNorm>(choice_among(source, value, "weighting_norm", names));
      }};
}

/// Distance weighting is that of two classes only.
void refuse_weighting_without_its_classes(const ProtocolDraft& draft, const TomlSource& source) {
  if (!draft.sets("features.weighting_norm")) return;
  for (const char* name : {"glcm", "glrlm"}) {
    if (std::ranges::find(draft.pyradiomics.feature_classes, name) !=
        draft.pyradiomics.feature_classes.end()) {
      return;
    }
  }
  source.refuse(draft.line_of("features.weighting_norm"),
                "weighting_norm contradicts classes without \"glcm\" and \"glrlm\"");
}

void refuse_both_or_neither_bins(const ProtocolDraft& draft, const TomlSource& source) {
  const bool width = draft.sets("image.bin_width");
  const bool count = draft.sets("image.bin_count");
  if (width && count) {
    source.refuse(draft.line_of("image.bin_count"), "bin_count contradicts bin_width: one of the two");
  }
  if (!width && !count) source.refuse(draft.line_of("image"), "[image] needs bin_width or bin_count");
}

/// A filter of which nothing is computed is a slip of the pen.
void refuse_filters_without_features(const ProtocolDraft& draft, const TomlSource& source) {
  const bool original_only = draft.image_types == std::vector<std::string>{"original"};
  if (original_only || draft.pyradiomics.feature_classes != std::vector<std::string>{"shape"}) return;
  source.refuse(draft.line_of("image_types.types"),
                "types contradict the classes: shape is that of the region, whatever the image type");
}

void refuse_padding_without_resampling(const ProtocolDraft& draft, const TomlSource& source) {
  if (!draft.sets("image.pad_distance") || draft.sets("image.resampled_pixel_spacing")) return;
  source.refuse(draft.line_of("image.pad_distance"),
                "pad_distance contradicts native spacing: only resampling pads");
}

}  // namespace

ProtocolSchema pyradiomics_schema() {
  ProtocolSchema schema;
  schema.convention = "pyradiomics";
  schema.explanation =
      "Features under the names and by the rules of PyRadiomics 3. A key's name in PyRadiomics stands in "
      "parentheses where it differs.";
  schema.keys = image_keys();
  std::ranges::move(image_type_keys(), std::back_inserter(schema.keys));
  schema.keys.push_back(classes_key());
  schema.keys.push_back(weighting_key());
  schema.contradictions = {refuse_both_or_neither_bins, refuse_filters_without_features,
                           refuse_padding_without_resampling, refuse_weighting_without_its_classes,
                           refuse_settings_without_their_type};
  schema.finish = [](ProtocolDraft& draft) {
    draft.pyradiomics.image_types = image_types_of(draft);
    draft.protocol.settings = draft.pyradiomics;
  };
  return schema;
}

}  // namespace glisson::config
