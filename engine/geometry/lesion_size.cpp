#include "engine/geometry/lesion_size.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "engine/errors.hpp"
#include "engine/region.hpp"

namespace glisson::engine {
namespace {

/// A corner of voxels in one slice, counted from the outer corner of voxel (0, 0): the left edge of voxel x
/// is at x, its right edge at x + 1.
struct Corner {
  int x = 0;
  int y = 0;
  bool operator<(const Corner& other) const { return x != other.x ? x < other.x : y < other.y; }
  bool operator==(const Corner&) const = default;
};

struct Segment {
  Corner start;
  Corner end;
};

/// A point of a slice in mm from the outer corner of voxel (0, 0).
struct Point {
  double u = 0;  ///< Along x.
  double v = 0;  ///< Along y.
};

/// One slice of a mask, of which nothing lies outside of `box`.
class Slice {
 public:
  Slice(const Mask& mask, const BoundingBox& box, int z) : mask_(mask), box_(box), z_(z) {}

  bool inside(int x, int y) const {
    const Grid& grid = mask_.grid;
    if (x < 0 || y < 0 || x >= grid.size[0] || y >= grid.size[1]) return false;
    return mask_.voxels[grid.offset(x, y, z_)] != 0;
  }

  std::size_t count() const {
    std::size_t voxels = 0;
    for (int y = box_.lower[1]; y <= box_.upper[1]; ++y) {
      for (int x = box_.lower[0]; x <= box_.upper[0]; ++x) voxels += inside(x, y) ? 1U : 0U;
    }
    return voxels;
  }

  Point point(const Corner& corner) const {
    return {corner.x * mask_.grid.spacing[0], corner.y * mask_.grid.spacing[1]};
  }

  Vector3 position(const Point& point) const {
    return mask_.grid.position({point.u / mask_.grid.spacing[0] - 0.5, point.v / mask_.grid.spacing[1] - 0.5,
                                static_cast<double>(z_)});
  }

  /// The outer corners of each row's first and last voxel: no other corner can be on the convex hull.
  std::vector<Corner> outer_corners() const {
    std::vector<Corner> corners;
    for (int y = box_.lower[1]; y <= box_.upper[1]; ++y) {
      int first = -1;
      int last = -1;
      for (int x = box_.lower[0]; x <= box_.upper[0]; ++x) {
        if (!inside(x, y)) continue;
        if (first < 0) first = x;
        last = x;
      }
      if (first < 0) continue;
      for (const int side : {y, y + 1}) {
        corners.push_back({first, side});
        corners.push_back({last + 1, side});
      }
    }
    return corners;
  }

  /// The edges between voxels inside and outside.
  std::vector<Segment> outline() const {
    std::vector<Segment> edges;
    for (int y = box_.lower[1]; y <= box_.upper[1] + 1; ++y) {
      for (int x = box_.lower[0]; x <= box_.upper[0] + 1; ++x) {
        if (inside(x, y) != inside(x - 1, y)) edges.push_back({{x, y}, {x, y + 1}});
        if (inside(x, y) != inside(x, y - 1)) edges.push_back({{x, y}, {x + 1, y}});
      }
    }
    return edges;
  }

 private:
  const Mask& mask_;
  BoundingBox box_;
  int z_;
};

/// Convex hull by Andrew's monotone chain (1979, 10.1016/0020-0190(79)90072-3), without collinear corners.
/// In units of voxels: scaling the axes keeps a hull a hull, and whole numbers keep it exact.
std::vector<Corner> convex_hull(std::vector<Corner> corners) {
  std::ranges::sort(corners, std::less<>{});
  corners.erase(std::unique(corners.begin(), corners.end()), corners.end());
  const auto turn = [](const Corner& a, const Corner& b, const Corner& c) {
    return std::int64_t{b.x - a.x} * (c.y - a.y) - std::int64_t{b.y - a.y} * (c.x - a.x);
  };
  std::vector<Corner> hull;
  const auto add_chain = [&](auto begin, auto end) {
    const std::size_t base = hull.size();
    for (auto corner = begin; corner != end; ++corner) {
      while (hull.size() >= base + 2 && turn(hull[hull.size() - 2], hull.back(), *corner) <= 0)
        hull.pop_back();
      hull.push_back(*corner);
    }
    hull.pop_back();  // The last corner of a chain is the first of the other.
  };
  add_chain(corners.begin(), corners.end());
  add_chain(corners.rbegin(), corners.rend());
  return hull;
}

/// A line in one slice.
struct Diameter {
  Point start;
  Point end;
  double length = 0;  ///< mm.
};

/// Diameters that differ by less count as equal, so that rounding does not choose between them.
constexpr double equal_length = 1e-9;

Diameter longest_diameter(const Slice& slice) {
  const std::vector<Corner> hull = convex_hull(slice.outer_corners());
  Diameter longest;
  for (std::size_t i = 0; i < hull.size(); ++i) {
    for (std::size_t j = i + 1; j < hull.size(); ++j) {
      const Point a = slice.point(hull[i]);
      const Point b = slice.point(hull[j]);
      const double length = std::hypot(b.u - a.u, b.v - a.v);
      if (length > longest.length + equal_length) longest = {a, b, length};
    }
  }
  return longest;
}

/// The longest line perpendicular to `diameter` between two points of the outline. Between neighbouring
/// corners of the outline both ends move along straight edges, so the longest one passes through a corner.
Diameter longest_perpendicular(const Slice& slice, const Diameter& diameter) {
  const double along_u = (diameter.end.u - diameter.start.u) / diameter.length;
  const double along_v = (diameter.end.v - diameter.start.v) / diameter.length;
  struct Edge {  // Its ends along the diameter (t, ascending) and across it (w).
    double t0, w0, t1, w1;
  };
  std::vector<Edge> edges;
  std::vector<double> positions;
  for (const Segment& segment : slice.outline()) {
    const Point a = slice.point(segment.start);
    const Point b = slice.point(segment.end);
    Edge edge{a.u * along_u + a.v * along_v, a.v * along_u - a.u * along_v, b.u * along_u + b.v * along_v,
              b.v * along_u - b.u * along_v};
    if (edge.t0 > edge.t1) edge = {edge.t1, edge.w1, edge.t0, edge.w0};
    positions.insert(positions.end(), {edge.t0, edge.t1});
    edges.push_back(edge);
  }
  std::ranges::sort(positions);
  double best_t = 0;
  double best_low = 0;
  double best_high = -1;
  double previous = -std::numeric_limits<double>::infinity();
  for (const double t : positions) {
    if (t - previous < equal_length) continue;
    previous = t;
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const Edge& edge : edges) {
      if (t < edge.t0 - equal_length || t > edge.t1 + equal_length) continue;
      const bool across = edge.t1 - edge.t0 < equal_length;  // The whole edge lies on the line.
      const double part = across ? 0 : std::clamp((t - edge.t0) / (edge.t1 - edge.t0), 0.0, 1.0);
      const double first = edge.w0 + part * (edge.w1 - edge.w0);
      const double second = across ? edge.w1 : first;
      low = std::min({low, first, second});
      high = std::max({high, first, second});
    }
    if (high - low > best_high - best_low + equal_length) {
      best_t = t;
      best_low = low;
      best_high = high;
    }
  }
  const auto point = [&](double w) {
    return Point{best_t * along_u - w * along_v, best_t * along_v + w * along_u};
  };
  return {point(best_low), point(best_high), best_high - best_low};
}

Axis to_axis(const Slice& slice, const Diameter& diameter) {
  return {slice.position(diameter.start), slice.position(diameter.end), diameter.length};
}

/// Takes the voxels that are connected to one of a region out of it.
class PartTaker {
 public:
  PartTaker(const Mask& mask, const BoundingBox& box)
      : mask_(mask), box_(box), left_(crop_to_box(mask, box)) {}

