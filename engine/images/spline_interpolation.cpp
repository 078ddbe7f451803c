#include "engine/images/spline_interpolation.hpp"

#include <oneapi/tbb/parallel_for.h>

#include <cmath>
#include <numbers>

#include "engine/images/line_groups.hpp"

namespace glisson::engine {
namespace {

// The pole of the cubic spline's recursive filter; its powers beyond the horizon are below 1e-17.
constexpr double pole = std::numbers::sqrt3 - 2;
constexpr std::size_t horizon = 30;

// Turns the samples of lines into spline coefficients, in place.
void to_coefficients(LineGroup& line) {
  const std::size_t count = line.size();
  if (count == 1) return;
  for (Lanes& sample : line) {
    for (double& value : sample) value *= 6;
  }
  // The line goes on as its mirror image, with period 2 (count - 1).
  Lanes first = line[0];
  double power = pole;
  for (std::size_t n = 1; n < horizon; ++n, power *= pole) {
    const std::size_t mirrored = n % (2 * (count - 1));
    const Lanes& sample = line[mirrored < count ? mirrored : 2 * (count - 1) - mirrored];
    for (std::size_t i = 0; i < lanes; ++i) first[i] += power * sample[i];
  }
  line[0] = first;
  for (std::size_t n = 1; n < count; ++n) {
    for (std::size_t i = 0; i < lanes; ++i) line[n][i] += pole * line[n - 1][i];
  }
  constexpr double last_gain = pole / (pole * pole - 1);
  for (std::size_t i = 0; i < lanes; ++i) {
    line[count - 1][i] = last_gain * (pole * line[count - 2][i] + line[count - 1][i]);
  }
  for (std::size_t n = count - 1; n-- > 0;) {
    for (std::size_t i = 0; i < lanes; ++i) line[n][i] = pole * (line[n + 1][i] - line[n][i]);
  }
}

// One sample as a sum of four coefficients.
struct Taps {
  std::array<std::size_t, 4> index{};
  std::array<double, 4> weight{};  // all 0 for a sample outside
};

bool outside(double index, int size) { return index < -0.5 || index >= size - 0.5; }

std::vector<Taps> taps_of(const AxisSamples& samples, int lower, int size) {
  std::vector<Taps> taps(static_cast<std::size_t>(samples.count));
  const int period = std::max(1, 2 * (size - 1));
  for (int n = 0; n < samples.count; ++n) {
    const double index = samples.first + n * samples.step - lower;
    if (outside(index, size)) continue;
    Taps& tap = taps[static_cast<std::size_t>(n)];
    const double floor = std::floor(index);
    for (int k = 0; k < 4; ++k) {
      const int at = ((static_cast<int>(floor) - 1 + k) % period + period) % period;
      tap.index[static_cast<std::size_t>(k)] = static_cast<std::size_t>(at < size ? at : period - at);
    }
    const double w = index - floor;
    auto& weight = tap.weight;
    weight[3] = w * w * w / 6;
    weight[0] = 1.0 / 6 + 0.5 * w * (w - 1) - weight[3];
    weight[2] = w + weight[0] - 2 * weight[3];
    weight[1] = 1 - weight[0] - weight[2] - weight[3];
  }
  return taps;
}

void interpolate_lines(LineGroup& line, const std::vector<Taps>& taps, LineGroup& result) {
  to_coefficients(line);
  for (std::size_t n = 0; n < taps.size(); ++n) {
    const Taps& tap = taps[n];
    for (std::size_t i = 0; i < lanes; ++i) {
      result[n][i] = tap.weight[0] * line[tap.index[0]][i] + tap.weight[1] * line[tap.index[1]][i] +
                     tap.weight[2] * line[tap.index[2]][i] + tap.weight[3] * line[tap.index[3]][i];
    }
  }
}

// Along x and y, one slice; `target` takes the new rows.
void interpolate_slice(const Volume& volume, const BoundingBox& part, int z,
                       const std::array<std::vector<Taps>, 3>& taps, double* target) {
  const auto height = static_cast<std::size_t>(part.extent(1));
  const std::size_t new_width = taps[0].size();
  const auto stride = static_cast<std::size_t>(volume.grid.size[0]);
  const float* source = volume.values.data() + volume.grid.offset(part.lower[0], part.lower[1], z);
  std::vector<double> along_x(height * new_width);
  LineGroup line(static_cast<std::size_t>(part.extent(0)));
  LineGroup result(new_width);
  for (std::size_t y = 0; y < height; y += lanes) {
    const std::size_t count = std::min(lanes, height - y);
    load_rows(source + y * stride, stride, count, line);
    interpolate_lines(line, taps[0], result);
    store_rows(result, count, along_x.data() + y * new_width, new_width);
  }
  line.resize(height);
  result.resize(taps[1].size());
  for (std::size_t x = 0; x < new_width; x += lanes) {
    const std::size_t count = std::min(lanes, new_width - x);
    load_lines(along_x.data() + x, new_width, count, line);
    interpolate_lines(line, taps[1], result);
    store_lines(result, count, target + x, new_width);
  }
}

}  // namespace

std::vector<float> interpolate_spline(const Volume& volume, const BoundingBox& part,
                                      const std::array<AxisSamples, 3>& samples) {
  std::array<std::vector<Taps>, 3> taps;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    taps[axis] = taps_of(samples[axis], part.lower[axis], part.extent(axis));
  }
  const std::size_t width = taps[0].size();
  const std::size_t plane = width * taps[1].size();
  std::vector<double> slices(plane * static_cast<std::size_t>(part.extent(2)));
  oneapi::tbb::parallel_for(0, part.extent(2), [&](int z) {
    interpolate_slice(volume, part, part.lower[2] + z, taps,
                      slices.data() + static_cast<std::size_t>(z) * plane);
  });
  std::vector<float> values(plane * taps[2].size());
  oneapi::tbb::parallel_for(std::size_t{0}, taps[1].size(), [&](std::size_t y) {
    LineGroup line(static_cast<std::size_t>(part.extent(2)));
    LineGroup result(taps[2].size());
    for (std::size_t x = 0; x < width; x += lanes) {
      const std::size_t count = std::min(lanes, width - x);
      load_lines(slices.data() + y * width + x, plane, count, line);
      interpolate_lines(line, taps[2], result);
      store_lines(result, count, values.data() + y * width + x, plane);
    }
  });
  return values;
}

std::vector<std::uint8_t> interpolate_nearest(const Mask& mask, const std::array<AxisSamples, 3>& samples) {
  std::array<std::vector<int>, 3> nearest;  // -1 for a sample outside
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (int n = 0; n < samples[axis].count; ++n) {
      const double index = samples[axis].first + n * samples[axis].step;
      nearest[axis].push_back(
          outside(index, mask.grid.size[axis]) ? -1 : static_cast<int>(std::floor(index + 0.5)));
    }
  }
  const std::size_t width = nearest[0].size();
  std::vector<std::uint8_t> voxels(width * nearest[1].size() * nearest[2].size(), 0);
  std::uint8_t* target = voxels.data();
  for (const int z : nearest[2]) {
    for (const int y : nearest[1]) {
      if (y >= 0 && z >= 0) {
        const std::uint8_t* row = mask.voxels.data() + mask.grid.offset(0, y, z);
        for (std::size_t x = 0; x < width; ++x) {
          if (nearest[0][x] >= 0) target[x] = row[nearest[0][x]];
        }
      }
      target += width;
    }
  }
  return voxels;
}

}  // namespace glisson::engine
