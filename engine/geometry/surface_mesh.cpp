#include "engine/geometry/surface_mesh.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

#include "engine/geometry/marching_cubes_cases.hpp"

namespace glisson::engine {
namespace {

// Mesh vertices lie between two voxels; twice their index is integral.
using Vertex = std::array<std::int32_t, 3>;

constexpr std::array<Vertex, 12> edge_midpoints{{{1, 0, 0},
                                                 {2, 1, 0},
                                                 {1, 2, 0},
                                                 {0, 1, 0},
                                                 {1, 0, 2},
                                                 {2, 1, 2},
                                                 {1, 2, 2},
                                                 {0, 1, 2},
                                                 {0, 0, 1},
                                                 {2, 0, 1},
                                                 {2, 2, 1},
                                                 {0, 2, 1}}};

Vector3 cross(const Vector3& a, const Vector3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

double dot(const Vector3& a, const Vector3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

// What the triangles (a, b, c) of one case add, in a cube whose corner 0 is the origin. In a cube at p, the
// signed volume 1/6 sum det(p + a, p + b, p + c) is 1/6 (determinant + p . normal).
struct CaseMeasure {
  double area = 0;
  double determinant = 0;
  Vector3 normal{};
};

CaseMeasure measure_case(std::string_view edges, const Vector3& spacing) {
  const auto corner = [&](char digit) {
    const Vertex& v = edge_midpoints[static_cast<std::size_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10)];
    return Vector3{0.5 * v[0] * spacing[0], 0.5 * v[1] * spacing[1], 0.5 * v[2] * spacing[2]};
  };
  CaseMeasure measure;
  for (std::size_t i = 0; i < edges.size(); i += 3) {
    const Vector3 a = corner(edges[i]);
    const Vector3 b = corner(edges[i + 1]);
    const Vector3 c = corner(edges[i + 2]);
    const Vector3 normal =
        cross({b[0] - a[0], b[1] - a[1], b[2] - a[2]}, {c[0] - a[0], c[1] - a[1], c[2] - a[2]});
    measure.area += 0.5 * std::sqrt(dot(normal, normal));
    measure.determinant += dot(cross(a, b), c);
    for (std::size_t axis = 0; axis < 3; ++axis) measure.normal[axis] += normal[axis];
  }
  return measure;
}

// The region with a margin of one voxel outside, so that the mesh closes.
struct PaddedMask {
  std::array<int, 3> size{};
  std::vector<std::uint8_t> voxels;

  explicit PaddedMask(const Region& region) {
    for (std::size_t axis = 0; axis < 3; ++axis) size[axis] = region.grid.size[axis] + 2;
    voxels.assign(static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]) *
                      static_cast<std::size_t>(size[2]),
                  0);
    for (int z = 0; z < region.grid.size[2]; ++z) {
      for (int y = 0; y < region.grid.size[1]; ++y) {
        const auto source = region.inside.begin() + static_cast<std::ptrdiff_t>(region.grid.offset(0, y, z));
        std::copy_n(source, region.grid.size[0], row(y + 1, z + 1) + 1);
      }
    }
  }
  std::vector<std::uint8_t>::iterator row(int y, int z) {
    return voxels.begin() + (static_cast<std::ptrdiff_t>(z) * size[1] + y) * size[0];
  }
};

// Bits 0, 3, 4, 7 of a case: the four corners at the cube's x.
unsigned corners_at(const std::array<const std::uint8_t*, 4>& rows, int x) {
  return unsigned{rows[0][x]} | (unsigned{rows[1][x]} << 3U) | (unsigned{rows[2][x]} << 4U) |
         (unsigned{rows[3][x]} << 7U);
}

// The same corners one step on along x: bits 1, 2, 5, 6.
unsigned as_far_corners(unsigned near) { return ((near & 0x11U) << 1U) | ((near & 0x88U) >> 1U); }

// Area and volume of the mesh, and its vertices.
std::vector<Vertex> march(const PaddedMask& mask, const Vector3& spacing, SurfaceMesh& mesh) {
  std::array<CaseMeasure, 128> measures;
  for (std::size_t i = 0; i < measures.size(); ++i)
    measures[i] = measure_case(marching_cubes_cases[i], spacing);

  std::vector<Vertex> vertices;
  for (int z = 0; z + 1 < mask.size[2]; ++z) {
    for (int y = 0; y + 1 < mask.size[1]; ++y) {
      const std::uint8_t* row =
          mask.voxels.data() + (static_cast<std::ptrdiff_t>(z) * mask.size[1] + y) * mask.size[0];
      const std::uint8_t* above = row + static_cast<std::ptrdiff_t>(mask.size[1]) * mask.size[0];
      const std::array<const std::uint8_t*, 4> rows{row, row + mask.size[0], above, above + mask.size[0]};
      unsigned near = corners_at(rows, 0);
      for (int x = 0; x + 1 < mask.size[0]; ++x) {
        const unsigned next = corners_at(rows, x + 1);
        unsigned cube = near | as_far_corners(next);
        near = next;
        if (cube == 0 || cube == 0xFFU) continue;
        double sign = -1;  // the table's triangles face the inside
        if ((cube & 0x80U) != 0) {
          cube ^= 0xFFU;
          sign = 1;
        }
        // Corner 7 is outside now. Its edges to 6, 4 and 3 belong to this cube alone in this role, so that
        // every vertex of the mesh is taken once.
        if ((cube & 0x40U) != 0) vertices.push_back({2 * x + 1, 2 * y + 2, 2 * z + 2});
        if ((cube & 0x10U) != 0) vertices.push_back({2 * x, 2 * y + 1, 2 * z + 2});
        if ((cube & 0x08U) != 0) vertices.push_back({2 * x, 2 * y + 2, 2 * z + 1});
        const CaseMeasure& measure = measures[cube];
        mesh.area += measure.area;
        mesh.volume +=
            sign *
            (measure.determinant + dot({x * spacing[0], y * spacing[1], z * spacing[2]}, measure.normal)) / 6;
      }
    }
  }
  return vertices;
}

double squared_distance(const Vertex& a, const Vertex& b, const Vector3& spacing) {
  double sum = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double d = 0.5 * (a[axis] - b[axis]) * spacing[axis];
    sum += d * d;
  }
  return sum;
}

