#include "dicom/images/frame_placement.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "dicom/images/geometry.hpp"

namespace glisson::dicom {
namespace {

/// Tells the frame's position, when it is refused.
class OffGrid {
 public:
  OffGrid(const Attributes& plane, int frame) : plane_(plane), frame_(frame) {}
  [[noreturn]] void operator()(const std::string& how) const {
    plane_.reject(RejectionReason::segmentation_off_grid, "frame " + std::to_string(frame_ + 1) + " " + how);
  }

 private:
  Attributes plane_;
  int frame_;
};

/// How far the corners of a frame may be from the grid, in mm. Spacing and orientation that were rounded to
/// four decimals move the far end of a row of 512 pixels by 0.03 mm; up to a tenth of a voxel, which voxel is
/// meant is beyond doubt.
double corner_tolerance(double spacing) { return std::max(0.1 * spacing, position_tolerance(spacing)); }

std::array<int, 3> nearest_voxel(const engine::Vector3& position, const engine::Grid& grid,
                                 const OffGrid& off_grid) {
  const engine::Vector3 index = grid.index(position);
  std::array<int, 3> voxel{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double nearest = std::round(index[axis]);
    const double off = std::abs(index[axis] - nearest) * grid.spacing[axis];
    if (std::abs(nearest) > 1e6) off_grid("lies far outside of the images");
    if (off > corner_tolerance(grid.spacing[axis])) {
      std::array<char, 64> text{};
      std::snprintf(text.data(), text.size(), "lies %.3f mm off the grid of the images along %c", off,
                    "xyz"[axis]);
      off_grid(text.data());
    }
    voxel[axis] = static_cast<int>(nearest);
  }
  return voxel;
}

std::array<int, 3> nearest_axis(const engine::Vector3& direction, const engine::Grid& grid) {
  std::array<int, 3> step{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    step[axis] = static_cast<int>(std::lround(dot(direction, grid.direction[axis])));
  }
  return step;
}

engine::Vector3 moved(const engine::Vector3& from, const engine::Vector3& direction, double distance) {
  return {from[0] + direction[0] * distance, from[1] + direction[1] * distance,
          from[2] + direction[2] * distance};
}

}  // namespace

Attributes FunctionalGroups::macro(const DcmTagKey& sequence) const {
  if (const auto own = frame_.first_item(sequence)) return *own;
  if (shared_) {
    if (const auto common = shared_->first_item(sequence)) return *common;
  }
  frame_.reject(
      RejectionReason::missing_attribute,
      Attributes::name(sequence) + " is neither in the frame's functional groups nor in the shared ones");
}

FramePlacement place_frame(const FunctionalGroups& groups, const engine::Grid& grid, int rows, int columns,
                           int frame) {
  const Attributes plane = groups.macro(DCM_PlanePositionSequence);
  const OffGrid off_grid(plane, frame);
  const auto [row_direction, column_direction] = read_orientation(groups.macro(DCM_PlaneOrientationSequence));
  const auto spacing = read_pixel_spacing(groups.macro(DCM_PixelMeasuresSequence));
  const engine::Vector3 first = read_position(plane);

  FramePlacement placement;
  placement.origin = nearest_voxel(first, grid, off_grid);
  placement.column_step = nearest_axis(row_direction, grid);
  placement.row_step = nearest_axis(column_direction, grid);
  // Orientation and spacing fit when the far ends of the first row and column fall where they should.
  const auto end_of_row =
      nearest_voxel(moved(first, row_direction, spacing[1] * (columns - 1)), grid, off_grid);
  const auto end_of_column =
      nearest_voxel(moved(first, column_direction, spacing[0] * (rows - 1)), grid, off_grid);
  if (end_of_row != placement.voxel(columns - 1, 0) || end_of_column != placement.voxel(0, rows - 1)) {
    off_grid("has another orientation or pixel spacing than the images");
  }
  return placement;
}

}  // namespace glisson::dicom
