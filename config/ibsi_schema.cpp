#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

#include "config/protocol_schema.hpp"
#include "engine/features/ibsi_extraction.hpp"

namespace glisson::config {
namespace {

using engine::IbsiSettings;
using engine::Interpolation;

constexpr double smallest_spacing = 0.1;  // mm
constexpr double largest_spacing = 20;    // mm
constexpr double largest_intensity = 1e6;
constexpr double smallest_bin_size = 1e-6;
constexpr int largest_bin_number = 65535;
constexpr double largest_deviation = 100;

const std::vector<std::string_view> interpolations{"nearest", "linear", "cubic_spline"};
const std::vector<std::string_view> aggregation_names{"2D_avg",    "2D_comb", "2_5D_avg",
                                                      "2_5D_comb", "3D_avg",  "3D_comb"};
const std::vector<std::string_view> filtered_families{"stat", "ih",  "ivh", "cm", "rlm",
                                                      "szm",  "dzm", "ngt", "ngl"};

void read_spacing(ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
  const TomlValue::Array& axes = source.array(value, "spacing");
  if (axes.size() != 2 && axes.size() != 3) {
    source.refuse(value.line, "spacing must have two numbers (x, y: slices stay) or three (x, y, z)");
  }
  engine::Vector3 mm{};
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    mm[axis] =
        number_within(source, axes[axis], "spacing", smallest_spacing, largest_spacing, "from 0.1 to 20 mm");
  }
  draft.ibsi.processing.spacing = mm;
}

ProtocolKey interpolation_key(const std::string& name, Interpolation IbsiSettings::*member,
                              std::string meaning) {
  return {"interpolation",
          name,
          "one of " + quoted_list(interpolations),
          "\"linear\"",
          std::move(meaning),
          false,
          [=](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
            constexpr std::array methods{Interpolation::nearest, Interpolation::linear,
                                         Interpolation::cubic_spline};
            draft.ibsi.processing.*member = methods[choice_among(source, value, name, interpolations)];
          }};
}

std::vector<ProtocolKey> processing_keys() {
  return {
      {"interpolation", "spacing", "two or three numbers from 0.1 to 20 mm", "no interpolation",
       "Voxel size along x, y and, unless slices stay as they are, z; grids are aligned by their centres.",
       false, read_spacing},
      interpolation_key("image", &IbsiSettings::image_interpolation, "How intensities are interpolated."),
      interpolation_key("mask", &IbsiSettings::mask_interpolation,
                        "How the mask is interpolated; inside where 0.5 or more."),
      {"interpolation", "rounding", "true or false", "true",
       "Whether interpolated intensities are rounded to the nearest integer.", false,
       [](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         const auto* wanted = std::get_if<bool>(&value.value);
         if (wanted == nullptr) source.refuse(value.line, "rounding must be true or false");
         draft.ibsi.processing.round_intensities = *wanted;
       }},
      {"resegmentation", "range", "two numbers, lower and upper", "none",
       "Intensities that stay in the intensity mask, both included.", false,
       [](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         const TomlValue::Array& bounds = source.array(value, "range");
         if (bounds.size() != 2) source.refuse(value.line, "range must have two numbers: lower, upper");
         const auto bound = [&](const TomlValue& element) {
           return number_within(source, element, "range", -largest_intensity, largest_intensity,
                                "from -1000000 to 1000000");
         };
         const engine::IntensityRange range{bound(bounds[0]), bound(bounds[1])};
         if (range.lower >= range.upper) source.refuse(value.line, "range must have lower below upper");
         draft.ibsi.processing.range = range;
       }},
      {"resegmentation", "outliers", "more than 0, up to 100 standard deviations", "none",
       "Intensities farther than so many standard deviations from the mean of what the range leaves are left "
       "out.",
       false,
       [](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         draft.ibsi.processing.outlier_deviations =
             number_within(source, value, "outliers", std::numeric_limits<double>::min(), largest_deviation,
                           "more than 0, up to 100 standard deviations");
       }},
  };
}

/// Fixed bin size or fixed bin number, of [discretisation] or [ivh].
template <typename Store>
std::vector<ProtocolKey> bin_keys(const std::string& section, const std::string& absent, Store store) {
  const std::string size_form = "from 0.000001 to 1000000";
  const std::string number_form = "from 1 to 65535";
  return {
      {section, "bin_size", size_form, absent,
       "Fixed bin size, in units of the image (HU for CT); the first bin begins at the lower bound of the "
       "range or, without a range, at the lowest intensity.",
       false,
       [=](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         store(draft, engine::FixedBinSize{number_within(source, value, "bin_size", smallest_bin_size,
                                                         largest_intensity, size_form)});
       }},
      {section, "bin_number", number_form, absent, "Fixed bin number; instead of `bin_size`.", false,
       [=](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         store(draft, engine::FixedBinNumber{whole_number_within(source, value, "bin_number", 1,
                                                                 largest_bin_number, number_form)});
       }},
  };
}

std::vector<ProtocolKey> feature_keys() {
  return {
      {"features", "families", "one or more of " + quoted_list(engine::ibsi_families()), "all",
       "Feature families by their prefixes in IBSI's reference values.", false,
       [](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         draft.ibsi.processing.families =
             names_among(source, value, "families", "feature family", engine::ibsi_families());
       }},
      {"features", "aggregations", "one or more of " + quoted_list(aggregation_names),
       "[\"3D_avg\", \"3D_comb\"]", "How texture matrices of slices and directions become one value.", false,
       [](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         auto& aggregations = draft.ibsi.processing.aggregations;
         aggregations.clear();
         for (const std::string& name :
              names_among(source, value, "aggregations", "aggregation", aggregation_names)) {
           for (const auto aggregation : engine::all_aggregations) {
             if (keyword(aggregation) == name) aggregations.push_back(aggregation);
           }
         }
       }},
      {"features", "filtered_families", "one or more of " + quoted_list(filtered_families), "[\"stat\"]",
       "Feature families computed on the response map of each filter.", false,
       [](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         draft.ibsi.filtered_families =
             names_among(source, value, "filtered_families", "feature family", filtered_families);
       }},
      {"features", "unfiltered", "true or false", "true",
       "Whether features are computed on the image itself, beside the response maps.", false,
       [](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         const auto* wanted = std::get_if<bool>(&value.value);
         if (wanted == nullptr) source.refuse(value.line, "unfiltered must be true or false");
         draft.ibsi.unfiltered = *wanted;
       }},
  };
}

void refuse_two_binnings(const ProtocolDraft& draft, const TomlSource& source) {
  for (const std::string section : {"discretisation", "ivh"}) {
    if (!draft.sets(section + ".bin_size") || !draft.sets(section + ".bin_number")) continue;
    source.refuse(draft.line_of(section + ".bin_number"),
                  "bin_number contradicts bin_size: one of them decides the grey levels");
  }
  if (!draft.sets("discretisation.bin_size") && !draft.sets("discretisation.bin_number")) {
    source.refuse(draft.line_of("discretisation"), "discretisation needs bin_size or bin_number");
  }
}

void refuse_interpolation_without_spacing(const ProtocolDraft& draft, const TomlSource& source) {
  if (draft.sets("interpolation.spacing")) return;
  for (const std::string key : {"image", "mask", "rounding"}) {
    if (!draft.sets("interpolation." + key)) continue;
    source.refuse(draft.line_of("interpolation." + key),
                  key + " contradicts the absence of spacing: nothing is interpolated");
  }
}

void refuse_filters_without_features(const ProtocolDraft& draft, const TomlSource& source) {
  if (draft.ibsi.filters.empty()) {
    for (const std::string key : {"filtered_families", "unfiltered"}) {
      if (!draft.sets("features." + key)) continue;
      source.refuse(draft.line_of("features." + key), key + " contradicts the absence of filters");
    }
  }
  if (!draft.ibsi.unfiltered && draft.sets("features.families")) {
    source.refuse(draft.line_of("features.families"),
                  "families contradict unfiltered = false: response maps have filtered_families");
  }
  const auto& families = draft.ibsi.processing.families;
  const bool asks_for_ivh =
      families.empty() || std::ranges::find(families, "ivh") != families.end() ||
      std::ranges::find(draft.ibsi.filtered_families, "ivh") != draft.ibsi.filtered_families.end();
  if (draft.ibsi.processing.ivh_discretisation && !asks_for_ivh) {
    source.refuse(draft.line_of("ivh"), "ivh contradicts families without \"ivh\"");
  }
}

bool computes_any_of(const engine::IbsiExtraction& extraction,
                     std::initializer_list<std::string_view> families) {
  const auto holds = [&](const std::vector<std::string>& wanted) {
    return std::ranges::any_of(
        families, [&](std::string_view family) { return std::ranges::find(wanted, family) != wanted.end(); });
  };
  const auto& of_image = extraction.processing.families;
  return (extraction.unfiltered && (of_image.empty() || holds(of_image))) ||
         (!extraction.filters.empty() && holds(extraction.filtered_families));
}

void refuse_aggregations_without_textures(const ProtocolDraft& draft, const TomlSource& source) {
  if (!draft.sets("features.aggregations")) return;
  if (computes_any_of(draft.ibsi, {"cm", "rlm", "szm", "dzm", "ngt", "ngl"})) return;
  source.refuse(draft.line_of("features.aggregations"), "aggregations contradict families without a texture");
}

/// Along how many axes a filter in mm needs the same spacing; 0 for a filter in voxels.
std::size_t axes_in_mm(const engine::Filter& filter) {
  if (const auto* log = std::get_if<engine::LaplacianOfGaussianFilter>(&filter)) {
    return log->space == engine::FilterSpace::volume ? 3 : 2;
  }
  const auto* gabor = std::get_if<engine::GaborFilter>(&filter);
  if (gabor == nullptr) return 0;
  return gabor->orthogonal_planes ? 3 : 2;
}

/// What is left to the images (native spacing, or slices as they are) is found when they are measured.
void refuse_filters_in_mm_on_unequal_spacing(const ProtocolDraft& draft, const TomlSource& source) {
  const auto& spacing = draft.ibsi.processing.spacing;
  if (!spacing) return;
  for (const engine::NamedFilter& filter : draft.ibsi.filters) {
    for (std::size_t axis = 1; axis < axes_in_mm(filter.filter); ++axis) {
      const auto [least, most] = std::minmax((*spacing)[0], (*spacing)[axis]);
      if (least == 0 || most <= 1.01 * least) continue;
      source.refuse(draft.line_of("interpolation.spacing"),
                    "spacing contradicts the filter " + quoted_toml(filter.name) +
                        ", which needs the same spacing along its axes");
    }
  }
}

}  // namespace

