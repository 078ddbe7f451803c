#include "engine/images/convolution.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>

namespace glisson::engine {
namespace {

// Neighbouring lines that are convolved together, so that the innermost loop runs over contiguous memory
// along every axis and a block of lines stays in the cache.
constexpr std::size_t most_lanes = 16;

struct Tap {
  int offset;  // from the first voxel that the kernel reaches
  double weight;
};

// Taps in terms of the extended line, whose voxel 0 lies `before` voxels ahead of the image's.
struct Taps {
  std::vector<Tap> taps;
  int before = 0;
  int after = 0;
};

Taps taps_of(const Kernel& kernel) {
  const int last = static_cast<int>(kernel.weights.size()) - 1;
  Taps result;
  result.before = std::max(0, last - kernel.origin);
  result.after = std::max(0, kernel.origin);
  for (int k = last; k >= 0; --k) {
    const double weight = kernel.weights[static_cast<std::size_t>(k)];
    if (weight != 0) result.taps.push_back({result.before + kernel.origin - k, weight});
  }
  return result;
}

// The lines of a volume along one axis: `lanes` neighbouring lines start at consecutive addresses.
struct Lines {
  std::size_t length = 0;  // voxels in a line
  std::size_t step = 0;    // distance of consecutive voxels of a line
  std::size_t blocks = 0;  // blocks of lines
  std::size_t blocks_per_row = 0;
  std::size_t row = 0;         // lines side by side
  std::size_t row_stride = 0;  // distance of the first lines of consecutive rows
  std::size_t lane_step = 0;   // distance of neighbouring lines

  std::size_t first(std::size_t block) const {
    return block / blocks_per_row * row_stride + block % blocks_per_row * most_lanes * lane_step;
  }
  std::size_t lanes(std::size_t block) const {
    return std::min(most_lanes, row - block % blocks_per_row * most_lanes);
  }
};

Lines lines_along(const Grid& grid, std::size_t axis) {
  const auto nx = static_cast<std::size_t>(grid.size[0]);
  const auto ny = static_cast<std::size_t>(grid.size[1]);
  const auto nz = static_cast<std::size_t>(grid.size[2]);
  Lines lines;
  std::size_t rows = 1;
  if (axis == 0) {
    lines = {.length = nx, .step = 1, .row = ny * nz, .row_stride = 0, .lane_step = nx};
  } else if (axis == 1) {
    lines = {.length = ny, .step = nx, .row = nx, .row_stride = nx * ny, .lane_step = 1};
    rows = nz;
  } else {
    lines = {.length = nz, .step = nx * ny, .row = nx * ny, .row_stride = 0, .lane_step = 1};
  }
  lines.blocks_per_row = (lines.row + most_lanes - 1) / most_lanes;
  lines.blocks = rows * lines.blocks_per_row;
  return lines;
}

// Voxel i of lane j is at i * most_lanes + j.
using LineBlock = std::vector<double>;

void read_lines(const float* values, const Lines& lines, std::size_t lanes, const std::vector<int>& source,
                LineBlock& block) {
  for (std::size_t i = 0; i < source.size(); ++i) {
    double* to = block.data() + i * most_lanes;
    if (source[i] < 0) {
      std::fill(to, to + lanes, 0.0);
      continue;
    }
    const float* from = values + static_cast<std::size_t>(source[i]) * lines.step;
    for (std::size_t lane = 0; lane < lanes; ++lane) to[lane] = from[lane * lines.lane_step];
  }
}

void convolve_lines(const LineBlock& block, const Taps& taps, const Lines& lines, std::size_t lanes,
                    float* values) {
  for (std::size_t i = 0; i < lines.length; ++i) {
    double sum[most_lanes] = {};
    for (const Tap& tap : taps.taps) {
      const double* from = block.data() + (i + static_cast<std::size_t>(tap.offset)) * most_lanes;
      for (std::size_t lane = 0; lane < most_lanes; ++lane) sum[lane] += tap.weight * from[lane];
    }
    float* to = values + i * lines.step;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      to[lane * lines.lane_step] = static_cast<float>(sum[lane]);
    }
  }
}

}  // namespace

Kernel Kernel::mirrored() const {
  return {{weights.rbegin(), weights.rend()}, static_cast<int>(weights.size()) - 1 - origin};
}

Kernel operator+(const Kernel& a, const Kernel& b) {
  const int origin = std::max(a.origin, b.origin);
  Kernel sum{{}, origin};
  for (const Kernel* kernel : {&a, &b}) {
    const auto first = static_cast<std::size_t>(origin - kernel->origin);
    if (sum.weights.size() < first + kernel->weights.size())
      sum.weights.resize(first + kernel->weights.size());
    for (std::size_t k = 0; k < kernel->weights.size(); ++k) sum.weights[first + k] += kernel->weights[k];
  }
  return sum;
}

Kernel centred_kernel(std::vector<double> weights) {
  const int origin = static_cast<int>(weights.size() / 2);
  return {std::move(weights), origin};
}

int voxel_at(int index, int size, FilterBoundary boundary) {
  if (index >= 0 && index < size) return index;
  const auto modulo = [](int value, int period) { return (value % period + period) % period; };
  switch (boundary) {
    case FilterBoundary::zero:
      return -1;
    case FilterBoundary::nearest:
      return index < 0 ? 0 : size - 1;
    case FilterBoundary::periodic:
      return modulo(index, size);
    case FilterBoundary::mirror:
      break;
  }
  const int place = modulo(index, 2 * size);
  return place < size ? place : 2 * size - 1 - place;
}

void convolve(const Volume& volume, std::size_t axis, const Kernel& kernel, FilterBoundary boundary,
              Volume& result) {
  result.grid = volume.grid;
  result.values.resize(volume.values.size());
  const Lines lines = lines_along(volume.grid, axis);
  const Taps taps = taps_of(kernel);
  const int length = static_cast<int>(lines.length);
  std::vector<int> source;
  for (int i = -taps.before; i < length + taps.after; ++i) source.push_back(voxel_at(i, length, boundary));

  oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<std::size_t>(0, lines.blocks), [&](const auto& range) {
    LineBlock block(source.size() * most_lanes);
    for (std::size_t b = range.begin(); b < range.end(); ++b) {
      const std::size_t first = lines.first(b);
      read_lines(volume.values.data() + first, lines, lines.lanes(b), source, block);
      convolve_lines(block, taps, lines, lines.lanes(b), result.values.data() + first);
    }
  });
}

}  // namespace glisson::engine
