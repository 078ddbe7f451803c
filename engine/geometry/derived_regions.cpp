#include "engine/geometry/derived_regions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "engine/geometry/connected_components.hpp"
#include "engine/geometry/distance_transform.hpp"
#include "engine/region.hpp"

namespace glisson::engine {
namespace {

/// A part of a grid, voxels from `lower` on.
struct Box {
  std::array<int, 3> lower{};
  Grid grid;
};

/// The lesion's bounding box and `margin` mm around it (at least one voxel), as far as the image goes.
Box box_around(const Mask& mask, double margin) {
  const BoundingBox bounds = bounding_box(mask);
  Box box;
  box.grid.spacing = mask.grid.spacing;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    // A margin as large as the image needs no more voxels than the image has.
    const double voxels =
        std::min(std::ceil(margin / mask.grid.spacing[axis]) + 1, static_cast<double>(mask.grid.size[axis]));
    box.lower[axis] = std::max(0, bounds.lower[axis] - static_cast<int>(voxels));
    const int upper = std::min(mask.grid.size[axis] - 1, bounds.upper[axis] + static_cast<int>(voxels));
    box.grid.size[axis] = upper - box.lower[axis] + 1;
  }
  return box;
}

/// Calls visit(offset in the box, offset in the whole grid) for every voxel of the box.
template <typename Visit>
void for_each_voxel(const Box& box, const Grid& whole, Visit visit) {
  std::size_t inner = 0;
  for (int z = 0; z < box.grid.size[2]; ++z) {
    for (int y = 0; y < box.grid.size[1]; ++y) {
      const std::size_t row = whole.offset(box.lower[0], box.lower[1] + y, box.lower[2] + z);
      for (std::size_t x = 0; x < static_cast<std::size_t>(box.grid.size[0]); ++x) visit(inner++, row + x);
    }
  }
}

/// Squared distances within the box to the nearest voxel whose mask is `value`.
std::vector<double> squared_distances_to(std::uint8_t value, const Mask& mask, const Box& box) {
  std::vector<std::uint8_t> marked(box.grid.voxel_count());
  for_each_voxel(box, mask.grid, [&](std::size_t inner, std::size_t outer) {
    marked[inner] = mask.voxels[outer] == value ? 1 : 0;
  });
  return squared_distances(box.grid, marked);
}

/// The square up to which a voxel is within `width`; rounding must not exclude one at just that distance.
double squared_limit(double width) {
  constexpr double rounding = 1e-9;
  return width * width * (1 + rounding);
}

DerivedRegion without(NoRegionReason reason, const Grid& grid) {
  return {{grid, std::vector<std::uint8_t>(grid.voxel_count())}, reason};
}

DerivedRegion empty_like(const Grid& grid) {
  return {{grid, std::vector<std::uint8_t>(grid.voxel_count())}, std::nullopt};
}

/// Derives the region of one lesion or of all; one function for each derivation.
class Derivation {
 public:
  Derivation(const SegmentedAnatomy& anatomy, std::size_t lesion, const Volume& image)
      : anatomy_(anatomy), lesion_(lesion), image_(image) {}

  DerivedRegion operator()(const PeritumoralRing& ring) const {
    const Mask& lesion = this_lesion();
    if (anatomy_.liver.empty()) return without(NoRegionReason::no_liver, lesion.grid);
    const Box box = box_around(lesion, ring.width);
    const auto squares = squared_distances_to(1, lesion, box);
    const double limit = squared_limit(ring.width);
    DerivedRegion region = empty_like(lesion.grid);
    std::size_t within = 0;
    std::size_t in_liver = 0;
    std::size_t left = 0;
    for_each_voxel(box, lesion.grid, [&](std::size_t inner, std::size_t outer) {
      if (squares[inner] == 0 || squares[inner] > limit) return;
      ++within;
      if (!is_in_any(anatomy_.liver, outer)) return;
      ++in_liver;
      if (is_in_any(anatomy_.lesions, outer) || is_in_any(anatomy_.vessels, outer)) return;
      ++left;
      region.mask.voxels[outer] = 1;
    });
    if (left > 0) return region;
    region.reason = within == 0     ? NoRegionReason::nothing_within_width
                    : in_liver == 0 ? NoRegionReason::nothing_inside_liver
                                    : NoRegionReason::only_lesions_or_vessels;
    return region;
  }

