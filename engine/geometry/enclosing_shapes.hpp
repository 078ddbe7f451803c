#pragma once

#include <array>

#include "engine/geometry/convex_hull.hpp"

namespace glisson::engine {

/// Volume and surface of a body around a region.
struct Enclosure {
  double volume = 0;  ///< mm^3
  double area = 0;    ///< mm^2
};

/// A box with edges of these lengths, mm.
Enclosure box_of(const Vector3& edges);

/// An ellipsoid with these semi-axes, mm, in any order. Its area is IBSI's series of Legendre polynomials,
/// cut off after degree 20 (arXiv:1612.07003, 3.1.14). IBSI takes the eccentricities of Maas' series for the
/// surface of an ellipsoid between other pairs of axes, so that the area is exact for spheres only and up to
/// 15 % off else; its reference values (area_dens_aee of the digital phantom: 1.36, where the true area
/// gives 1.30) follow its formula, and so does this.
Enclosure ellipsoid_of(const Vector3& semi_axes);

/// The oriented bounding box of least volume among those that have a face on a facet of the hull (IBSI's
/// OMBB; arXiv:1612.07003, 3.1.12 leaves the algorithm open).
Enclosure oriented_bounding_box(const ConvexHull& hull);

/// The ellipsoid of least volume around the hull (MVEE; Todd and Yildirim, Discrete Appl. Math. 2007,
/// 10.1016/j.dam.2007.02.013), to within 1e-6 of its volume.
Enclosure minimum_volume_enclosing_ellipsoid(const ConvexHull& hull);

}  // namespace glisson::engine
