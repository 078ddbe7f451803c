#include "engine/features/ibsi_texture.hpp"

#include <oneapi/tbb/parallel_for.h>

#include <set>
#include <span>
#include <stdexcept>
#include <string>

#include "engine/features/dependences.hpp"
#include "engine/features/ibsi_aggregation.hpp"
#include "engine/features/ibsi_cooccurrence.hpp"
#include "engine/features/ibsi_extents.hpp"
#include "engine/features/ibsi_tone_differences.hpp"
#include "engine/features/zone_distances.hpp"
#include "engine/features/zone_sizes.hpp"

namespace glisson::engine {
namespace {

enum class Dimension { slices, merged_slices, volume };

Dimension dimension_of(Aggregation aggregation) {
  switch (aggregation) {
    case Aggregation::slices_averaged:
    case Aggregation::slices_merged:
      return Dimension::slices;
    case Aggregation::directions_merged:
    case Aggregation::merged:
      return Dimension::merged_slices;
    default:
      return Dimension::volume;
  }
}

bool merges_directions(Aggregation aggregation) {
  return aggregation == Aggregation::slices_merged || aggregation == Aggregation::merged ||
         aggregation == Aggregation::volume_merged;
}

// One of each pair of opposite directions at Chebyshev distance 1: 4 in a slice, 13 in a volume. A direction
// counts even where the region is too thin for neighbours in it.
std::vector<Direction> directions_in(bool slice) { return directions({2, 2, slice ? 1 : 2}); }

// matrix_of(region, direction) for each region and each of `all`.
template <typename MatrixOf>
auto directional_table(const std::vector<const GreyLevelRegion*>& regions, const std::vector<Direction>& all,
                       MatrixOf matrix_of) {
  using Matrix = decltype(matrix_of(*regions.front(), all.front()));
  MatrixTable<Matrix> table(regions.size(), std::vector<Matrix>(all.size()));
  oneapi::tbb::parallel_for(std::size_t{0}, regions.size() * all.size(), [&](std::size_t i) {
    table[i / all.size()][i % all.size()] = matrix_of(*regions[i / all.size()], all[i % all.size()]);
  });
  return table;
}

std::vector<const GreyLevelRegion*> slices_of(const IbsiGreyLevels& levels) {
  std::vector<const GreyLevelRegion*> slices;
  for (const GreyLevelRegion& slice : levels.slices) slices.push_back(&slice);
  return slices;
}

bool any_of_dimension(const std::vector<Aggregation>& aggregations, bool volume) {
  return std::any_of(aggregations.begin(), aggregations.end(),
                     [=](Aggregation a) { return (dimension_of(a) == Dimension::volume) == volume; });
}

template <typename Matrix, typename FeaturesOf>
FeatureValues aggregate(const MatrixTable<Matrix>& table, bool merge_slices, bool merge_directions,
                        FeaturesOf features) {
  const std::vector<Matrix> groups = merged_groups(table, merge_slices, merge_directions);
  std::vector<FeatureValues> values(groups.size());
  oneapi::tbb::parallel_for(std::size_t{0}, groups.size(),
                            [&](std::size_t i) { values[i] = features(groups[i]); });
  return averaged(values);
}

// A family with directions.
template <typename MatrixOf, typename FeaturesOf>
std::vector<AggregatedFeatures> directional(const IbsiGreyLevels& levels,
                                            const std::vector<Aggregation>& aggregations, MatrixOf matrix_of,
                                            FeaturesOf features) {
  using Table = decltype(directional_table({}, {}, matrix_of));
  Table slices;
  Table volume;
  if (any_of_dimension(aggregations, false)) {
    slices = directional_table(slices_of(levels), directions_in(true), matrix_of);
  }
  if (any_of_dimension(aggregations, true)) {
    volume = directional_table({&levels.volume}, directions_in(false), matrix_of);
  }
  std::vector<AggregatedFeatures> result;
  for (const Aggregation aggregation : aggregations) {
    const Dimension dimension = dimension_of(aggregation);
    result.push_back({keyword(aggregation), aggregate(dimension == Dimension::volume ? volume : slices,
                                                      dimension == Dimension::merged_slices,
                                                      merges_directions(aggregation), features)});
  }
  return result;
}

// A family without directions. matrix_of(region, z) takes the z of a slice, or -1 for the volume.
template <typename MatrixOf, typename FeaturesOf>
std::vector<AggregatedFeatures> undirected(const IbsiGreyLevels& levels,
                                           const std::vector<Aggregation>& aggregations, MatrixOf matrix_of,
                                           FeaturesOf features) {
  using Table = MatrixTable<decltype(matrix_of(levels.volume, -1))>;
  Table slices(levels.slices.size());
  if (any_of_dimension(aggregations, false)) {
    oneapi::tbb::parallel_for(std::size_t{0}, slices.size(), [&](std::size_t i) {
      slices[i].push_back(matrix_of(levels.slices[i], levels.slice_of[i]));
    });
  }
  std::set<Dimension> dimensions;
  for (const Aggregation aggregation : aggregations) dimensions.insert(dimension_of(aggregation));
  std::vector<AggregatedFeatures> result;
  for (const Dimension dimension : dimensions) {
    if (dimension == Dimension::volume) {
      result.push_back({"3D", features(matrix_of(levels.volume, -1))});
    } else {
      const bool merge = dimension == Dimension::merged_slices;
      result.push_back({merge ? "2_5D" : "2D", aggregate(slices, merge, false, features)});
    }
  }
  return result;
}

Extents distance_zones_of(const GreyLevelRegion& region, const IbsiTextureInput& input, int slice) {
  const bool in_plane = slice >= 0;
  std::span<const std::uint8_t> inside = input.morphological_inside;
  if (in_plane) {
    const auto area = static_cast<std::size_t>(region.size[0]) * static_cast<std::size_t>(region.size[1]);
    inside = inside.subspan(static_cast<std::size_t>(slice) * area, area);
  }
  return {distance_zone_matrix(region, border_distances(inside, region.size, in_plane)),
          static_cast<double>(region.voxel_count)};
}

}  // namespace

std::string_view keyword(Aggregation aggregation) noexcept {
  switch (aggregation) {
    case Aggregation::slices_averaged:
      return "2D_avg";
    case Aggregation::slices_merged:
      return "2D_comb";
    case Aggregation::directions_merged:
      return "2_5D_avg";
    case Aggregation::merged:
      return "2_5D_comb";
    case Aggregation::volume_averaged:
      return "3D_avg";
    case Aggregation::volume_merged:
      return "3D_comb";
  }
  return {};
}

std::vector<AggregatedFeatures> ibsi_texture(std::string_view family, const IbsiTextureInput& input,
                                             const std::vector<Aggregation>& aggregations) {
  const IbsiGreyLevels& levels = input.levels;
  const auto named = [](const ExtentNames& names) {
    return [&names](const Extents& matrix) { return features_of(matrix, names); };
  };
  const auto voxels_of = [](const GreyLevelRegion& region) {
    return static_cast<double>(region.voxel_count);
  };
  if (family == "cm") {
    return directional(levels, aggregations, cooccurrences_of,
                       [](const Cooccurrences& matrix) { return features_of(matrix); });
  }
  if (family == "rlm") return directional(levels, aggregations, runs_of, named(run_length_names));
  if (family == "szm") {
    const auto zones = [&](const GreyLevelRegion& region, int) {
      return Extents{size_zone_matrix(region), voxels_of(region)};
    };
    return undirected(levels, aggregations, zones, named(size_zone_names));
  }
  if (family == "dzm") {
    const auto zones = [&](const GreyLevelRegion& region, int slice) {
      return distance_zones_of(region, input, slice);
    };
    return undirected(levels, aggregations, zones, named(distance_zone_names));
  }
  if (family == "ngt") {
    return undirected(
        levels, aggregations, [](const GreyLevelRegion& region, int) { return tone_differences_of(region); },
        [](const ToneDifferences& matrix) { return features_of(matrix); });
  }
  if (family == "ngl") {
    const auto dependences = [&](const GreyLevelRegion& region, int) {
      return Extents{dependence_matrix(region), voxels_of(region)};
    };
    return undirected(levels, aggregations, dependences, named(dependence_names));
  }
  throw std::logic_error("no texture family " + std::string(family));
}

}  // namespace glisson::engine
