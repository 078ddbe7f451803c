#include "engine/geometry/enclosing_shapes.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace glisson::engine {
namespace {

using Point2 = Eigen::Vector2d;

double turn(const Point2& a, const Point2& b, const Point2& c) {
  return (b.x() - a.x()) * (c.y() - a.y()) - (b.y() - a.y()) * (c.x() - a.x());
}

// Convex hull in the plane, counter-clockwise (Andrew's monotone chain).
std::vector<Point2> planar_hull(std::vector<Point2> points) {
  std::sort(points.begin(), points.end(), [](const Point2& a, const Point2& b) {
    return a.x() < b.x() || (a.x() == b.x() && a.y() < b.y());
  });
  std::vector<Point2> hull;
  const auto add = [&hull](const Point2& point, std::size_t fixed) {
    while (hull.size() > fixed + 1 && turn(hull[hull.size() - 2], hull.back(), point) <= 0) hull.pop_back();
    hull.push_back(point);
  };
  for (const Point2& point : points) add(point, 0);
  const std::size_t lower = hull.size() - 1;
  for (auto point = points.rbegin() + 1; point != points.rend(); ++point) add(*point, lower);
  hull.pop_back();
  return hull;
}

// Edges of the rectangle of least area around a convex polygon: one of its edges lies on one of the
// polygon's.
Point2 smallest_rectangle(const std::vector<Point2>& hull) {
  Point2 best{0, 0};
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < hull.size(); ++i) {
    const Point2 along = (hull[(i + 1) % hull.size()] - hull[i]).normalized();
    const Point2 across{-along.y(), along.x()};
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    double depth = 0;
    for (const Point2& point : hull) {
      low = std::min(low, along.dot(point));
      high = std::max(high, along.dot(point));
      depth = std::max(depth, across.dot(point - hull[i]));
    }
    if ((high - low) * depth < least) {
      least = (high - low) * depth;
      best = {high - low, depth};
    }
  }
  return best;
}

// Normals of the hull's facets, each direction once, as unit vectors.
std::vector<Eigen::Vector3d> facet_normals(const ConvexHull& hull) {
  std::vector<Eigen::Vector3d> normals;
  for (const auto& triangle : hull.triangles) {
    const auto corner = [&](std::size_t i) {
      return Eigen::Map<const Eigen::Vector3d>(hull.vertices[triangle[i]].data());
    };
    Eigen::Vector3d normal = (corner(1) - corner(0)).cross(corner(2) - corner(0)).normalized();
    // Opposite facets give the same boxes.
    const auto first =
        std::find_if(normal.begin(), normal.end(), [](double c) { return std::abs(c) > 1e-9; });
    if (*first < 0) normal = -normal;
    normals.push_back(normal);
  }
  const auto before = [](const Eigen::Vector3d& a, const Eigen::Vector3d& b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
  };
  std::sort(normals.begin(), normals.end(), before);
  normals.erase(std::unique(normals.begin(), normals.end(),
                            [](const auto& a, const auto& b) { return (a - b).norm() < 1e-9; }),
                normals.end());
  return normals;
}

}  // namespace

Enclosure box_of(const Vector3& edges) {
  const auto [a, b, c] = edges;
  return {a * b * c, 2 * (a * b + b * c + c * a)};
}

// V = 4/3 pi a b c
// A = 4 pi a b sum over nu of (alpha beta)^nu / (1 - 4 nu^2) P_nu((alpha^2 + beta^2) / (2 alpha beta))
// with alpha^2 = 1 - b^2 / a^2, beta^2 = 1 - c^2 / a^2 and a >= b >= c. The terms Q_nu = (alpha beta)^nu P_nu
// follow Bonnet's recursion without dividing by alpha beta, which is 0 for spheroids.
Enclosure ellipsoid_of(const Vector3& semi_axes) {
  Vector3 sorted = semi_axes;
  std::sort(sorted.begin(), sorted.end());
  const auto [c, b, a] = sorted;
  Enclosure ellipsoid{4.0 / 3 * std::numbers::pi * a * b * c, 0};
  if (a == 0) return ellipsoid;
  const double alpha2 = 1 - b * b / (a * a);
  const double beta2 = 1 - c * c / (a * a);
  double previous = 1;                      // Q_0
  double current = 0.5 * (alpha2 + beta2);  // Q_1
  double sum = previous - current / 3;
  for (int nu = 2; nu <= 20; ++nu) {
    const double next =
        ((2 * nu - 1) * 0.5 * (alpha2 + beta2) * current - (nu - 1) * alpha2 * beta2 * previous) / nu;
    previous = current;
    current = next;
    sum += current / (1 - 4.0 * nu * nu);
  }
  ellipsoid.area = 4 * std::numbers::pi * a * b * sum;
  return ellipsoid;
}

