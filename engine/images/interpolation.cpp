#include "engine/images/interpolation.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

#include "engine/errors.hpp"

namespace glisson::engine {
namespace {

constexpr double most_voxels = 4e8;

// All three interpolations are separable: along one axis, a new value is a weighted sum of a few old ones.
struct Taps {
  std::size_t count = 0;             // old voxels for each new one
  std::vector<std::size_t> indices;  // `count` for each new voxel
  std::vector<double> weights;
};

// Index into an axis that continues as its mirror image about the centres of the outermost voxels.
std::ptrdiff_t mirrored(std::ptrdiff_t index, std::ptrdiff_t size) {
  if (size == 1) return 0;
  const std::ptrdiff_t period = 2 * (size - 1);
  index = ((index % period) + period) % period;
  return index < size ? index : period - index;
}

std::vector<double> weights_at(double fraction, Interpolation interpolation) {
  const double t = fraction;
  if (interpolation == Interpolation::linear) return {1 - t, t};
  const double s = 1 - t;
  return {s * s * s / 6, 2.0 / 3 - t * t + t * t * t / 2, 2.0 / 3 - s * s + s * s * s / 2, t * t * t / 6};
}

// How one axis of the new grid lies in the old one, and the parts of both that are dealt with.
struct AxisPlacement {
  double first = 0;   // old index of the new voxel 0
  double step = 0;    // distance of new voxels in old ones
  int old_size = 0;   // of the whole axis
  int old_lower = 0;  // old voxels dealt with
  int old_upper = 0;
  int new_lower = 0;  // new voxels dealt with
  int new_upper = 0;

  std::size_t old_count() const { return static_cast<std::size_t>(old_upper - old_lower) + 1; }
  std::size_t new_count() const { return static_cast<std::size_t>(new_upper - new_lower) + 1; }
  bool keeps_voxels() const { return step == 1 && first == std::round(first); }
};

Taps taps_along(const AxisPlacement& axis, Interpolation interpolation) {
  Taps taps;
  const auto clamped = [&](std::ptrdiff_t index) {
    return std::clamp<std::ptrdiff_t>(index, 0, axis.old_size - 1);
  };
  const auto add = [&](std::ptrdiff_t index, double weight) {
    taps.indices.push_back(static_cast<std::size_t>(index - axis.old_lower));
    taps.weights.push_back(weight);
  };
  for (int i = axis.new_lower; i <= axis.new_upper; ++i) {
    const double position = axis.first + i * axis.step;
    if (interpolation == Interpolation::nearest) {
      taps.count = 1;
      add(clamped(static_cast<std::ptrdiff_t>(std::floor(position + 0.5))), 1);
      continue;
    }
    const double below = std::floor(position);
    const std::vector<double> weights = weights_at(position - below, interpolation);
    const bool linear = interpolation == Interpolation::linear;
    const auto lowest = static_cast<std::ptrdiff_t>(below) - (linear ? 0 : 1);
    taps.count = weights.size();
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const std::ptrdiff_t index = lowest + static_cast<std::ptrdiff_t>(k);
      add(linear ? clamped(index) : mirrored(index, axis.old_size), weights[k]);
    }
  }
  return taps;
}

// Turns the samples of a line into coefficients of the cubic B-spline through them: a causal and an
// anticausal recursion with the pole z = sqrt(3) - 2 (Unser, Aldroubi, Eden, IEEE Trans. Signal Process.
// 1993, 10.1109/78.193220).
void to_spline_coefficients(std::vector<double>& line) {
  if (line.size() < 2) return;
  const double z = std::sqrt(3.0) - 2;
  const auto last = line.size() - 1;
  double sum = line[0];
  double power = z;
  for (std::size_t k = 1; k < 2 * last && std::abs(power) > 1e-18; ++k, power *= z) {
    sum += power * line[static_cast<std::size_t>(
                       mirrored(static_cast<std::ptrdiff_t>(k), static_cast<std::ptrdiff_t>(line.size())))];
  }
  const double period = 1 - std::pow(z, 2.0 * static_cast<double>(last));
  line[0] = 6 * sum / period;
  for (std::size_t i = 1; i <= last; ++i) line[i] = 6 * line[i] + z * line[i - 1];
  line[last] = z / (z * z - 1) * (line[last] + z * line[last - 1]);
  for (std::size_t i = last; i-- > 0;) line[i] = z * (line[i + 1] - line[i]);
}

// Interpolates all lines along one axis.
std::vector<double> along_axis(const std::vector<double>& values, std::array<std::size_t, 3> size,
                               std::size_t axis, const Taps& taps, bool spline) {
  const std::size_t new_size = taps.indices.size() / taps.count;
  const std::size_t stride = axis == 0 ? 1 : axis == 1 ? size[0] : size[0] * size[1];
  const std::size_t outer = size[0] * size[1] * size[2] / (stride * size[axis]);
  std::vector<double> result(stride * new_size * outer);
  oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<std::size_t>(0, stride * outer),
                            [&](const oneapi::tbb::blocked_range<std::size_t>& lines) {
                              std::vector<double> line(size[axis]);
                              for (std::size_t l = lines.begin(); l < lines.end(); ++l) {
                                const std::size_t source = l / stride * stride * size[axis] + l % stride;
                                const std::size_t target = l / stride * stride * new_size + l % stride;
                                for (std::size_t i = 0; i < line.size(); ++i)
                                  line[i] = values[source + i * stride];
                                if (spline) to_spline_coefficients(line);
                                for (std::size_t i = 0; i < new_size; ++i) {
                                  double sum = 0;
                                  for (std::size_t k = i * taps.count; k < (i + 1) * taps.count; ++k) {
                                    sum += taps.weights[k] * line[taps.indices[k]];
                                  }
                                  result[target + i * stride] = sum;
                                }
                              }
                            });
  return result;
}

