#include "engine/features/run_lengths.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

namespace glisson::engine {
namespace {

// Where the line through a voxel in a direction enters the bounding box.
std::array<int, 3> line_start(const std::array<int, 3>& voxel, const Direction& direction,
                              const std::array<int, 3>& size) {
  int steps = std::numeric_limits<int>::max();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (direction[axis] > 0) steps = std::min(steps, voxel[axis]);
    if (direction[axis] < 0) steps = std::min(steps, size[axis] - 1 - voxel[axis]);
  }
  return {voxel[0] - steps * direction[0], voxel[1] - steps * direction[1], voxel[2] - steps * direction[2]};
}

bool two_voxels_on_one_line(const GreyLevelRegion& region, const Direction& direction) {
  std::vector<std::array<int, 3>> starts;
  starts.reserve(region.voxel_count);
  for (int z = 0; z < region.size[2]; ++z) {
    for (int y = 0; y < region.size[1]; ++y) {
      for (int x = 0; x < region.size[0]; ++x) {
        if (region.levels[region.offset(x, y, z)] == 0) continue;
        starts.push_back(line_start({x, y, z}, direction, region.size));
      }
    }
  }
  std::sort(starts.begin(), starts.end());
  return std::adjacent_find(starts.begin(), starts.end()) != starts.end();
}

// How long the run is that reaches each voxel of a row, given the same for the voxels one step back. What is
// written for voxels outside is of no meaning.
void extend_runs(const std::uint16_t* levels, std::ptrdiff_t step, const std::uint16_t* back,
                 std::size_t count, std::uint16_t* __restrict length) {
  const std::uint16_t* before = levels - step;
  for (std::size_t i = 0; i < count; ++i) {
    const auto same = static_cast<std::uint16_t>(levels[i] == before[i] ? 0xFFFF : 0);
    length[i] = static_cast<std::uint16_t>((back[i] & same) + 1);
  }
}

// Counts the runs of one direction: counts[level * row + length].
class RunCounter {
 public:
  RunCounter(const GreyLevelRegion& region, const Direction& direction, std::size_t longest)
      : region_(region), direction_(direction), row_(longest + 1) {
    step_ =
        direction[0] * region.stride[0] + direction[1] * region.stride[1] + direction[2] * region.stride[2];
    counts_.assign((region.grey_levels.size() + 1) * row_, 0);
    for (auto& slice : lengths_) slice.assign(static_cast<std::size_t>(region.stride[2]), 0);
    ends_.resize(static_cast<std::size_t>(region.size[0]));
  }

  void count(const RowSpan& span) {
    const std::uint16_t* levels = region_.levels.data() + span.begin;
    const auto in_slice = static_cast<std::ptrdiff_t>(span.begin) - (span.z + 1) * region_.stride[2];
    auto& slice = lengths_[static_cast<std::size_t>(span.z % 2)];
    const auto& back = lengths_[static_cast<std::size_t>((span.z + direction_[2]) % 2)];
    std::uint16_t* length = slice.data() + in_slice;
    if (direction_ == Direction{1, 0, 0}) {
      std::uint16_t reached = 0;
      for (std::size_t i = 0; i < span.count; ++i) {
        const unsigned same = levels[i] == levels[static_cast<std::ptrdiff_t>(i) - 1] ? 0xFFFFU : 0U;
        reached = static_cast<std::uint16_t>((reached & same) + 1);
        length[i] = reached;
      }
    } else {
      const std::ptrdiff_t step_in_slice = direction_[0] + direction_[1] * region_.stride[1];
      extend_runs(levels, step_, back.data() + in_slice - step_in_slice, span.count, length);
    }
    count_ends(levels, length, span.count);
  }

  const std::vector<std::uint32_t>& counts() const { return counts_; }
  bool neighbours() const { return neighbours_ != 0; }

 private:
  // A run ends where the next voxel has another level. The ends are collected first, so that no branch
  // depends on the texture.
  void count_ends(const std::uint16_t* levels, const std::uint16_t* length, std::size_t count) {
    std::size_t ends = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint16_t next = levels[static_cast<std::ptrdiff_t>(i) + step_];
      ends_[ends] = static_cast<std::uint32_t>(levels[i] * row_ + length[i]);
      ends += static_cast<std::size_t>(levels[i] != next) & static_cast<std::size_t>(levels[i] != 0);
      neighbours_ |= static_cast<unsigned>(levels[i] != 0) & static_cast<unsigned>(next != 0);
    }
    for (std::size_t i = 0; i < ends; ++i) ++counts_[ends_[i]];
  }

  const GreyLevelRegion& region_;
  Direction direction_;
  std::size_t row_;
  std::ptrdiff_t step_ = 0;
  std::vector<std::uint32_t> counts_;
  std::array<std::vector<std::uint16_t>, 2> lengths_;  // of even and odd slices
  std::vector<std::uint32_t> ends_;
  unsigned neighbours_ = 0;
};

}  // namespace

std::vector<GreyLevelExtent> run_length_matrix(const GreyLevelRegion& region, const Direction& direction,
                                               const std::vector<RowSpan>& rows) {
  const auto longest = static_cast<std::size_t>(*std::max_element(region.size.begin(), region.size.end()));
  RunCounter counter(region, direction, longest);
  for (const RowSpan& span : rows) counter.count(span);
  std::vector<GreyLevelExtent> matrix;
  if (!counter.neighbours() && !two_voxels_on_one_line(region, direction)) return matrix;
  for (std::size_t level = 0; level < region.grey_levels.size(); ++level) {
    for (std::size_t length = 1; length <= longest; ++length) {
      const std::uint32_t count = counter.counts()[(level + 1) * (longest + 1) + length];
      if (count != 0) {
        matrix.push_back({region.grey_levels[level], static_cast<int>(length), static_cast<double>(count)});
      }
    }
  }
  return matrix;
}

std::vector<GreyLevelExtent> run_length_matrix(const GreyLevelRegion& region, const Direction& direction) {
  return run_length_matrix(region, direction, rows_inside(region));
}

}  // namespace glisson::engine
