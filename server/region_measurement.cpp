#include "server/region_measurement.hpp"

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

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

/// Lets regions be measured side by side as long as their estimates together stay within the budget.
class MemoryGate {
 public:
  explicit MemoryGate(std::uint64_t budget) : budget_(static_cast<double>(budget)) {}

  /// Waits until there is room; one region alone always has.
  void enter(double bytes) {
    std::unique_lock lock(mutex_);
    left_.wait(lock, [&] { return inside_ == 0 || inside_ + bytes <= budget_; });
    inside_ += bytes;
  }
  void leave(double bytes) {
    {
      const std::lock_guard lock(mutex_);
      inside_ -= bytes;
      if (inside_ < 1) inside_ = 0;  // what rounding left
    }
    left_.notify_all();
  }

 private:
  double budget_;
  double inside_ = 0;
  std::mutex mutex_;
  std::condition_variable left_;
};

/// Measures regions of one image by one protocol.
class RegionMeasurement {
 public:
  RegionMeasurement(const engine::Volume& image, std::span<const std::uint8_t> padding,
                    const SegmentedLiver& liver, const engine::ExtractionProtocol& protocol,
                    std::uint64_t memory_budget)
      : image_(image),
        padding_(padding),
        liver_(liver),
        anatomy_{masks_of(liver.lesions), masks_of(liver.liver), masks_of(liver.vessels)},
        protocol_(protocol),
        memory_budget_(memory_budget),
        gate_(memory_budget) {}

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

  engine::FeatureVector extract(const engine::Mask& mask) const {
    struct Visit {
      MemoryGate& gate;
      double bytes;
      Visit(MemoryGate& to, double needed) : gate(to), bytes(needed) { gate.enter(bytes); }
      ~Visit() { gate.leave(bytes); }
      Visit(const Visit&) = delete;
      Visit& operator=(const Visit&) = delete;
    };
    const Visit visit(gate_, engine::estimated_memory(mask, protocol_));
    const engine::StageClock clock("features");
    return engine::extract_features(image_, mask, protocol_);
  }

  void require_unpadded(const engine::Mask& mask) const {
    std::size_t padded = 0;
    for (std::size_t i = 0; i < padding_.size(); ++i) {
      if (padding_[i] != 0 && mask.voxels[i] != 0) ++padded;
    }
    if (padded > 0) {
      throw RejectedInput(RejectionReason::padded_region,
                          std::to_string(padded) + " of its voxels are padding of the image");
    }
  }

  void measure(MeasuredRegion& region, const engine::Mask& mask) const {
    try {
      {
        const engine::StageClock clock("sizes");
        region.size = engine::measure_lesion(mask);
      }
      require_unpadded(mask);
      engine::require_memory(mask, protocol_, memory_budget_);
      region.features = extract(mask);
    } catch (const RejectedInput& error) {
      region.reason = keyword(error.reason());
      region.detail = error.what();
      region.remedy = remedy(error.reason());
    }
  }

  const engine::Volume& image_;
  std::span<const std::uint8_t> padding_;
  const SegmentedLiver& liver_;
  engine::SegmentedAnatomy anatomy_;
  const engine::ExtractionProtocol& protocol_;
  std::uint64_t memory_budget_;
  mutable MemoryGate gate_;
};

/// A region before it is measured: a segment, or what derives from one lesion or from all.
struct WantedRegion {
  const engine::SegmentMask* segment = nullptr;
  const engine::RegionDerivation* derivation = nullptr;
  std::size_t lesion = 0;
};

std::vector<WantedRegion> wanted_regions(std::span<const engine::SegmentMask* const> segments,
                                         const SegmentedLiver& liver,
                                         const engine::ExtractionProtocol& protocol) {
  std::vector<WantedRegion> wanted;
  for (const engine::SegmentMask* segment : segments) wanted.push_back({segment, nullptr, 0});
  bool every_lesion = !liver.lesions.empty();
  for (std::size_t lesion = 0; lesion < liver.lesions.size(); ++lesion) {
    if (std::ranges::find(segments, liver.lesions[lesion]) == segments.end()) {
      every_lesion = false;
      continue;
    }
    for (const engine::RegionDerivation& derivation : protocol.derived_regions) {
      if (is_of_each_lesion(derivation)) wanted.push_back({nullptr, &derivation, lesion});
    }
  }
  if (!every_lesion) return wanted;
  for (const engine::RegionDerivation& derivation : protocol.derived_regions) {
    if (!is_of_each_lesion(derivation)) wanted.push_back({nullptr, &derivation, 0});
  }
  return wanted;
}

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
                                            std::span<const std::uint8_t> padding,
                                            std::span<const engine::SegmentMask* const> segments,
                                            const SegmentedLiver& liver,
                                            const engine::ExtractionProtocol& protocol,
                                            std::uint64_t memory_budget) {
  const RegionMeasurement measurement(image, padding, liver, protocol, memory_budget);
  const std::vector<WantedRegion> wanted = wanted_regions(segments, liver, protocol);
  std::vector<MeasuredRegion> regions(wanted.size());
  const auto is_largest_lesion = [&](std::size_t i) {
    return wanted[i].derivation != nullptr &&
           std::holds_alternative<engine::LargestLesion>(*wanted[i].derivation);
  };
  const auto measure = [&](std::size_t i) {
    if (is_largest_lesion(i)) return;
    // What runs in parallel within one region is isolated: a thread that waits there begins no other.
    oneapi::tbb::this_task_arena::isolate([&] {
      regions[i] = wanted[i].segment != nullptr
                       ? measurement.segment(*wanted[i].segment)
                       : measurement.derived(*wanted[i].derivation, wanted[i].lesion);
    });
  };
  oneapi::tbb::parallel_for(std::size_t{0}, wanted.size(), measure, oneapi::tbb::simple_partitioner());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (is_largest_lesion(i)) regions[i] = measurement.largest_of(regions);
  }
  return regions;
}

}  // namespace glisson::server
