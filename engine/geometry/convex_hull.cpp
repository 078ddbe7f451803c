#include "engine/geometry/convex_hull.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

namespace glisson::engine {
namespace {

// Twice the voxel index of a mesh vertex: integral. A hull keeps its corners under scaling of the axes, so
// that the spacing comes in at the end only.
using Point = std::array<std::int64_t, 3>;

Point minus(const Point& a, const Point& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

template <typename T>
std::array<T, 3> cross(const std::array<T, 3>& a, const std::array<T, 3>& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

std::int64_t dot(const Point& a, const Point& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

// Of the mesh vertices on a line through voxel centres, only the outermost two can be corners of the hull.
std::vector<Point> outermost_vertices(const Region& region) {
  const auto& size = region.grid.size;
  std::vector<Point> points;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t u = (axis + 1) % 3;
    const std::size_t v = (axis + 2) % 3;
    std::array<int, 3> voxel{};
    const auto inside = [&](int position) {
      voxel[axis] = position;
      return region.inside[region.grid.offset(voxel[0], voxel[1], voxel[2])] != 0;
    };
    for (voxel[v] = 0; voxel[v] < size[v]; ++voxel[v]) {
      for (voxel[u] = 0; voxel[u] < size[u]; ++voxel[u]) {
        int first = 0;
        int last = size[axis] - 1;
        while (first <= last && !inside(first)) ++first;
        if (first > last) continue;
        while (!inside(last)) --last;
        Point point{std::int64_t{2} * voxel[0], std::int64_t{2} * voxel[1], std::int64_t{2} * voxel[2]};
        point[axis] = std::int64_t{2} * first - 1;
        points.push_back(point);
        point[axis] = std::int64_t{2} * last + 1;
        points.push_back(point);
      }
    }
  }
  return points;
}

struct Facet {
  std::array<std::size_t, 3> corners{};     // counter-clockwise from outside
  std::array<std::size_t, 3> neighbours{};  // beyond the edge from corner i to corner i + 1
  Point normal{};
  std::int64_t offset = 0;
  std::vector<std::size_t> outside;  // points above this facet that no other facet holds
  bool is_part = true;
};

class Quickhull {
 public:
  explicit Quickhull(const std::vector<Point>& points) : points_(points) {
    start();
    for (std::size_t facet = 0; facet < facets_.size(); ++facet) {
      if (facets_[facet].is_part && !facets_[facet].outside.empty()) add_farthest_point_above(facet);
    }
  }

  std::vector<std::array<std::size_t, 3>> triangles() const {
    std::vector<std::array<std::size_t, 3>> result;
    for (const Facet& facet : facets_) {
      if (facet.is_part) result.push_back(facet.corners);
    }
    return result;
  }

 private:
  std::int64_t height(const Facet& facet, std::size_t point) const {
    return dot(facet.normal, points_[point]) - facet.offset;
  }

  Facet facet_of(std::size_t a, std::size_t b, std::size_t c) const {
    Facet facet;
    facet.corners = {a, b, c};
    facet.normal = cross(minus(points_[b], points_[a]), minus(points_[c], points_[a]));
    facet.offset = dot(facet.normal, points_[a]);
    return facet;
  }

  // The point for which `measure` is largest.
  template <typename Measure>
  std::size_t farthest(Measure measure) const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < points_.size(); ++i) {
      if (measure(points_[i]) > measure(points_[best])) best = i;
    }
    return best;
  }

  // A tetrahedron; the vertices around a single voxel already span one.
  void start() {
    const std::size_t a = farthest([](const Point& p) { return p[0]; });
    const auto from_a = [&](const Point& p) { return minus(p, points_[a]); };
    const std::size_t b = farthest([&](const Point& p) { return dot(from_a(p), from_a(p)); });
    const Point ab = from_a(points_[b]);
    const auto beside_ab = [&](const Point& p) { return cross(ab, from_a(p)); };
    std::size_t c = farthest([&](const Point& p) {
      const Point n = beside_ab(p);
      return std::abs(n[0]) + std::abs(n[1]) + std::abs(n[2]);
    });
    const Point normal = beside_ab(points_[c]);
    const std::size_t d = farthest([&](const Point& p) { return std::abs(dot(normal, from_a(p))); });
    const std::int64_t side = dot(normal, from_a(points_[d]));
    if (side == 0) throw std::logic_error("a convex hull needs four points that lie in no plane");
    const std::size_t e = side > 0 ? c : b;  // so that d lies below a, e, f
    const std::size_t f = side > 0 ? b : c;
    facets_ = {facet_of(a, e, f), facet_of(a, d, e), facet_of(e, d, f), facet_of(f, d, a)};
    facets_[0].neighbours = {1, 2, 3};
    facets_[1].neighbours = {3, 2, 0};
    facets_[2].neighbours = {1, 3, 0};
    facets_[3].neighbours = {2, 1, 0};
    std::vector<std::size_t> all(points_.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    distribute(all, 0);
  }

  // Gives each point to the first facet from `first` on above which it lies; the others are inside the hull.
  void distribute(const std::vector<std::size_t>& points, std::size_t first) {
    for (const std::size_t point : points) {
      const auto above = std::find_if(facets_.begin() + static_cast<std::ptrdiff_t>(first), facets_.end(),
                                      [&](const Facet& facet) { return height(facet, point) > 0; });
      if (above != facets_.end()) above->outside.push_back(point);
    }
  }

  // Replaces the facets that the point sees by a cone from the point to their outline.
  void add_farthest_point_above(std::size_t facet) {
    const auto& candidates = facets_[facet].outside;
    const std::size_t apex = *std::max_element(
        candidates.begin(), candidates.end(),
        [&](std::size_t p, std::size_t q) { return height(facets_[facet], p) < height(facets_[facet], q); });
    std::vector<std::size_t> visible{facet};
    facets_[facet].is_part = false;
    const std::size_t first = facets_.size();
    std::map<std::size_t, std::size_t> facet_from;  // first corner of an edge of the outline -> its new facet
    std::vector<std::size_t> orphans;
    for (std::size_t next = 0; next < visible.size(); ++next) {
      const std::size_t seen = visible[next];
      for (std::size_t edge = 0; edge < 3; ++edge) {
        const std::size_t beyond = facets_[seen].neighbours[edge];
        if (!facets_[beyond].is_part) continue;
        if (height(facets_[beyond], apex) > 0) {
          facets_[beyond].is_part = false;
          visible.push_back(beyond);
          continue;
        }
        const std::size_t a = facets_[seen].corners[edge];
        const std::size_t b = facets_[seen].corners[(edge + 1) % 3];
        Facet side = facet_of(a, b, apex);
        side.neighbours[0] = beyond;
        facet_from[a] = facets_.size();
        auto& back = facets_[beyond].neighbours;
        back[static_cast<std::size_t>(std::find(back.begin(), back.end(), seen) - back.begin())] =
            facets_.size();
        facets_.push_back(std::move(side));
      }
      orphans.insert(orphans.end(), facets_[seen].outside.begin(), facets_[seen].outside.end());
      facets_[seen].outside = {};
    }
    for (std::size_t side = first; side < facets_.size(); ++side) {
      const std::size_t after = facet_from.at(facets_[side].corners[1]);
      facets_[side].neighbours[1] = after;
      facets_[after].neighbours[2] = side;
    }
    distribute(orphans, first);
  }

  const std::vector<Point>& points_;
  std::vector<Facet> facets_;
};

}  // namespace

ConvexHull convex_hull(const Region& region) {
  const std::vector<Point> points = outermost_vertices(region);
  ConvexHull hull;
  hull.triangles = Quickhull(points).triangles();
  std::map<std::size_t, std::size_t> index_of;
  for (auto& triangle : hull.triangles) {
    for (std::size_t& corner : triangle) {
      const auto [known, is_new] = index_of.try_emplace(corner, hull.vertices.size());
      if (is_new) {
        const Point& p = points[corner];
        Vector3 vertex{};
        for (std::size_t axis = 0; axis < 3; ++axis) {
          vertex[axis] = 0.5 * static_cast<double>(p[axis]) * region.grid.spacing[axis];
        }
        hull.vertices.push_back(vertex);
      }
      corner = known->second;
    }
    const Vector3& a = hull.vertices[triangle[0]];
    const Vector3& b = hull.vertices[triangle[1]];
    const Vector3& c = hull.vertices[triangle[2]];
    const Vector3 n =
        cross(Vector3{b[0] - a[0], b[1] - a[1], b[2] - a[2]}, Vector3{c[0] - a[0], c[1] - a[1], c[2] - a[2]});
    hull.area += 0.5 * std::hypot(n[0], n[1], n[2]);
    hull.volume += (a[0] * n[0] + a[1] * n[1] + a[2] * n[2]) / 6;
  }
  return hull;
}

}  // namespace glisson::engine
