#include "dicom/images/phantom_anatomy.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace glisson::dicom {
namespace {

/// An axis-aligned ellipsoid; a huge third semi-axis makes it a cylinder.
struct Ellipsoid {
  engine::Vector3 centre{};
  engine::Vector3 semi_axes{};  ///< mm.

  /// 0 at the centre, 1 on the surface.
  double squared_radius(const engine::Vector3& point) const {
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const double along = (point[i] - centre[i]) / semi_axes[i];
      sum += along * along;
    }
    return sum;
  }
  bool contains(const engine::Vector3& point) const { return squared_radius(point) <= 1; }
};

// LPS mm around the middle of the grid: the patient's right is at negative x, the back at positive y.
constexpr Ellipsoid body{{0, 0, 0}, {150, 115, 1e6}};
constexpr Ellipsoid muscle{{0, 0, 0}, {132, 98, 1e6}};
constexpr Ellipsoid spine{{0, 66, 0}, {20, 22, 1e6}};
constexpr Ellipsoid aorta{{14, 34, 0}, {11, 11, 1e6}};
constexpr Ellipsoid spleen{{92, 30, 12}, {30, 38, 48}};
constexpr Ellipsoid liver{{-48, -8, 0}, {76, 70, 74}};
constexpr Ellipsoid lesion_1{{-70, -20, 18}, {21, 17, 19}};
constexpr Ellipsoid lesion_2{{-28, 12, -26}, {11, 12, 13}};
constexpr Ellipsoid necrosis{{-66, -22, 16}, {8, 6, 9}};

/// Mean HU in the arterial and the portal venous phase.
struct Enhancement {
  double arterial;
  double portal;
  double in(PhantomPhase phase) const { return phase == PhantomPhase::arterial ? arterial : portal; }
};

constexpr double air = -1000;
constexpr double fat = -100;
constexpr Enhancement muscle_enhancement{58, 62};
constexpr Enhancement bone_enhancement{230, 230};
constexpr Enhancement aorta_enhancement{310, 150};
constexpr Enhancement spleen_enhancement{130, 120};
constexpr Enhancement liver_enhancement{68, 112};
constexpr Enhancement lesion_1_enhancement{118, 82};
constexpr Enhancement lesion_2_enhancement{128, 88};
constexpr Enhancement necrosis_enhancement{32, 34};

/// SplitMix64's mixing function (Steele, Lea and Flood, 2014): a hash of a 64-bit number.
std::uint64_t mixed(std::uint64_t number) {
  number += 0x9E3779B97F4A7C15ULL;
  number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9ULL;
  number = (number ^ (number >> 27)) * 0x94D049BB133111EBULL;
  return number ^ (number >> 31);
}

std::uint64_t hash_of(int x, int y, int z, std::uint64_t seed) {
  const auto part = [](int value) { return static_cast<std::uint64_t>(std::int64_t{value} + (1 << 20)); };
  return mixed(seed ^ (part(x) | (part(y) << 21) | (part(z) << 42)));
}

/// Approximately normal, mean 0 and variance 1: a sum of twelve uniform numbers (Irwin-Hall).
double noise(int x, int y, int z, std::uint64_t seed) {
  double sum = -6;
  for (std::uint64_t i = 0; i < 12; ++i) {
    sum += static_cast<double>(hash_of(x, y, z, seed * 16 + i) >> 11) / 9007199254740992.0;
  }
  return sum;
}

/// Smooth texture between -1 and 1: random values on a lattice, interpolated.
double texture(const engine::Vector3& point, double lattice_spacing, std::uint64_t seed) {
  std::array<int, 3> cell{};
  std::array<double, 3> within{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double position = point[i] / lattice_spacing;
    cell[i] = static_cast<int>(std::floor(position));
    within[i] = position - std::floor(position);
  }
  double value = 0;
  for (int corner = 0; corner < 8; ++corner) {
    const std::array<int, 3> step{corner & 1, (corner >> 1) & 1, corner >> 2};
    double weight = 1;
    for (std::size_t i = 0; i < 3; ++i) weight *= step[i] == 1 ? within[i] : 1 - within[i];
    const std::uint64_t hash = hash_of(cell[0] + step[0], cell[1] + step[1], cell[2] + step[2], seed);
    value += weight * (static_cast<double>(hash >> 11) / 4503599627370496.0 - 1);
  }
  return value;
}

double lesion_intensity(const engine::Vector3& point, PhantomPhase phase) {
  if (necrosis.contains(point)) return necrosis_enhancement.in(phase) + 4 * texture(point, 6, 3);
  const auto& enhancement = lesion_1.contains(point) ? lesion_1_enhancement : lesion_2_enhancement;
  return enhancement.in(phase) + 26 * texture(point, 7, 4);
}

double tissue_intensity(const engine::Vector3& point, PhantomPhase phase) {
  if (lesion_1.contains(point) || lesion_2.contains(point)) return lesion_intensity(point, phase);
  if (liver.contains(point)) return liver_enhancement.in(phase) + 12 * texture(point, 12, 5);
  if (aorta.contains(point)) return aorta_enhancement.in(phase);
  if (spine.contains(point)) return bone_enhancement.in(phase) + 90 * texture(point, 8, 6);
  if (spleen.contains(point)) return spleen_enhancement.in(phase) + 8 * texture(point, 12, 7);
  if (muscle.contains(point)) return muscle_enhancement.in(phase) + 20 * texture(point, 15, 8);
  return body.contains(point) ? fat : air;
}

const Ellipsoid& outline(PhantomSegment segment) {
  if (segment == phantom_liver) return liver;
  return segment == phantom_lesion_1 ? lesion_1 : lesion_2;
}

template <typename Visit>
void for_each_voxel(const engine::Grid& grid, const Visit& visit) {
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x) {
        visit(x, y, z,
              grid.position({static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)}));
      }
    }
  }
}

}  // namespace

engine::Grid phantom_grid() {
  engine::Grid grid;
  grid.size = {128, 128, 36};
  grid.spacing = {2.5, 2.5, 5};
  for (std::size_t i = 0; i < 3; ++i) grid.origin[i] = -0.5 * (grid.size[i] - 1) * grid.spacing[i];
  return grid;
}

engine::Volume phantom_volume(PhantomPhase phase) {
  engine::Volume volume{phantom_grid(), {}};
  volume.values.reserve(volume.grid.voxel_count());
  const std::uint64_t seed = phase == PhantomPhase::arterial ? 1 : 2;
  for_each_voxel(volume.grid, [&](int x, int y, int z, const engine::Vector3& point) {
    const double value = tissue_intensity(point, phase) + 9 * noise(x, y, z, seed);
    volume.values.push_back(static_cast<float>(std::clamp(std::round(value), -1024.0, 3071.0)));
  });
  return volume;
}

engine::Mask phantom_mask(PhantomSegment segment) {
  engine::Mask mask{phantom_grid(), {}};
  mask.voxels.reserve(mask.grid.voxel_count());
  for_each_voxel(mask.grid, [&](int, int, int, const engine::Vector3& point) {
    mask.voxels.push_back(outline(segment).contains(point) ? 1 : 0);
  });
  return mask;
}

}  // namespace glisson::dicom