ProtocolSchema ibsi_schema() {
  ProtocolSchema schema;
  schema.convention = "ibsi";
  schema.explanation =
      "Features by the definitions of the Image Biomarker Standardisation Initiative (IBSI-1, "
      "arXiv:1612.07003; filters: IBSI-2,\narXiv:2006.05470), under the names of its reference values. "
      "Features of a response map begin with the filter's name.";
  schema.keys = processing_keys();
  std::ranges::move(bin_keys("discretisation", "the other of the two",
                             [](ProtocolDraft& draft, const engine::IbsiDiscretisation& bins) {
                               draft.ibsi.processing.discretisation = bins;
                             }),
                    std::back_inserter(schema.keys));
  std::ranges::move(bin_keys("ivh", "steps of 1",
                             [](ProtocolDraft& draft, const engine::IbsiDiscretisation& bins) {
                               draft.ibsi.processing.ivh_discretisation = bins;
                             }),
                    std::back_inserter(schema.keys));
  std::ranges::move(feature_keys(), std::back_inserter(schema.keys));
  schema.keys.push_back(filters_key());
  schema.contradictions = {refuse_two_binnings, refuse_interpolation_without_spacing,
                           refuse_filters_without_features, refuse_aggregations_without_textures,
                           refuse_filters_in_mm_on_unequal_spacing};
  schema.finish = [](ProtocolDraft& draft) { draft.protocol.settings = draft.ibsi; };
  return schema;
}

}  // namespace glisson::config
