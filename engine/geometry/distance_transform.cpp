#include "engine/geometry/distance_transform.hpp"

#include <limits>
#include <stdexcept>

namespace glisson::engine {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// The lower envelope of the parabolas f(q) + h^2 (p - q)^2 along one line of voxels.
class LowerEnvelope {
 public:
  LowerEnvelope(std::size_t length, double spacing)
      : squared_spacing_(spacing * spacing), heights_(length), sites_(length), starts_(length) {}

  /// Replaces f by the envelope's height at each voxel of the line.
  void replace(double* line, std::size_t stride) {
    collect(line, stride);
    if (count_ == 0) return;
    std::size_t k = 0;
    for (std::size_t p = 0; p < heights_.size(); ++p) {
      const auto place = static_cast<double>(p);
      while (k + 1 < count_ && starts_[k + 1] < place) ++k;
      const double steps = place - static_cast<double>(sites_[k]);
      line[p * stride] = heights_[sites_[k]] + squared_spacing_ * steps * steps;
    }
  }

 private:
  /// Which parabolas are part of the envelope, and from where on each is the lowest.
  void collect(const double* line, std::size_t stride) {
    count_ = 0;
    for (std::size_t q = 0; q < heights_.size(); ++q) {
      heights_[q] = line[q * stride];
      if (heights_[q] == infinite) continue;
      double start = -infinite;
      while (count_ > 0) {
        start = intersection(sites_[count_ - 1], q);
        if (start > starts_[count_ - 1]) break;
        --count_;
        start = -infinite;
      }
      sites_[count_] = q;
      starts_[count_] = start;
      ++count_;
    }
  }

  /// Where the parabola of the later site q becomes lower than that of v.
  double intersection(std::size_t v, std::size_t q) const {
    const auto earlier = static_cast<double>(v);
    const auto later = static_cast<double>(q);
    return ((heights_[q] - heights_[v]) / squared_spacing_ + later * later - earlier * earlier) /
           (2 * (later - earlier));
  }

  double squared_spacing_;
  std::vector<double> heights_;
  std::vector<std::size_t> sites_;
  std::vector<double> starts_;
  std::size_t count_ = 0;
};

}  // namespace

std::vector<double> squared_distances(const Grid& grid, const std::vector<std::uint8_t>& marked) {
  if (marked.size() != grid.voxel_count()) throw std::logic_error("the marks do not fill their grid");
  std::vector<double> squares(marked.size());
  for (std::size_t i = 0; i < marked.size(); ++i) squares[i] = marked[i] != 0 ? 0 : infinite;

  std::array<std::size_t, 3> size{};
  for (std::size_t axis = 0; axis < 3; ++axis) size[axis] = static_cast<std::size_t>(grid.size[axis]);
  const std::array<std::size_t, 3> stride{1, size[0], size[0] * size[1]};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t u = axis == 0 ? 1 : 0;
    const std::size_t v = axis == 2 ? 1 : 2;
    LowerEnvelope envelope(size[axis], grid.spacing[axis]);
    for (std::size_t j = 0; j < size[v]; ++j) {
      for (std::size_t i = 0; i < size[u]; ++i) {
        envelope.replace(squares.data() + j * stride[v] + i * stride[u], stride[axis]);
      }
    }
  }
  return squares;
}

}  // namespace glisson::engine
