#include "server/region_measurement.hpp"

#include <algorithm>

#include "engine/errors.hpp"
#include "engine/extraction.hpp"
#include "engine/memory_estimate.hpp"
#include "engine/stage_times.hpp"

namespace glisson::server {
namespace {

std::vector<const engine::Mask*> masks_of(const std::vector<const engine::SegmentMask*>& segments) {
  std::vector<const engine::Mask*> masks;
  masks.reserve(segments.size());
  for (const engine::SegmentMask* segment : segments) masks.push_back(&segment->mask);
  return masks;
}

/// Measures regions of one image by one protocol.
class RegionMeasurement {
 public:
  RegionMeasurement(const engine::Volume& image, const SegmentedLiver& liver,
                    const engine::ExtractionProtocol& protocol, std::uint64_t memory_budget)
      : image_(image),
        liver_(liver),
        anatomy_{masks_of(liver.lesions), masks_of(liver.liver), masks_of(liver.vessels)},
        protocol_(protocol),
        memory_budget_(memory_budget) {}

  MeasuredRegion segment(const engine::SegmentMask& segment) const {
    MeasuredRegion region;
    region.segment = &segment;
    measure(region, segment.mask);
    return region;
  }

  MeasuredRegion derived(const engine::RegionDerivation& derivation, std::size_t lesion) const {
    MeasuredRegion region;
    region.derivation = derivation;
    if (is_of_each_lesion(derivation)) region.segment = liver_.lesions[lesion];
    const engine::DerivedRegion derived = derive(derivation, lesion);
    if (derived.reason) {
      region.reason = keyword(*derived.reason);
      region.detail = explanation(*derived.reason);
      return region;
    }
    measure(region, derived.mask);
    rename(region.features, derivation);
    return region;
  }

  /// The largest lesion was measured with the others.
  MeasuredRegion largest_of(const std::vector<MeasuredRegion>& measured) const {
    MeasuredRegion region;
    region.derivation = engine::LargestLesion{};
    if (const auto largest = engine::largest_lesion(anatomy_)) {
      const auto is_largest = [&](const MeasuredRegion& other) {
        return other.segment == liver_.lesions[*largest] && !other.derivation;
      };
      region = *std::ranges::find_if(measured, is_largest);
      region.derivation = engine::LargestLesion{};
      rename(region.features, *region.derivation);
    } else {
      region.reason = keyword(engine::NoRegionReason::no_lesion);
      region.detail = explanation(engine::NoRegionReason::no_lesion);
    }
    return region;
  }

 private:
  static void rename(engine::FeatureVector& features, const engine::RegionDerivation& derivation) {
    const std::string prefix = region_name(derivation) + "_";
    for (engine::Feature& feature : features) feature.name.insert(0, prefix);
  }

  engine::DerivedRegion derive(const engine::RegionDerivation& derivation, std::size_t lesion) const {
    const engine::StageClock clock("deriving regions");
    return derive_region(derivation, anatomy_, lesion, image_);
  }

  void measure(MeasuredRegion& region, const engine::Mask& mask) const {
    try {
      {
        const engine::StageClock clock("sizes");
        region.size = engine::measure_lesion(mask);
      }
      engine::require_memory(mask, protocol_, memory_budget_);
      const engine::StageClock clock("features");
      region.features = engine::extract_features(image_, mask, protocol_);
    } catch (const RejectedInput& error) {
      region.reason = keyword(error.reason());
      region.detail = error.what();
      region.remedy = remedy(error.reason());
    }
  }

  const engine::Volume& image_;
  const SegmentedLiver& liver_;
  engine::SegmentedAnatomy anatomy_;
  const engine::ExtractionProtocol& protocol_;
  std::uint64_t memory_budget_;
};

}  // namespace

SegmentedLiver segmented_liver(std::span<const engine::SegmentMask> segments,
                               const SegmentSelection& selection) {
  SegmentedLiver liver;
  for (const engine::SegmentMask& segment : segments) {
    const auto selected =
        std::ranges::find(selection.selected, segment.segment_number, &SelectedSegment::segment_number);
    if (selected != selection.selected.end()) {
      (selected->role == SegmentRole::lesion ? liver.lesions : liver.liver).push_back(&segment);
    } else if (std::ranges::find(selection.vessels, segment.segment_number) != selection.vessels.end()) {
      liver.vessels.push_back(&segment);
    }
  }
  return liver;
}

std::vector<MeasuredRegion> measure_regions(const engine::Volume& image,
                                            std::span<const engine::SegmentMask* const> segments,
                                            const SegmentedLiver& liver,
                                            const engine::ExtractionProtocol& protocol,
                                            std::uint64_t memory_budget) {
  const RegionMeasurement measurement(image, liver, protocol, memory_budget);
  std::vector<MeasuredRegion> regions;
  for (const engine::SegmentMask* segment : segments) regions.push_back(measurement.segment(*segment));

  const auto is_measured = [&](const engine::SegmentMask* lesion) {
    return std::ranges::find(segments, lesion) != segments.end();
  };
  for (std::size_t lesion = 0; lesion < liver.lesions.size(); ++lesion) {
    if (!is_measured(liver.lesions[lesion])) continue;
    for (const engine::RegionDerivation& derivation : protocol.derived_regions) {
      if (is_of_each_lesion(derivation)) regions.push_back(measurement.derived(derivation, lesion));
    }
  }
  if (liver.lesions.empty() || !std::ranges::all_of(liver.lesions, is_measured)) return regions;
  for (const engine::RegionDerivation& derivation : protocol.derived_regions) {
    if (is_of_each_lesion(derivation)) continue;
    regions.push_back(std::holds_alternative<engine::LargestLesion>(derivation)
                          ? measurement.largest_of(regions)
                          : measurement.derived(derivation, 0));
  }
  return regions;
}

}  // namespace glisson::server
