#include "dicom/images/image_series.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <optional>
#include <utility>

#include "dicom/images/geometry.hpp"
#include "dicom/images/slice.hpp"
#include "engine/errors.hpp"
#include "engine/large_array.hpp"
#include "engine/side_by_side.hpp"

namespace glisson::dicom {
namespace {

using enum RejectionReason;

[[noreturn]] void reject(RejectionReason reason, const std::string& detail) {
  throw RejectedInput(reason, detail);
}

std::string millimetres(double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.2f mm", value);
  return text.data();
}

/// Largest difference of direction cosines that still counts as one orientation: 0.04 mm over 400 mm.
constexpr double orientation_tolerance = 1e-4;
/// Largest relative difference of Pixel Spacing that rounding explains.
constexpr double spacing_tolerance = 1e-4;

bool near(const engine::Vector3& a, const engine::Vector3& b, double tolerance) {
  return std::abs(a[0] - b[0]) <= tolerance && std::abs(a[1] - b[1]) <= tolerance &&
         std::abs(a[2] - b[2]) <= tolerance;
}

void require_same_geometry(const Slice& first, const Slice& slice) {
  const std::string other = slice.name + " against " + first.name;
  if (slice.series_instance_uid != first.series_instance_uid ||
      slice.study_instance_uid != first.study_instance_uid || slice.modality != first.modality) {
    reject(mixed_series, other + ": another series");
  }
  if (slice.patient_id != first.patient_id || slice.issuer_of_patient_id != first.issuer_of_patient_id) {
    reject(mixed_series, other + ": another patient");
  }
  if (slice.frame_of_reference_uid != first.frame_of_reference_uid) {
    reject(mixed_frame_of_reference, other + ": another frame of reference");
  }
  if (slice.rows != first.rows || slice.columns != first.columns) {
    reject(mixed_size, other + ": " + std::to_string(slice.columns) + " x " + std::to_string(slice.rows) +
                           " pixels instead of " + std::to_string(first.columns) + " x " +
                           std::to_string(first.rows));
  }
  if (!near(slice.row_direction, first.row_direction, orientation_tolerance) ||
      !near(slice.column_direction, first.column_direction, orientation_tolerance)) {
    reject(mixed_orientation, other + ": another orientation");
  }
  for (std::size_t i = 0; i < 2; ++i) {
    if (std::abs(slice.pixel_spacing[i] - first.pixel_spacing[i]) >
        spacing_tolerance * first.pixel_spacing[i]) {
      reject(mixed_spacing, other + ": pixels of " + millimetres(slice.pixel_spacing[i]) + " instead of " +
                                millimetres(first.pixel_spacing[i]));
    }
  }
  if (slice.intensity_unit != first.intensity_unit)
    reject(mixed_series, other + ": another unit of intensity");
}

/// A slice with its position along the normal of the series, in mm.
struct PlacedSlice {
  Slice slice;
  double along = 0;
};

// Tells a gap (missing slices) from irregular spacing: distances that are multiples of the smallest are gaps.
double regular_spacing(const std::vector<PlacedSlice>& slices) {
  double smallest = slices[1].along - slices[0].along;
  for (std::size_t i = 1; i < slices.size(); ++i) {
    const double distance = slices[i].along - slices[i - 1].along;
    if (distance < 0.01) {
      reject(duplicate_positions, slices[i].slice.name + " and " + slices[i - 1].slice.name +
                                      " both lie at " + millimetres(slices[i].along) +
                                      " along the slice normal");
    }
    smallest = std::min(smallest, distance);
  }
  double missing = 0;
  std::string first_gap;
  for (std::size_t i = 1; i < slices.size(); ++i) {
    const double distance = slices[i].along - slices[i - 1].along;
    const double steps = std::round(distance / smallest);
    // Both ends of a distance may be off by the tolerance, and so may those of the smallest one.
    if (std::abs(distance - steps * smallest) > 2 * (1 + steps) * position_tolerance(smallest)) {
      reject(mixed_spacing, "slices are " + millimetres(smallest) + " apart and, after " +
                                millimetres(slices[i - 1].along) + " along the slice normal, " +
                                millimetres(distance));
    }
    if (steps > 1 && missing == 0) {
      first_gap = "between " + millimetres(slices[i - 1].along) + " and " + millimetres(slices[i].along) +
                  " along the slice normal";
    }
    missing += steps - 1;
  }
  const auto present = static_cast<double>(slices.size());
  if (missing > 0) {
    std::array<char, 128> text{};
    std::snprintf(text.data(), text.size(), "%.0f of %.0f slices are missing, the first ", missing,
                  present + missing);
    reject(missing_slices, text.data() + first_gap);
  }
  return (slices.back().along - slices.front().along) / (present - 1);
}

void require_regular_stack(const std::vector<PlacedSlice>& slices, const engine::Grid& grid) {
  for (std::size_t z = 0; z < slices.size(); ++z) {
    const engine::Vector3 index = grid.index(slices[z].slice.position);
    const double off = std::abs(index[2] - static_cast<double>(z)) * grid.spacing[2];
    if (off > position_tolerance(grid.spacing[2])) {
      reject(mixed_spacing, slices[z].slice.name + " lies " + millimetres(off) +
                                " off the regular spacing of " + millimetres(grid.spacing[2]));
    }
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const double shift = std::abs(index[axis]) * grid.spacing[axis];
      if (shift > position_tolerance(grid.spacing[axis])) {
        reject(sheared_volume, slices[z].slice.name + " is shifted by " + millimetres(shift) +
                                   " in its plane against the first slice");
      }
    }
  }
}

std::vector<PlacedSlice> read_sorted_slices(std::span<const std::filesystem::path> files) {
  std::vector<PlacedSlice> slices(files.size());
  const auto faults =
      engine::side_by_side(files.size(), [&](std::size_t i) { slices[i].slice = read_slice(files[i]); });
  for (std::size_t i = 0; i < files.size(); ++i) {
    engine::rethrow(faults[i]);
    require_same_geometry(slices.front().slice, slices[i].slice);
  }
  if (slices.size() < 2) {
    reject(too_few_slices, std::to_string(slices.size()) + (slices.size() == 1 ? " slice" : " slices"));
  }
  const engine::Vector3 normal = cross(slices[0].slice.row_direction, slices[0].slice.column_direction);
  for (auto& placed : slices) placed.along = dot(placed.slice.position, normal);
  std::sort(slices.begin(), slices.end(),
            [](const PlacedSlice& a, const PlacedSlice& b) { return a.along < b.along; });
  return slices;
}

engine::Grid make_grid(const std::vector<PlacedSlice>& slices) {
  const Slice& first = slices.front().slice;
  engine::Grid grid;
  grid.size = {first.columns, first.rows, static_cast<int>(slices.size())};
  grid.spacing = {first.pixel_spacing[1], first.pixel_spacing[0], regular_spacing(slices)};
  grid.origin = first.position;
  grid.direction = {first.row_direction, first.column_direction,
                    cross(first.row_direction, first.column_direction)};
  require_regular_stack(slices, grid);
  return grid;
}

/// A slice of the series of `first`; none where the file cannot be read as one or does not fit.
std::optional<Slice> fitting_slice(const Slice& first, const std::filesystem::path& file) {
  try {
    Slice slice = read_slice(file);
    require_same_geometry(first, slice);
    return slice;
  } catch (const RejectedInput&) {
    return std::nullopt;
  }
}

/// True where one of `others` lies between two referenced slices: those alone would look like a series of
/// larger spacing.
bool leaves_out_slices(std::span<const std::filesystem::path> referenced, const std::vector<Slice>& others) {
  const std::vector<PlacedSlice> slices = read_sorted_slices(referenced);
  const Slice& first = slices.front().slice;
  const engine::Vector3 normal = cross(first.row_direction, first.column_direction);
  return std::any_of(others.begin(), others.end(), [&](const Slice& other) {
    const double along = dot(other.position, normal);
    const auto above = std::find_if(slices.begin(), slices.end(),
                                    [&](const PlacedSlice& placed) { return placed.along > along; });
    if (above == slices.begin() || above == slices.end()) return false;
    const double below = std::prev(above)->along;
    const double same_place = 0.1 * (above->along - below);
    return along - below > same_place && above->along - along > same_place;
  });
}

/// Fills in the volume's values and what the pixels say of themselves. Slices are decoded side by side; where
/// several are refused, the reason is that of the first.
void read_pixels(const std::vector<PlacedSlice>& slices, ImageSeries& series) {
  const std::size_t plane = series.volume.grid.voxel_count() / slices.size();
  series.volume.values = engine::large_array<float>(series.volume.grid.voxel_count());
  const bool may_be_padded = std::any_of(slices.begin(), slices.end(), [](const PlacedSlice& placed) {
    return placed.slice.format.padding.has_value();
  });
  if (may_be_padded) series.padding.resize(series.volume.values.size());
  std::vector<SlicePixels> pixels(slices.size());
  const auto faults = engine::side_by_side(slices.size(), [&](std::size_t z) {
    pixels[z] = read_intensities(
        slices[z].slice, std::span(series.volume.values).subspan(z * plane, plane),
        may_be_padded ? std::span(series.padding).subspan(z * plane, plane) : std::span<std::uint8_t>{});
  });
  for (const auto& fault : faults) engine::rethrow(fault);
  const auto count = [&](bool SlicePixels::*property) {
    return static_cast<int>(std::count_if(pixels.begin(), pixels.end(),
                                          [&](const SlicePixels& slice) { return slice.*property; }));
  };
  series.lossy_images = count(&SlicePixels::lossy);
  if (count(&SlicePixels::padded) == 0) series.padding.clear();
}

}  // namespace