Enclosure oriented_bounding_box(const ConvexHull& hull) {
  Enclosure best{std::numeric_limits<double>::infinity(), 0};
  for (const Eigen::Vector3d& normal : facet_normals(hull)) {
    const Eigen::Vector3d u = normal.unitOrthogonal();
    const Eigen::Vector3d v = normal.cross(u);
    std::vector<Point2> projected;
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const Vector3& vertex : hull.vertices) {
      const Eigen::Map<const Eigen::Vector3d> point(vertex.data());
      projected.emplace_back(u.dot(point), v.dot(point));
      low = std::min(low, normal.dot(point));
      high = std::max(high, normal.dot(point));
    }
    const Point2 base = smallest_rectangle(planar_hull(std::move(projected)));
    const Enclosure box = box_of({base.x(), base.y(), high - low});
    if (box.volume < best.volume) best = box;
  }
  return best;
}

// The weights u of the lifted vertices q = (x, 1) that maximise log det sum u q q^T give the ellipsoid. Each
// step moves weight towards the vertex farthest outside, or away from the one with weight farthest inside.
Enclosure minimum_volume_enclosing_ellipsoid(const ConvexHull& hull) {
  constexpr double tolerance = 1e-7;
  constexpr int most_steps = 100000;
  const auto count = static_cast<Eigen::Index>(hull.vertices.size());
  Eigen::Matrix<double, 4, Eigen::Dynamic> lifted(4, count);
  for (Eigen::Index i = 0; i < count; ++i) {
    const Vector3& vertex = hull.vertices[static_cast<std::size_t>(i)];
    lifted.col(i) << vertex[0], vertex[1], vertex[2], 1;
  }
  const Eigen::Vector3d centroid = lifted.topRows<3>().rowwise().mean();
  lifted.topRows<3>().colwise() -= centroid;

  Eigen::VectorXd weights = Eigen::VectorXd::Constant(count, 1 / static_cast<double>(count));
  const double d = 4;
  for (int step = 0; step < most_steps; ++step) {
    const Eigen::Matrix4d moments = lifted * weights.asDiagonal() * lifted.transpose();
    const Eigen::VectorXd distance =
        (lifted.array() * (moments.inverse() * lifted).array()).colwise().sum().transpose();
    Eigen::Index farthest = 0;
    const double high = distance.maxCoeff(&farthest);
    Eigen::Index nearest = 0;
    const double low = (weights.array() > 0)
                           .select(distance.array(), std::numeric_limits<double>::infinity())
                           .minCoeff(&nearest);
    if (high <= d * (1 + tolerance) && low >= d * (1 - tolerance)) break;
    const bool towards = high - d >= d - low;
    const Eigen::Index vertex = towards ? farthest : nearest;
    const double kappa = towards ? high : low;
    double lambda = (kappa - d) / (d * (kappa - 1));
    if (!towards) lambda = std::max(lambda, -weights[vertex] / (1 - weights[vertex]));
    weights *= 1 - lambda;
    weights[vertex] = std::max(0.0, weights[vertex] + lambda);
  }
  const Eigen::Vector3d centre = lifted.topRows<3>() * weights;
  const Eigen::Matrix3d scatter =
      lifted.topRows<3>() * weights.asDiagonal() * lifted.topRows<3>().transpose() -
      centre * centre.transpose();
  // (x - centre)^T scatter^-1 (x - centre) <= 3
  const Eigen::Vector3d variances =
      Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d>(scatter, Eigen::EigenvaluesOnly).eigenvalues();
  return ellipsoid_of(
      {std::sqrt(3 * variances[0]), std::sqrt(3 * variances[1]), std::sqrt(3 * variances[2])});
}

}  // namespace glisson::engine