  DerivedRegion operator()(const InnerRim& rim) const {
    const Mask& lesion = this_lesion();
    const Box box = box_around(lesion, 0);
    const auto squares = squared_distances_to(0, lesion, box);
    const double limit = squared_limit(rim.width);
    DerivedRegion region = empty_like(lesion.grid);
    bool any = false;
    for_each_voxel(box, lesion.grid, [&](std::size_t inner, std::size_t outer) {
      if (lesion.voxels[outer] == 0 || squares[inner] > limit) return;
      region.mask.voxels[outer] = 1;
      any = true;
    });
    if (!any) region.reason = NoRegionReason::nothing_within_width;
    return region;
  }

  DerivedRegion operator()(const TumourWithRing& tumour) const {
    DerivedRegion region = (*this)(PeritumoralRing{tumour.width});
    if (region.reason == NoRegionReason::no_liver) return region;
    const Mask& lesion = this_lesion();
    for (std::size_t i = 0; i < lesion.voxels.size(); ++i) region.mask.voxels[i] |= lesion.voxels[i];
    region.reason.reset();
    return region;
  }

  DerivedRegion operator()(const NecroticCore& core) const {
    const Mask& lesion = this_lesion();
    DerivedRegion region = empty_like(lesion.grid);
    for (std::size_t i = 0; i < lesion.voxels.size(); ++i) {
      region.mask.voxels[i] =
          lesion.voxels[i] != 0 && static_cast<double>(image_.values[i]) < core.below ? 1 : 0;
    }
    if (region.mask.count() == 0) {
      region.reason = NoRegionReason::nothing_below_threshold;
    } else if (core.parts == CoreParts::largest) {
      region.mask = largest_component(region.mask);
    }
    return region;
  }

  DerivedRegion operator()(const LargestLesion&) const {
    const auto largest = largest_lesion(anatomy_);
    if (!largest) return without(NoRegionReason::no_lesion, image_.grid);
    return {*anatomy_.lesions[*largest], std::nullopt};
  }

  DerivedRegion operator()(const AllLesions&) const {
    DerivedRegion region = empty_like(image_.grid);
    for (const Mask* lesion : anatomy_.lesions) {
      for (std::size_t i = 0; i < lesion->voxels.size(); ++i) region.mask.voxels[i] |= lesion->voxels[i];
    }
    if (region.mask.count() == 0) region.reason = NoRegionReason::no_lesion;
    return region;
  }

 private:
  const Mask& this_lesion() const { return *anatomy_.lesions[lesion_]; }

  static bool is_in_any(const std::vector<const Mask*>& masks, std::size_t offset) {
    return std::ranges::any_of(masks, [offset](const Mask* mask) { return mask->voxels[offset] != 0; });
  }

  const SegmentedAnatomy& anatomy_;
  std::size_t lesion_;
  const Volume& image_;
};

void require_one_grid(const SegmentedAnatomy& anatomy, const Volume& image) {
  const auto require = [&image](const Mask* mask) {
    if (mask->grid != image.grid || mask->voxels.size() != image.grid.voxel_count()) {
      throw std::logic_error("a mask is not on the grid of the image");
    }
  };
  std::ranges::for_each(anatomy.lesions, require);
  std::ranges::for_each(anatomy.vessels, require);
  std::ranges::for_each(anatomy.liver, require);
}

void require_positive_width(const RegionDerivation& derivation) {
  std::visit(
      [](const auto& kind) {
        if constexpr (requires { kind.width; }) {
          if (!(kind.width > 0)) throw std::logic_error("the width of a derived region must be positive");
        }
      },
      derivation);
}

/// The shortest text that reads back as the same number, e.g. "3" or "2.5".
std::string number_text(double number) {
  std::array<char, 32> digits{};
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::fixed).ptr;
  return {digits.data(), end};
}