// The corners of the convex hull of points in a plane perpendicular to `axis` (Andrew's monotone chain).
// Indices are affine coordinates, which the hull does not mind, so that the arithmetic is exact.
// @param plane indices into vertices, sorted by the two other coordinates.
std::vector<std::size_t> convex_hull(const std::vector<Vertex>& vertices, std::span<const std::size_t> plane,
                                     std::size_t u, std::size_t v) {
  if (plane.size() < 3) return {plane.begin(), plane.end()};
  const auto turn = [&](std::size_t o, std::size_t a, std::size_t b) {
    const auto difference = [&](std::size_t p, std::size_t axis) {
      return std::int64_t{vertices[p][axis]} - vertices[o][axis];
    };
    return difference(a, u) * difference(b, v) - difference(a, v) * difference(b, u);
  };
  std::vector<std::size_t> hull;
  const auto extend = [&](std::size_t point, std::size_t base) {
    while (hull.size() >= base + 2 && turn(hull[hull.size() - 2], hull.back(), point) <= 0) hull.pop_back();
    hull.push_back(point);
  };
  for (const std::size_t point : plane) extend(point, 0);
  const std::size_t base = hull.size() - 1;
  for (auto point = plane.rbegin() + 1; point != plane.rend(); ++point) extend(*point, base);
  hull.pop_back();
  return hull;
}

// Largest squared distance of two vertices in one plane perpendicular to `axis`; counts in `hulls` for each
// vertex whether it is a corner of its plane's convex hull.
double squared_planar_diameter(const std::vector<Vertex>& vertices, std::size_t axis, const Vector3& spacing,
                               std::vector<std::uint8_t>& hulls) {
  const std::size_t u = (axis + 1) % 3;
  const std::size_t v = (axis + 2) % 3;
  std::vector<std::size_t> order(vertices.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const Vertex& p = vertices[a];
    const Vertex& q = vertices[b];
    return std::array{p[axis], p[u], p[v]} < std::array{q[axis], q[u], q[v]};
  });
  double largest = 0;
  for (auto first = order.begin(); first != order.end();) {
    const auto last = std::find_if(
        first, order.end(), [&](std::size_t i) { return vertices[i][axis] != vertices[*first][axis]; });
    const std::vector<std::size_t> hull = convex_hull(vertices, {first, last}, u, v);
    for (std::size_t i = 0; i < hull.size(); ++i) {
      ++hulls[hull[i]];
      for (std::size_t j = 0; j < i; ++j) {
        largest = std::max(largest, squared_distance(vertices[hull[i]], vertices[hull[j]], spacing));
      }
    }
    first = last;
  }
  return largest;
}

// Largest distance of any two points. The farther a point from the centre, the earlier it is tried; two
// points whose distances from the centre sum to less than the largest found so far cannot be farther apart.
double largest_distance(std::vector<Vertex> points, const Vector3& spacing) {
  if (points.empty()) return 0;
  Vertex lower = points.front();
  Vertex upper = points.front();
  for (const Vertex& point : points) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      lower[axis] = std::min(lower[axis], point[axis]);
      upper[axis] = std::max(upper[axis], point[axis]);
    }
  }
  const Vertex centre{(lower[0] + upper[0]) / 2, (lower[1] + upper[1]) / 2, (lower[2] + upper[2]) / 2};
  const auto radius = [&](const Vertex& p) { return std::sqrt(squared_distance(p, centre, spacing)); };
  std::sort(points.begin(), points.end(),
            [&](const Vertex& a, const Vertex& b) { return radius(a) > radius(b); });
  std::vector<double> radii(points.size());
  std::transform(points.begin(), points.end(), radii.begin(), radius);
  double largest = 0;
  for (std::size_t i = 0; i < points.size() && 2 * radii[i] > largest; ++i) {
    for (std::size_t j = i + 1; j < points.size() && radii[i] + radii[j] > largest; ++j) {
      largest = std::max(largest, std::sqrt(squared_distance(points[i], points[j], spacing)));
    }
  }
  return largest;
}

}  // namespace

SurfaceMesh measure_surface_mesh(const Region& region) {
  const Vector3& spacing = region.grid.spacing;
  SurfaceMesh mesh;
  const std::vector<Vertex> vertices = march(PaddedMask(region), spacing, mesh);
  std::vector<std::uint8_t> hulls(vertices.size(), 0);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    mesh.planar_diameter[axis] = std::sqrt(squared_planar_diameter(vertices, axis, spacing, hulls));
  }
  // A corner of the region's convex hull is a corner of the hull in each plane through it.
  std::vector<Vertex> candidates;
  for (std::size_t i = 0; i < vertices.size(); ++i) {
    if (hulls[i] == 3) candidates.push_back(vertices[i]);
  }
  mesh.diameter = largest_distance(std::move(candidates), spacing);
  return mesh;
}

}  // namespace glisson::engine
