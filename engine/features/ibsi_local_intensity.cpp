#include "engine/features/ibsi_local_intensity.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_reduce.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "engine/region.hpp"

namespace glisson::engine {
namespace {

const double radius = std::cbrt(3 / (4 * std::numbers::pi)) * 10;  // mm, of 1 cm^3

int reach(const Vector3& spacing, std::size_t axis) { return static_cast<int>(radius / spacing[axis]); }

// The part of the image that the spheres around the intensity mask touch.
IbsiImage surroundings(const IbsiImage& image) {
  const Grid& grid = image.volume.grid;
  BoundingBox box = bounding_box(image.intensity_mask);
  IbsiImage part;
  part.volume.grid = grid;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.lower[axis] = std::max(0, box.lower[axis] - reach(grid.spacing, axis));
    box.upper[axis] = std::min(grid.size[axis] - 1, box.upper[axis] + reach(grid.spacing, axis));
    part.volume.grid.size[axis] = box.extent(axis);
  }
  part.intensity_mask.grid = part.volume.grid;
  for (int z = box.lower[2]; z <= box.upper[2]; ++z) {
    for (int y = box.lower[1]; y <= box.upper[1]; ++y) {
      const auto row = static_cast<std::ptrdiff_t>(grid.offset(box.lower[0], y, z));
      const auto values = image.volume.values.begin() + row;
      const auto voxels = image.intensity_mask.voxels.begin() + row;
      part.volume.values.insert(part.volume.values.end(), values, values + box.extent(0));
      part.intensity_mask.voxels.insert(part.intensity_mask.voxels.end(), voxels, voxels + box.extent(0));
    }
  }
  return part;
}

// The voxels of one line along x of the sphere around voxel (0, 0, 0).
struct SphereRow {
  int y;
  int z;
  int half_width;
};

std::vector<SphereRow> sphere(const Vector3& spacing) {
  std::vector<SphereRow> rows;
  for (int z = -reach(spacing, 2); z <= reach(spacing, 2); ++z) {
    for (int y = -reach(spacing, 1); y <= reach(spacing, 1); ++y) {
      const double rest = radius * radius - std::pow(y * spacing[1], 2) - std::pow(z * spacing[2], 2);
      if (rest >= 0) rows.push_back({y, z, static_cast<int>(std::sqrt(rest) / spacing[0])});
    }
  }
  return rows;
}

// Sums along x, so that each row of the sphere is the difference of two of them: sums[i + 1] - sums[j] is the
// sum of the values j to i of a row, whose sums begin at its offset plus its number.
struct RowSums {
  const Volume& volume;
  std::vector<double> sums;

  explicit RowSums(const Volume& image) : volume(image) {
    const auto width = static_cast<std::size_t>(volume.grid.size[0]);
    const std::size_t rows = volume.values.size() / width;
    sums.reserve(volume.values.size() + rows);
    for (std::size_t row = 0; row < rows; ++row) {
      double sum = 0;
      sums.push_back(sum);
      for (std::size_t x = 0; x < width; ++x) sums.push_back(sum += volume.values[row * width + x]);
    }
  }
  double mean_in(const std::vector<SphereRow>& rows, int x, int y, int z) const {
    const auto& size = volume.grid.size;
    double sum = 0;
    int count = 0;
    for (const SphereRow& row : rows) {
      const int v = y + row.y;
      const int w = z + row.z;
      if (v < 0 || v >= size[1] || w < 0 || w >= size[2]) continue;
      const int first = std::max(0, x - row.half_width);
      const int last = std::min(size[0] - 1, x + row.half_width);
      const double* start = sums.data() + (static_cast<std::ptrdiff_t>(w) * size[1] + v) * (size[0] + 1);
      sum += start[last + 1] - start[first];
      count += last - first + 1;
    }
    return sum / count;
  }
};

// The peaks among the voxels looked at so far.
struct Peaks {
  double maximum = -std::numeric_limits<double>::infinity();  // intensity
  double local = -std::numeric_limits<double>::infinity();    // largest mean around voxels of that intensity
  double global = -std::numeric_limits<double>::infinity();   // largest mean around any voxel

  void add(double intensity, double mean) {
    if (intensity > maximum || (intensity == maximum && mean > local)) {
      maximum = intensity;
      local = mean;
    }
    global = std::max(global, mean);
  }
};

Peaks combined(Peaks a, const Peaks& b) {
  if (b.maximum > a.maximum || (b.maximum == a.maximum && b.local > a.local)) {
    a.maximum = b.maximum;
    a.local = b.local;
  }
  a.global = std::max(a.global, b.global);
  return a;
}

}  // namespace

FeatureValues ibsi_local_intensity(const IbsiImage& whole) {
  const IbsiImage image = surroundings(whole);
  const Grid& grid = image.volume.grid;
  const BoundingBox box = bounding_box(image.intensity_mask);
  const RowSums sums(image.volume);
  const std::vector<SphereRow> rows = sphere(grid.spacing);
  const Peaks peaks = oneapi::tbb::parallel_reduce(
      oneapi::tbb::blocked_range<int>(box.lower[2], box.upper[2] + 1), Peaks{},
      [&](const oneapi::tbb::blocked_range<int>& slices, Peaks found) {
        for (int z = slices.begin(); z < slices.end(); ++z) {
          for (int y = box.lower[1]; y <= box.upper[1]; ++y) {
            for (int x = box.lower[0]; x <= box.upper[0]; ++x) {
              const std::size_t voxel = grid.offset(x, y, z);
              if (image.intensity_mask.voxels[voxel] == 0) continue;
              found.add(image.volume.values[voxel], sums.mean_in(rows, x, y, z));
            }
          }
        }
        return found;
      },
      combined);
  return {
      // mean in the sphere around the voxel of highest intensity; of several, the highest such mean
      {"peak_loc", peaks.local, {}},
      // highest mean in a sphere around any voxel
      {"peak_glob", peaks.global, {}},
  };
}

}  // namespace glisson::engine
