#include "engine/memory_estimate.hpp"

#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "engine/errors.hpp"
#include "engine/images/filter_margin.hpp"
#include "engine/region.hpp"

namespace glisson::engine {
namespace {

// Bytes for each voxel of the processed grid.
constexpr double image_and_mask = 5;   // float and mask
constexpr double inside_of_a_map = 1;  // of the box
constexpr double intensity = 4;        // of a voxel inside
constexpr double grey_levels = 8;      // levels with their margin, zones, runs
constexpr double response_work = 26;   // of each thread: a filter's states, a response in double precision
constexpr double transform_work = 48;  // complex transforms and their copies
constexpr double autocorrelation = 8 * 32;  // two complex transforms of twice the size along each axis
constexpr double spline_coefficients = 16;  // for each voxel of the source or the grid, whichever are more
constexpr double reach_of_local_intensity = 7;  // mm, of a sphere of 1 ml
constexpr int most_grey_levels = 1024;          // of which matrices are made
constexpr double fixed = 64.0 * (1 << 20);      // matrices, meshes

struct Extent {
  std::array<double, 3> voxels{};
  double count() const { return voxels[0] * voxels[1] * voxels[2]; }
};

/// The region's box on a grid of `spacing` (0: that of the image), with `margin` voxels around it.
Extent extent_of(const Mask& mask, const std::array<double, 3>& spacing, double margin) {
  const BoundingBox box = bounding_box(mask);
  Extent extent;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double ratio = spacing[axis] > 0 ? mask.grid.spacing[axis] / spacing[axis] : 1;
    extent.voxels[axis] = std::ceil(box.extent(axis) * ratio) + 2 * margin;
  }
  return extent;
}

/// The share of its bounding box that a region fills, whatever the grid.
double filled_share(const Mask& mask) {
  const BoundingBox box = bounding_box(mask);
  std::size_t inside = 0;
  for (int z = box.lower[2]; z <= box.upper[2]; ++z) {
    for (int y = box.lower[1]; y <= box.upper[1]; ++y) {
      const std::uint8_t* row = mask.voxels.data() + mask.grid.offset(box.lower[0], y, z);
      for (int x = 0; x < box.extent(0); ++x) inside += row[x] != 0 ? 1 : 0;
    }
  }
  return static_cast<double>(inside) / box.extent(0) / box.extent(1) / box.extent(2);
}

/// Bytes for what regions that are measured together have once, and for what each of them has.
struct Need {
  double shared = 0;
  double own = 0;
};

Need need_of(const Mask& mask, const PyRadiomicsSettings& settings) {
  const bool resampled = settings.resampled_pixel_spacing.has_value();
  const Extent grid = extent_of(mask, settings.resampled_pixel_spacing.value_or(std::array<double, 3>{}),
                                resampled ? settings.pad_distance : 0);
  // Image types are computed side by side, the largest together with those that the other threads take.
  const std::size_t side_by_side = std::min(
      settings.image_types.size(), static_cast<std::size_t>(oneapi::tbb::this_task_arena::max_concurrency()));
  std::size_t maps = side_by_side;
  bool filtered = false;
  for (const ImageType& type : settings.image_types) {
    maps = std::max(maps, response_names(type).size() + side_by_side - 1);
    filtered = filtered || !std::holds_alternative<Original>(type);
  }
  const double box =
      extent_of(mask, settings.resampled_pixel_spacing.value_or(std::array<double, 3>{}), 1).count();
  // By nearest voxel, a thin region may fill more of the new grid than of its own.
  const double share = std::min(1.0, 1.25 * filled_share(mask) + 0.05);
  Need need;
  need.own = box * (static_cast<double>(maps) * (inside_of_a_map + share * intensity) +
                    static_cast<double>(side_by_side) * grey_levels);
  need.shared = grid.count() * image_and_mask;
  // Responses take the whole image into account where it is not cropped by resampling.
  const double source = resampled ? extent_of(mask, {}, settings.pad_distance).count()
                                  : static_cast<double>(mask.grid.voxel_count());
  if (resampled) need.shared += std::max(source, grid.count()) * spline_coefficients;
  // Distance weighting keeps the matrices of all directions.
  if (settings.weighting_norm) {
    const double levels = settings.bin_count.value_or(most_grey_levels);
    need.own += 13 * sizeof(double) * levels * levels;
  }
  if (filtered)
    need.shared += static_cast<double>(side_by_side) * response_work * (resampled ? grid.count() : source);
  return need;
}

bool names_family(const IbsiSettings& settings, std::string_view family) {
  return settings.families.empty() || std::ranges::find(settings.families, family) != settings.families.end();
}

bool has_cooccurrences(const IbsiExtraction& extraction) {
  return (extraction.unfiltered && names_family(extraction.processing, "cm")) ||
         (!extraction.filters.empty() &&
          std::ranges::find(extraction.filtered_families, "cm") != extraction.filtered_families.end());
}

Need need_of(const Mask& mask, const IbsiExtraction& extraction) {
  const IbsiSettings& settings = extraction.processing;
  std::array<double, 3> spacing = settings.spacing.value_or(Vector3{});
  double smallest = mask.grid.spacing[0];
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (spacing[axis] > 0) smallest = std::min(smallest, spacing[axis]);
  }
  const bool local = extraction.unfiltered && names_family(settings, "loc");
  const double margin = local ? std::ceil(reach_of_local_intensity / smallest) : 1;
  const double voxels = extent_of(mask, spacing, margin).count();
  double per_voxel = 2 * image_and_mask + 2 * (inside_of_a_map + intensity) + grey_levels;
  if (settings.spacing) per_voxel += spline_coefficients;
  if (extraction.unfiltered && names_family(settings, "morph")) per_voxel += autocorrelation;
  Need need{0, voxels * per_voxel};
  if (!extraction.filters.empty()) {
    double whole = static_cast<double>(mask.grid.voxel_count());
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (spacing[axis] > 0) whole *= mask.grid.spacing[axis] / spacing[axis];
    }
    const auto reached = needed_margin(extraction, mask.grid);
    const double seen =
        reached ? std::min(whole, extent_of(mask, spacing, std::ceil(*reached / smallest)).count()) : whole;
    need.shared += seen * (image_and_mask + transform_work);
  }
  const auto* bins = std::get_if<FixedBinNumber>(&settings.discretisation);
  if (bins != nullptr && has_cooccurrences(extraction)) {
    constexpr double matrices = 2 * sizeof(double);
    const double levels = std::min(bins->count, most_grey_levels);
    need.own += matrices * levels * levels;
  }
  return need;
}

std::string gibibytes(double bytes) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2g GiB", bytes / (1 << 30));
  return text.data();
}

}  // namespace

double estimated_memory(std::span<const Mask* const> masks, const ExtractionProtocol& protocol) {
  Need together;
  for (const Mask* mask : masks) {
    const Need need =
        std::visit([mask](const auto& settings) { return need_of(*mask, settings); }, protocol.settings);
    together.shared = std::max(together.shared, need.shared);
    together.own += need.own;
  }
  return fixed + together.shared + together.own;
}

double estimated_memory(const Mask& mask, const ExtractionProtocol& protocol) {
  const Mask* const one = &mask;
  return estimated_memory(std::span(&one, 1), protocol);
}

void require_memory(const Mask& mask, const ExtractionProtocol& protocol, std::uint64_t budget) {
  const double bytes = estimated_memory(mask, protocol);
  if (bytes <= static_cast<double>(budget)) return;
  throw RejectedInput(RejectionReason::too_much_memory, "the protocol needs about " + gibibytes(bytes) +
                                                            " for this region; the budget is " +
                                                            gibibytes(static_cast<double>(budget)));
}

}  // namespace glisson::engine
