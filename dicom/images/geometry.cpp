#include "dicom/images/geometry.hpp"

#include <algorithm>
#include <cmath>

namespace glisson::dicom {
namespace {

engine::Vector3 scaled(const engine::Vector3& a, double factor) {
  return {a[0] * factor, a[1] * factor, a[2] * factor};
}

}  // namespace

double dot(const engine::Vector3& a, const engine::Vector3& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

engine::Vector3 cross(const engine::Vector3& a, const engine::Vector3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

double position_tolerance(double spacing) {
  // The last term lets a position pass whose deviation is the tolerance itself but for rounding.
  return std::max(0.01 * spacing, 0.01) + 1e-6;
}

std::array<double, 2> read_pixel_spacing(const Attributes& item) {
  const auto values = item.required_numbers(DCM_PixelSpacing, 2);
  if (values[0] <= 0 || values[1] <= 0) {
    item.reject(RejectionReason::invalid_attribute, "PixelSpacing is not greater than 0");
  }
  return {values[0], values[1]};
}

engine::Vector3 read_position(const Attributes& item) {
  const auto values = item.required_numbers(DCM_ImagePositionPatient, 3);
  return {values[0], values[1], values[2]};
}

std::pair<engine::Vector3, engine::Vector3> read_orientation(const Attributes& item) {
  const auto values = item.required_numbers(DCM_ImageOrientationPatient, 6);
  const engine::Vector3 row{values[0], values[1], values[2]};
  const engine::Vector3 column{values[3], values[4], values[5]};
  constexpr double rounding = 0.01;
  if (std::abs(dot(row, row) - 1) > rounding || std::abs(dot(column, column) - 1) > rounding ||
      std::abs(dot(row, column)) > rounding) {
    item.reject(RejectionReason::invalid_attribute,
                "ImageOrientationPatient does not hold two orthogonal unit vectors");
  }
  const engine::Vector3 x = scaled(row, 1 / std::sqrt(dot(row, row)));
  const double along = dot(column, x);
  const engine::Vector3 rest{column[0] - along * x[0], column[1] - along * x[1], column[2] - along * x[2]};
  return {x, scaled(rest, 1 / std::sqrt(dot(rest, rest)))};
}

}  // namespace glisson::dicom
