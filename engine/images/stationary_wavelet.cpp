#include "engine/images/stationary_wavelet.hpp"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "engine/images/wavelet_filters.hpp"

namespace glisson::engine {
namespace {

// The filters of one level, centred as PyWavelets does it:
//   response(n) = sum_k filter[k] F(n + length / 2 - k)
struct Level {
  std::array<std::vector<float>, 2> filters;  // low pass, high pass

  int length() const { return static_cast<int>(filters[0].size()); }
  int shift(int k) const { return length() / 2 - k; }
};

// Index of a voxel in the image that repeats beyond its border; an odd size counts one more, its first voxel.
int periodic(int index, int size) {
  const int period = size + size % 2;
  const int inside = ((index % period) + period) % period;
  return inside < size ? inside : 0;
}

// sum_k filter[k] sources[k][i] for `count` values.
void add_weighted(const std::vector<float>& filter, const std::vector<const float*>& sources, int count,
                  float* target) {
  for (int i = 0; i < count; ++i) target[i] = filter[0] * sources[0][i];
  for (std::size_t k = 1; k < filter.size(); ++k) {
    const float weight = filter[k];
    const float* source = sources[k];
    for (int i = 0; i < count; ++i) target[i] += weight * source[i];
  }
}

using BandSink = std::function<void(std::size_t band, int y, int z, const float* row)>;

// The eight bands of the rows `first` to `last` of all slices. Passes go along x, y, z in this order, in
// single precision: PyWavelets rounds likewise. Band number: bit 0 is set for a high pass along x, bit 1
// along y, bit 2 along z.
class RowsTransform {
 public:
  RowsTransform(const Level& level, const Volume& volume, const BoundingBox& part, int first, int last)
      : level_(level), volume_(volume), part_(part), size_(volume.grid.size), first_(first), last_(last) {
    reach_ = level.length();
    extended_.resize(static_cast<std::size_t>(size_[0]) + 2 * static_cast<std::size_t>(reach_));
    for (auto& rows : along_x_)
      rows.resize((static_cast<std::size_t>(rows_) + 2 * static_cast<std::size_t>(reach_)) * width());
    for (auto& band : along_xy_)
      band.resize(static_cast<std::size_t>(size_[2]) * static_cast<std::size_t>(rows_) * width());
    sources_.resize(static_cast<std::size_t>(level.length()));
  }

  void transform(const BandSink& sink) {
    for (int z = 0; z < size_[2]; ++z) transform_slice(z);
    std::vector<float> row(static_cast<std::size_t>(size_[0]));
    for (int z = part_.lower[2]; z <= part_.upper[2]; ++z) {
      for (int y = first_; y <= last_; ++y) {
        for (std::size_t band = 0; band < 8; ++band) {
          for (int k = 0; k < level_.length(); ++k) {
            source(k) =
                row_of(along_xy_[band & 3U], periodic(z + level_.shift(k), size_[2]) * rows_ + y - first_);
          }
          add_weighted(level_.filters[band >> 2U], sources_, part_.extent(0), row.data() + part_.lower[0]);
          sink(band, y, z, row.data());
        }
      }
    }
  }

 private:
  std::size_t width() const { return static_cast<std::size_t>(part_.extent(0)); }
  const float*& source(int k) { return sources_[static_cast<std::size_t>(k)]; }
  float* row_of(std::vector<float>& rows, int index) const {
    return rows.data() + static_cast<std::size_t>(index) * width();
  }

  void transform_slice(int z) {
    for (int y = first_ - reach_; y <= last_ + reach_; ++y) filter_along_x(y, z);
    for (int y = first_; y <= last_; ++y) {
      for (std::size_t band = 0; band < 4; ++band) {
        for (int k = 0; k < level_.length(); ++k) {
          source(k) = row_of(along_x_[band & 1U], y - first_ + reach_ + level_.shift(k));
        }
        add_weighted(level_.filters[band >> 1U], sources_, part_.extent(0),
                     row_of(along_xy_[band], z * rows_ + y - first_));
      }
    }
  }