struct Name {
  std::string operator()(const PeritumoralRing& r) const {
    return "peritumoral-ring-" + number_text(r.width) + "mm";
  }
  std::string operator()(const InnerRim& r) const { return "inner-rim-" + number_text(r.width) + "mm"; }
  std::string operator()(const TumourWithRing& r) const {
    return "tumour-with-ring-" + number_text(r.width) + "mm";
  }
  std::string operator()(const NecroticCore& r) const {
    return "necrotic-core-below-" + number_text(r.below) + (r.parts == CoreParts::all ? "-all" : "");
  }
  std::string operator()(const LargestLesion&) const { return "largest-lesion"; }
  std::string operator()(const AllLesions&) const { return "all-lesions"; }
};

struct Title {
  std::string operator()(const PeritumoralRing& r) const {
    return "Peritumoral ring of " + number_text(r.width) + " mm";
  }
  std::string operator()(const InnerRim& r) const { return "Inner rim of " + number_text(r.width) + " mm"; }
  std::string operator()(const TumourWithRing& r) const {
    return "Tumour with ring of " + number_text(r.width) + " mm";
  }
  std::string operator()(const NecroticCore& r) const {
    return "Necrotic core below " + number_text(r.below) +
           (r.parts == CoreParts::all ? ", all parts" : ", largest part");
  }
  std::string operator()(const LargestLesion&) const { return "Largest lesion"; }
  std::string operator()(const AllLesions&) const { return "All lesions"; }
};

}  // namespace

std::string region_name(const RegionDerivation& derivation) { return std::visit(Name{}, derivation); }

std::string region_title(const RegionDerivation& derivation) { return std::visit(Title{}, derivation); }

bool is_of_each_lesion(const RegionDerivation& derivation) {
  return !std::holds_alternative<LargestLesion>(derivation) &&
         !std::holds_alternative<AllLesions>(derivation);
}

std::optional<std::size_t> largest_lesion(const SegmentedAnatomy& anatomy) {
  std::optional<std::size_t> largest;
  std::size_t most = 0;
  for (std::size_t i = 0; i < anatomy.lesions.size(); ++i) {
    const std::size_t voxels = anatomy.lesions[i]->count();
    if (voxels <= most) continue;
    most = voxels;
    largest = i;
  }
  return largest;
}

std::string_view keyword(NoRegionReason reason) noexcept {
  switch (reason) {
    case NoRegionReason::no_lesion:
      return "no_lesion";
    case NoRegionReason::not_all_lesions:
      return "not_all_lesions";
    case NoRegionReason::no_liver:
      return "no_liver";
    case NoRegionReason::nothing_within_width:
      return "nothing_within_width";
    case NoRegionReason::nothing_inside_liver:
      return "nothing_inside_liver";
    case NoRegionReason::only_lesions_or_vessels:
      return "only_lesions_or_vessels";
    case NoRegionReason::nothing_below_threshold:
      return "nothing_below_threshold";
  }
  return "";
}

std::string_view explanation(NoRegionReason reason) noexcept {
  switch (reason) {
    case NoRegionReason::no_lesion:
      return "there is no lesion with a voxel inside";
    case NoRegionReason::not_all_lesions:
      return "it takes all lesions, and not all were asked for";
    case NoRegionReason::no_liver:
      return "no liver is segmented, so that what surrounds the lesion may be anything";
    case NoRegionReason::nothing_within_width:
      return "no voxel centre lies within the width";
    case NoRegionReason::nothing_inside_liver:
      return "all within the width lies outside the liver";
    case NoRegionReason::only_lesions_or_vessels:
      return "all within the width and the liver belongs to lesions or vessels";
    case NoRegionReason::nothing_below_threshold:
      return "no intensity of the lesion is below the threshold";
  }
  return "";
}

DerivedRegion derive_region(const RegionDerivation& derivation, const SegmentedAnatomy& anatomy,
                            std::size_t lesion, const Volume& image) {
  require_one_grid(anatomy, image);
  require_positive_width(derivation);
  if (is_of_each_lesion(derivation)) {
    if (lesion >= anatomy.lesions.size()) throw std::logic_error("there is no such lesion");
    if (anatomy.lesions[lesion]->count() == 0) return without(NoRegionReason::no_lesion, image.grid);
  }
  return std::visit(Derivation(anatomy, lesion, image), derivation);
}

}  // namespace glisson::engine
