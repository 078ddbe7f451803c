#pragma once

// Internal to this room, as dicom/dicom_file.hpp.
#include <array>
#include <optional>

#include "dicom/dicom_file.hpp"
#include "engine/volume.hpp"

namespace glisson::dicom {

/// The functional groups of one frame: its own, else the shared ones (PS3.3 C.7.6.16.1.1).
class FunctionalGroups {
 public:
  FunctionalGroups(const Attributes& frame, const std::optional<Attributes>& shared)
      : frame_(frame), shared_(shared) {}

  /// The item of a functional group's sequence.
  /// @throws RejectedInput missing_attribute.
  Attributes macro(const DcmTagKey& sequence) const;

 private:
  Attributes frame_;
  std::optional<Attributes> shared_;
};

/// Where the pixels of one frame lie on a grid: voxel = origin + column * column_step + row * row_step, the
/// steps being signed unit vectors along two different index axes. Voxels may lie outside of the grid.
struct FramePlacement {
  std::array<int, 3> origin{};
  std::array<int, 3> column_step{};
  std::array<int, 3> row_step{};

  std::array<int, 3> voxel(int column, int row) const {
    return {origin[0] + column * column_step[0] + row * row_step[0],
            origin[1] + column * column_step[1] + row * row_step[1],
            origin[2] + column * column_step[2] + row * row_step[2]};
  }
};

/// Places a frame by its Plane Position, Plane Orientation and Pixel Measures.
/// @param frame index from 0, for messages, which count from 1.
/// @throws RejectedInput segmentation_off_grid, missing_attribute, invalid_attribute.
FramePlacement place_frame(const FunctionalGroups& groups, const engine::Grid& grid, int rows, int columns,
                           int frame);

}  // namespace glisson::dicom
