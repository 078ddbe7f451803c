#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/volume.hpp"

namespace glisson::engine {

// Regions that nobody drew: they follow from the masks of lesions, liver and vessels. Distances are in mm
// between voxel centres, measured exactly on anisotropic voxels (engine/geometry/distance_transform.hpp); a
// voxel at just the stated distance belongs to the region.

/// The tissue around a lesion: voxels up to `width` from the lesion's nearest voxel, inside the liver (where
/// it is segmented), outside every lesion and (where segmented) every vessel.
struct PeritumoralRing {
  double width = 0;  ///< mm
  bool operator==(const PeritumoralRing&) const = default;
};

/// The border of a lesion from within: its voxels up to `width` from the nearest voxel outside it. Where the
/// image ends the lesion has no border.
struct InnerRim {
  double width = 0;  ///< mm
  bool operator==(const InnerRim&) const = default;
};

/// A lesion together with its PeritumoralRing of `width`.
struct TumourWithRing {
  double width = 0;  ///< mm
  bool operator==(const TumourWithRing&) const = default;
};

/// What a necrotic core consists of where its voxels do not hang together (26 neighbours).
enum class CoreParts {
  largest,  ///< The component of most voxels; of equal ones the first in memory order.
  all,      ///< Every voxel.
};

/// The part of a lesion without contrast enhancement: its voxels of an intensity below `below`.
struct NecroticCore {
  double below = 0;  ///< In the unit of the image (HU for CT).
  CoreParts parts = CoreParts::largest;
  bool operator==(const NecroticCore&) const = default;
};

/// The lesion of most voxels; of equal ones the first.
struct LargestLesion {
  bool operator==(const LargestLesion&) const = default;
};

/// The union of all lesions.
struct AllLesions {
  bool operator==(const AllLesions&) const = default;
};

/// How a region follows from the segmented ones.
using RegionDerivation =
    std::variant<PeritumoralRing, InnerRim, TumourWithRing, NecroticCore, LargestLesion, AllLesions>;

/// The name under which features of the region are stored and shown: "peritumoral-ring-3mm",
/// "inner-rim-2.5mm", "tumour-with-ring-5mm", "necrotic-core-below-20", "necrotic-core-below-20-all",
/// "largest-lesion", "all-lesions". Names of features begin with it:
/// "inner-rim-2mm_original_firstorder_Mean".
std::string region_name(const RegionDerivation& derivation);

/// The same for people, e.g. "Peritumoral ring of 3 mm".
std::string region_title(const RegionDerivation& derivation);

/// True for regions that each lesion has, false for those that all lesions have together.
bool is_of_each_lesion(const RegionDerivation& derivation);

/// The segmented regions of one image, all on its grid. What the pointers name must outlive the call.
struct SegmentedAnatomy {
  std::vector<const Mask*> lesions;
  std::vector<const Mask*> liver;  ///< Its segments together are the liver; none where it is not segmented.
  std::vector<const Mask*> vessels;
};

/// Index of the lesion of most voxels, of equal ones the first; none where every lesion is empty.
std::optional<std::size_t> largest_lesion(const SegmentedAnatomy& anatomy);

/// Why a derived region has no voxel.
enum class NoRegionReason {
  no_lesion,                ///< There is no lesion, or its mask is empty.
  not_all_lesions,          ///< Of all lesions only some were asked for.
  no_liver,                 ///< No liver is segmented: a ring might be lung or fat.
  nothing_within_width,     ///< No voxel centre lies within the width: the voxels are larger.
  nothing_inside_liver,     ///< All voxels within the width lie outside the liver.
  only_lesions_or_vessels,  ///< All of those inside the liver belong to lesions or vessels.
  nothing_below_threshold,  ///< No intensity of the lesion is below the threshold.
};

std::string_view keyword(NoRegionReason reason) noexcept;      ///< e.g. "nothing_inside_liver".
std::string_view explanation(NoRegionReason reason) noexcept;  ///< One sentence for people.

/// A mask, or the reason why there is none.
struct DerivedRegion {
  Mask mask;  ///< On the grid of the image; without voxels where there is a reason.
  std::optional<NoRegionReason> reason;  ///< Set exactly where no voxel is inside.
};

/// Derives one region.
/// @param lesion index into anatomy.lesions; of no effect where is_of_each_lesion() is false.
/// @param image the intensities, for NecroticCore; its grid is that of all masks.
/// @throws std::logic_error when grids differ, or there is no such lesion, or a width is not positive.
DerivedRegion derive_region(const RegionDerivation& derivation, const SegmentedAnatomy& anatomy,
                            std::size_t lesion, const Volume& image);

}  // namespace glisson::engine
