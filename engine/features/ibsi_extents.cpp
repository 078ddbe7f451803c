#include "engine/features/ibsi_extents.hpp"

#include <algorithm>
#include <tuple>

#include "engine/features/run_lengths.hpp"

namespace glisson::engine {
namespace {

using Statistics = GreyLevelExtentStatistics;

// The formulas stand with the members.
constexpr double Statistics::*statistics_in_order[] = {
    &Statistics::short_emphasis,
    &Statistics::long_emphasis,
    &Statistics::low_level_emphasis,
    &Statistics::high_level_emphasis,
    &Statistics::short_low_emphasis,
    &Statistics::short_high_emphasis,
    &Statistics::long_low_emphasis,
    &Statistics::long_high_emphasis,
    &Statistics::level_non_uniformity,
    &Statistics::level_non_uniformity_normalised,
    &Statistics::extent_non_uniformity,
    &Statistics::extent_non_uniformity_normalised,
    &Statistics::percentage,
    &Statistics::level_variance,
    &Statistics::extent_variance,
    &Statistics::entropy,
    &Statistics::energy,
};

}  // namespace

const ExtentNames run_length_names{"sre",    "lre",    "lgre",   "hgre",      "srlge", "srhge",
                                   "lrlge",  "lrhge",  "glnu",   "glnu_norm", "rlnu",  "rlnu_norm",
                                   "r_perc", "gl_var", "rl_var", "rl_entr",   ""};
const ExtentNames size_zone_names{"sze",    "lze",    "lgze",   "hgze",      "szlge", "szhge",
                                  "lzlge",  "lzhge",  "glnu",   "glnu_norm", "zsnu",  "zsnu_norm",
                                  "z_perc", "gl_var", "zs_var", "zs_entr",   ""};
const ExtentNames distance_zone_names{"sde",    "lde",    "lgze",   "hgze",      "sdlge", "sdhge",
                                      "ldlge",  "ldhge",  "glnu",   "glnu_norm", "zdnu",  "zdnu_norm",
                                      "z_perc", "gl_var", "zd_var", "zd_entr",   ""};
const ExtentNames dependence_names{"lde",     "hde",    "lgce",   "hgce",      "ldlge",    "ldhge",
                                   "hdlge",   "hdhge",  "glnu",   "glnu_norm", "dcnu",     "dcnu_norm",
                                   "dc_perc", "gl_var", "dc_var", "dc_entr",   "dc_energy"};

void Extents::merge(const Extents& other) {
  voxels += other.voxels;
  elements.insert(elements.end(), other.elements.begin(), other.elements.end());
  std::sort(elements.begin(), elements.end(), [](const GreyLevelExtent& a, const GreyLevelExtent& b) {
    return std::tie(a.level, a.extent) < std::tie(b.level, b.extent);
  });
  std::size_t last = 0;
  for (std::size_t i = 1; i < elements.size(); ++i) {
    if (elements[i].level == elements[last].level && elements[i].extent == elements[last].extent) {
      elements[last].count += elements[i].count;
    } else {
      elements[++last] = elements[i];
    }
  }
  if (!elements.empty()) elements.resize(last + 1);
}

Extents runs_of(const GreyLevelRegion& region, const Direction& direction) {
  Extents runs{run_length_matrix(region, direction), static_cast<double>(region.voxel_count)};
  if (!runs.elements.empty()) return runs;
  // PyRadiomics leaves such a direction out; IBSI counts its runs, all of which have one voxel.
  for (std::size_t i = 0; i < region.grey_levels.size(); ++i) {
    if (region.voxels[i] == 0) continue;
    runs.elements.push_back({region.grey_levels[i], 1, static_cast<double>(region.voxels[i])});
  }
  return runs;
}

FeatureValues features_of(const Extents& matrix, const ExtentNames& names) {
  const Statistics statistics = statistics_of(matrix.elements, matrix.voxels);
  FeatureValues features;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i].empty()) features.push_back({names[i], statistics.*statistics_in_order[i], {}});
  }
  return features;
}

}  // namespace glisson::engine
