#pragma once

#include <array>
#include <string>

#include "engine/images/filters.hpp"
#include "engine/volume.hpp"

/// What each filter needs for check_filter() and apply_filter() (engine/images/filters.hpp): `check` proves
/// parameters, `response` computes the map of proven parameters, `reach` says what it depends on.
namespace glisson::engine {

void check(const MeanFilter& filter);
void check(const LaplacianOfGaussianFilter& filter);
void check(const LawsFilter& filter);
void check(const GaborFilter& filter);
void check(const SeparableWaveletFilter& filter);
void check(const SimoncelliFilter& filter);

Volume response(const MeanFilter& filter, const Volume& volume);
Volume response(const LaplacianOfGaussianFilter& filter, const Volume& volume);
Volume response(const LawsFilter& filter, const Volume& volume);
Volume response(const GaborFilter& filter, const Volume& volume);
Volume response(const SeparableWaveletFilter& filter, const Volume& volume);
Volume response(const SimoncelliFilter& filter, const Volume& volume);

/// How many voxels around a voxel decide on its response, along each axis; the size of the image where all
/// do.
using Reach = std::array<int, 3>;

Reach reach(const MeanFilter& filter, const Grid& grid);
Reach reach(const LaplacianOfGaussianFilter& filter, const Grid& grid);
Reach reach(const LawsFilter& filter, const Grid& grid);
Reach reach(const GaborFilter& filter, const Grid& grid);
Reach reach(const SeparableWaveletFilter& filter, const Grid& grid);
Reach reach(const SimoncelliFilter& filter, const Grid& grid);

/// The farthest that a kernel may reach from its voxel, in voxels: what asks for more is a mistake, and is
/// refused before anything is allocated.
inline constexpr int farthest_reach = 512;

/// The same reach along every axis in which a filter works.
Reach uniform_reach(FilterSpace space, int voxels);

/// @throws RejectedInput invalid_protocol with `message` unless `holds`.
void require(bool holds, const std::string& message);

/// Spacing in mm of the first `axes` axes, of which IBSI 2 asks that it be the same.
/// @throws RejectedInput invalid_protocol when it differs by more than 1 %.
double isotropic_spacing(const Grid& grid, std::size_t axes);

}  // namespace glisson::engine