std::array<AxisPlacement, 3> placement(const Grid& from, const Grid& to, const BoundingBox& part,
                                       Interpolation interpolation) {
  // The influence of a voxel on the spline's coefficients falls by 0.268 with each voxel of distance: after
  // 32 voxels it is below the precision of a double.
  const int reach = interpolation == Interpolation::cubic_spline ? 32 : 1;
  const Vector3 origin = from.index(to.origin);
  std::array<AxisPlacement, 3> axes;
  for (std::size_t i = 0; i < 3; ++i) {
    AxisPlacement& axis = axes[i];
    // Positions and steps that are meant to be simple fractions are freed of the rounding of patient
    // coordinates.
    axis.first = std::round(origin[i] * 1e9) / 1e9;
    axis.step = to.spacing[i] / from.spacing[i];
    if (std::abs(axis.step - 1) < 1e-9) axis.step = 1;
    axis.old_size = from.size[i];
    axis.new_lower = part.lower[i];
    axis.new_upper = part.upper[i];
    const auto old_index = [&](int index) { return axis.first + index * axis.step; };
    const int highest = axis.old_size - 1;
    axis.old_lower = std::clamp(static_cast<int>(std::floor(old_index(part.lower[i]))) - reach, 0, highest);
    axis.old_upper =
        std::clamp(static_cast<int>(std::ceil(old_index(part.upper[i]))) + reach, axis.old_lower, highest);
  }
  return axes;
}

}  // namespace

Grid centred_grid(const Grid& grid, const Vector3& spacing) {
  Grid result = grid;
  Vector3 first{};
  double voxels = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!(spacing[axis] > 0)) throw std::logic_error("the spacing of a grid must be greater than 0");
    const double ratio = spacing[axis] / grid.spacing[axis];
    // An extent that is a whole number of new voxels must not gain one by rounding.
    const double size = std::max(1.0, std::ceil(grid.size[axis] / ratio - 1e-6));
    voxels *= size;
    if (!(voxels <= most_voxels)) {
      throw RejectedInput(RejectionReason::too_much_memory,
                          "the interpolated image has more than " + std::to_string(most_voxels) + " voxels");
    }
    result.size[axis] = static_cast<int>(size);
    result.spacing[axis] = spacing[axis];
    first[axis] = 0.5 * (grid.size[axis] - 1) - 0.5 * (size - 1) * ratio;
  }
  result.origin = grid.position(first);
  return result;
}

std::vector<float> interpolate(const std::vector<float>& values, const Grid& from, const Grid& to,
                               const BoundingBox& part, Interpolation interpolation) {
  if (from.direction != to.direction) throw std::logic_error("the axes of the grids differ");
  if (values.size() != from.voxel_count()) throw std::logic_error("the values do not fill their grid");
  const auto axes = placement(from, to, part, interpolation);
  std::array<std::size_t, 3> size{axes[0].old_count(), axes[1].old_count(), axes[2].old_count()};
  std::vector<double> current;
  current.reserve(size[0] * size[1] * size[2]);
  for (int z = axes[2].old_lower; z <= axes[2].old_upper; ++z) {
    for (int y = axes[1].old_lower; y <= axes[1].old_upper; ++y) {
      const auto row = values.begin() + static_cast<std::ptrdiff_t>(from.offset(axes[0].old_lower, y, z));
      current.insert(current.end(), row, row + static_cast<std::ptrdiff_t>(size[0]));
    }
  }
  for (std::size_t i = 0; i < 3; ++i) {
    const Interpolation way = axes[i].keeps_voxels() ? Interpolation::nearest : interpolation;
    current = along_axis(current, size, i, taps_along(axes[i], way), way == Interpolation::cubic_spline);
    size[i] = axes[i].new_count();
  }
  return {current.begin(), current.end()};
}

std::vector<float> interpolate(const std::vector<float>& values, const Grid& from, const Grid& to,
                               Interpolation interpolation) {
  return interpolate(values, from, to, {{0, 0, 0}, {to.size[0] - 1, to.size[1] - 1, to.size[2] - 1}},
                     interpolation);
}

}  // namespace glisson::engine