ImageSeries read_image_series(std::span<const std::filesystem::path> files) {
  const std::vector<PlacedSlice> slices = read_sorted_slices(files);
  const Slice& first = slices.front().slice;
  ImageSeries series;
  series.study_instance_uid = first.study_instance_uid;
  series.series_instance_uid = first.series_instance_uid;
  series.frame_of_reference_uid = first.frame_of_reference_uid;
  series.patient_id = first.patient_id;
  series.issuer_of_patient_id = first.issuer_of_patient_id;
  series.modality = first.modality;
  series.series_description = first.series_description;
  series.manufacturer = first.manufacturer;
  series.timezone_offset = first.timezone_offset;
  series.slice_thickness = first.slice_thickness;
  series.intensity_unit = first.intensity_unit;
  series.volume.grid = make_grid(slices);
  for (const PlacedSlice& placed : slices) {
    series.images.push_back({placed.slice.file, placed.slice.sop_class_uid, placed.slice.sop_instance_uid});
  }
  read_pixels(slices, series);
  return series;
}

ImageSeries read_image_series(std::span<const std::filesystem::path> referenced,
                              std::span<const std::filesystem::path> rest) {
  if (referenced.empty() || rest.empty()) return read_image_series(referenced);
  const Slice first = read_slice(referenced.front());
  std::vector<std::filesystem::path> whole(referenced.begin(), referenced.end());
  std::vector<Slice> others;
  for (const auto& file : rest) {
    auto slice = fitting_slice(first, file);
    if (!slice) continue;
    whole.push_back(file);
    others.push_back(std::move(*slice));
  }
  try {
    return read_image_series(whole);
  } catch (const RejectedInput&) {
    if (referenced.size() < 2 || leaves_out_slices(referenced, others)) throw;
  }
  return read_image_series(referenced);
}

}  // namespace glisson::dicom