  /// In-plane diagonal in mm of the part that begins at a voxel; 0 where the voxel was taken or is outside.
  double take(int x, int y, int z) {
    if (!pop(x, y, z)) return 0;
    BoundingBox part{{x, y, z}, {x, y, z}};
    while (!pending_.empty()) {
      const std::array<int, 3> voxel = pending_.back();
      pending_.pop_back();
      for (std::size_t axis = 0; axis < 3; ++axis) {
        part.lower[axis] = std::min(part.lower[axis], voxel[axis]);
        part.upper[axis] = std::max(part.upper[axis], voxel[axis]);
      }
      for (int i = 0; i < 27; ++i) pop(voxel[0] + i % 3 - 1, voxel[1] + i / 3 % 3 - 1, voxel[2] + i / 9 - 1);
    }
    return std::hypot(part.extent(0) * mask_.grid.spacing[0], part.extent(1) * mask_.grid.spacing[1]);
  }

 private:
  bool pop(int x, int y, int z) {
    const std::array voxel{x, y, z};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (voxel[axis] < box_.lower[axis] || voxel[axis] > box_.upper[axis]) return false;
    }
    auto& left = left_.voxels[left_.grid.offset(x - box_.lower[0], y - box_.lower[1], z - box_.lower[2])];
    if (left == 0) return false;
    left = 0;
    pending_.push_back(voxel);
    return true;
  }

  const Mask& mask_;
  BoundingBox box_;
  Mask left_;  // of the box
  std::vector<std::array<int, 3>> pending_;
};

int count_parts(const Mask& mask, const BoundingBox& box) {
  constexpr double smallest_part = 5;
  PartTaker taker(mask, box);
  int parts = 0;
  for (int z = box.lower[2]; z <= box.upper[2]; ++z) {
    for (int y = box.lower[1]; y <= box.upper[1]; ++y) {
      for (int x = box.lower[0]; x <= box.upper[0]; ++x) parts += taker.take(x, y, z) >= smallest_part;
    }
  }
  return std::max(parts, 1);
}

}  // namespace

LesionSize measure_lesion(const Mask& mask) {
  if (mask.voxels.size() != mask.grid.voxel_count()) {
    throw std::logic_error("a mask must have one value for each voxel of its grid");
  }
  const BoundingBox box = bounding_box(mask);
  LesionSize size;
  Diameter longest;
  for (int z = box.lower[2]; z <= box.upper[2]; ++z) {
    const Slice slice(mask, box, z);
    const std::size_t voxels = slice.count();
    if (voxels == 0) continue;
    size.voxels += voxels;
    ++size.slices;
    const Diameter diameter = longest_diameter(slice);
    if (diameter.length > longest.length + equal_length) {
      longest = diameter;
      size.slice = z;
    }
  }
  const Slice slice(mask, box, size.slice);
  size.volume = static_cast<double>(size.voxels) * mask.grid.voxel_volume();
  size.long_axis = to_axis(slice, longest);
  size.short_axis = to_axis(slice, longest_perpendicular(slice, longest));
  size.parts = count_parts(mask, box);
  size.pixel_size = std::max(mask.grid.spacing[0], mask.grid.spacing[1]);
  return size;
}

}  // namespace glisson::engine