  void filter_along_x(int y, int z) {
    const float* row = volume_.values.data() + volume_.grid.offset(0, periodic(y, size_[1]), z);
    for (int x = -reach_; x < size_[0] + reach_; ++x) {
      extended_.data()[x + reach_] = row[periodic(x, size_[0])];
    }
    for (int k = 0; k < level_.length(); ++k) {
      source(k) = extended_.data() + reach_ + part_.lower[0] + level_.shift(k);
    }
    for (std::size_t pass = 0; pass < 2; ++pass) {
      add_weighted(level_.filters[pass], sources_, part_.extent(0),
                   row_of(along_x_[pass], y - first_ + reach_));
    }
  }

  const Level& level_;
  const Volume& volume_;
  const BoundingBox& part_;
  std::array<int, 3> size_;
  int first_;
  int last_;
  int rows_ = last_ - first_ + 1;
  int reach_ = 0;
  std::vector<float> extended_;                 // one row with what lies beyond its ends
  std::array<std::vector<float>, 2> along_x_;   // rows of one slice, `reach_` more on either side
  std::array<std::vector<float>, 4> along_xy_;  // rows of all slices
  std::vector<const float*> sources_;
};

// The image with one voxel more along each axis of odd size. Further levels need it: of an approximation,
// that voxel is no repetition of the first.
Volume with_even_axes(const Volume& volume) {
  Volume even;
  even.grid = volume.grid;
  for (int& size : even.grid.size) size += size % 2;
  even.values.resize(even.grid.voxel_count());
  const auto& size = volume.grid.size;
  for (int z = 0; z < even.grid.size[2]; ++z) {
    for (int y = 0; y < even.grid.size[1]; ++y) {
      const float* row =
          volume.values.data() + volume.grid.offset(0, periodic(y, size[1]), periodic(z, size[2]));
      float* target = even.values.data() + even.grid.offset(0, y, z);
      std::copy_n(row, size[0], target);
      if (size[0] % 2 != 0) target[size[0]] = row[0];
    }
  }
  return even;
}

void compute_level(const Level& level, const Volume& volume, const BoundingBox& part, const BandSink& sink) {
  constexpr int rows = 8;
  oneapi::tbb::parallel_for(0, (part.extent(1) + rows - 1) / rows, [&](int block) {
    const int first = part.lower[1] + block * rows;
    RowsTransform(level, volume, part, first, std::min(first + rows - 1, part.upper[1])).transform(sink);
  });
}

}  // namespace

void compute_wavelet_responses(const Wavelet& type, const Volume& volume, const BoundingBox& part,
                               const RowSink& sink) {
  const AnalysisFilters<float> filters = single_precision_wavelet_filters(type.wavelet);
  const Level level{{filters.low_pass, filters.high_pass}};
  // Names of response_names() are ordered LLH, LHL, ... with LLL at the end; letters count down from z.
  const auto map_of = [](int number, std::size_t band) {
    const std::size_t name = ((band & 1U) << 2U) | (band & 2U) | ((band & 4U) >> 2U);
    return 7 * static_cast<std::size_t>(number) + (name == 0 ? 7 : name - 1);
  };
  Volume approximation;
  if (type.levels > 1) approximation = with_even_axes(volume);
  for (int number = 0; number < type.levels; ++number) {
    const bool last = number + 1 == type.levels;
    const Volume& input = type.levels == 1 ? volume : approximation;
    const Grid& grid = input.grid;
    const BoundingBox whole{{}, {grid.size[0] - 1, grid.size[1] - 1, grid.size[2] - 1}};
    Volume next;
    if (!last) next = {grid, std::vector<float>(grid.voxel_count())};
    compute_level(level, input, last ? part : whole, [&](std::size_t band, int y, int z, const float* row) {
      if (band == 0 && !last) {
        std::copy_n(row, grid.size[0], next.values.data() + grid.offset(0, y, z));
      } else if (y >= part.lower[1] && y <= part.upper[1] && z >= part.lower[2] && z <= part.upper[2]) {
        sink(map_of(number, band), y, z, row);
      }
    });
    approximation = std::move(next);
  }
}

}  // namespace glisson::engine
