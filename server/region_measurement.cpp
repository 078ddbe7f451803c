#include "server/region_measurement.hpp"

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "engine/errors.hpp"
#include "engine/extraction.hpp"
#include "engine/memory_estimate.hpp"
#include "engine/side_by_side.hpp"
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

/// A segment, or what derives from one lesion or from all.
struct RegionToMeasure {
  const engine::SegmentMask* segment = nullptr;
  const engine::RegionDerivation* derivation = nullptr;
  std::size_t lesion = 0;
  MeasuredRegion measured{};

  bool is_largest_lesion() const {
    return derivation != nullptr && std::holds_alternative<engine::LargestLesion>(*derivation);
  }
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

  /// Measures regions, what they share once.
  void measure(std::span<RegionToMeasure* const> regions) const {
    std::vector<engine::Mask> derived(regions.size());
    std::vector<const engine::Mask*> masks;
    std::vector<MeasuredRegion*> measured;
    for (std::size_t i = 0; i < regions.size(); ++i) {
      const engine::Mask* mask = mask_of(*regions[i], derived[i]);
      if (mask == nullptr) continue;
      try {
        measure_size(regions[i]->measured, *mask);
        masks.push_back(mask);
        measured.push_back(&regions[i]->measured);
      } catch (const RejectedInput& error) {
        reject(regions[i]->measured, error);
      }
    }
    if (masks.empty()) return;
    if (engine::estimated_memory(masks, protocol_) <= static_cast<double>(memory_budget_)) {
      extract(masks, measured);
    } else {
      const auto faults = engine::side_by_side(masks.size(), [&](std::size_t i) {
        oneapi::tbb::this_task_arena::isolate(
            [&] { extract(std::span(&masks[i], 1), std::span(&measured[i], 1)); });
      });
      for (const auto& fault : faults) engine::rethrow(fault);
    }
    for (RegionToMeasure* region : regions) {
      if (region->derivation != nullptr) rename(region->measured.features, *region->derivation);
    }
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

  /// The region's mask; a derived one is put into `derived`. Null where there is none, with the reason.
  const engine::Mask* mask_of(RegionToMeasure& region, engine::Mask& derived) const {
    MeasuredRegion& measured = region.measured;
    measured.segment = region.segment;
    if (region.derivation == nullptr) return &region.segment->mask;
    measured.derivation = *region.derivation;
    if (is_of_each_lesion(*region.derivation)) measured.segment = liver_.lesions[region.lesion];
    const engine::StageClock clock("deriving regions");
    engine::DerivedRegion result = derive_region(*region.derivation, anatomy_, region.lesion, image_);
    if (result.reason) {
      measured.reason = keyword(*result.reason);
      measured.detail = explanation(*result.reason);
      return nullptr;
    }
    derived = std::move(result.mask);
    return &derived;
  }

  void measure_size(MeasuredRegion& region, const engine::Mask& mask) const {
    const engine::StageClock clock("sizes");
    region.size = engine::measure_lesion(mask);
    require_unpadded(mask);
    engine::require_memory(mask, protocol_, memory_budget_);
  }

  void extract(std::span<const engine::Mask* const> masks, std::span<MeasuredRegion* const> regions) const {
    struct Visit {
      MemoryGate& gate;
      double bytes;
      Visit(MemoryGate& to, double needed) : gate(to), bytes(needed) { gate.enter(bytes); }
      ~Visit() { gate.leave(bytes); }
      Visit(const Visit&) = delete;
      Visit& operator=(const Visit&) = delete;
    };
    const Visit visit(gate_, engine::estimated_memory(masks, protocol_));
    const engine::StageClock clock("features");
    auto results = engine::extract_features(image_, masks, protocol_);
    for (std::size_t i = 0; i < regions.size(); ++i) {
      try {
        engine::rethrow(results[i].fault);
        regions[i]->features = std::move(results[i].features);
      } catch (const RejectedInput& error) {
        reject(*regions[i], error);
      }
    }
  }

  static void reject(MeasuredRegion& region, const RejectedInput& error) {
    region.reason = keyword(error.reason());
    region.detail = error.what();
    region.remedy = remedy(error.reason());
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

  const engine::Volume& image_;
  std::span<const std::uint8_t> padding_;
  const SegmentedLiver& liver_;
  engine::SegmentedAnatomy anatomy_;
  const engine::ExtractionProtocol& protocol_;
  std::uint64_t memory_budget_;
  mutable MemoryGate gate_;
};

RegionToMeasure without_voxels(const engine::RegionDerivation& derivation, engine::NoRegionReason reason) {
  RegionToMeasure region{.derivation = &derivation};
  region.measured.derivation = derivation;
  region.measured.reason = keyword(reason);
  region.measured.detail = explanation(reason);
  return region;
}

/// Segments, then the derived regions of each lesion among them, then those of all lesions; what cannot be
/// for want of lesions has its reason.
std::vector<RegionToMeasure> wanted_regions(std::span<const engine::SegmentMask* const> segments,
                                            const SegmentedLiver& liver,
                                            const engine::ExtractionProtocol& protocol) {
  std::vector<RegionToMeasure> wanted;
  for (const engine::SegmentMask* segment : segments) wanted.push_back({.segment = segment});
  bool every_lesion = true;
  for (std::size_t lesion = 0; lesion < liver.lesions.size(); ++lesion) {
    if (std::ranges::find(segments, liver.lesions[lesion]) == segments.end()) {
      every_lesion = false;
      continue;
    }
    for (const engine::RegionDerivation& derivation : protocol.derived_regions) {
      if (is_of_each_lesion(derivation)) wanted.push_back({.derivation = &derivation, .lesion = lesion});
    }
  }
  for (const engine::RegionDerivation& derivation : protocol.derived_regions) {
    if (liver.lesions.empty()) {
      wanted.push_back(without_voxels(derivation, engine::NoRegionReason::no_lesion));
    } else if (!is_of_each_lesion(derivation)) {
      wanted.push_back(every_lesion ? RegionToMeasure{.derivation = &derivation}
                                    : without_voxels(derivation, engine::NoRegionReason::not_all_lesions));
    }
  }
  return wanted;
}

/// Regions that are measured together, so that they share what they can.
struct Batch {
  const void* shared = nullptr;  ///< The segment from which they come; null: the whole image.
  std::vector<RegionToMeasure*> regions;
  std::uint64_t derived = 0;  ///< Regions whose masks are made for it.
};

/// A segment goes with what derives from it: an inner rim has the segment's bounding box, a ring that of the
/// tumour with its ring. Where the whole image is filtered, all regions go together.
/// @param most_derived masks that a batch may make, one at least.
std::vector<Batch> batches_of(std::vector<RegionToMeasure>& regions, const SegmentedLiver& liver,
                              bool whole_image, std::uint64_t most_derived) {
  std::vector<Batch> batches;
  for (RegionToMeasure& region : regions) {
    if (region.is_largest_lesion() || !region.measured.reason.empty()) continue;
    const bool derived = region.derivation != nullptr;
    const void* shared = region.segment;
    if (derived) shared = is_of_each_lesion(*region.derivation) ? liver.lesions[region.lesion] : nullptr;
    if (whole_image) shared = nullptr;
    const auto fits = [&](const Batch& batch) {
      return batch.shared == shared && (!derived || batch.derived < most_derived);
    };
    auto batch = std::ranges::find_if(batches, fits);
    if (batch == batches.end()) batch = batches.insert(batch, Batch{shared, {}, 0});
    batch->regions.push_back(&region);
    batch->derived += derived ? 1 : 0;
  }
  return batches;
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
  std::vector<RegionToMeasure> regions = wanted_regions(segments, liver, protocol);
  const auto batches = batches_of(regions, liver, engine::filters_whole_image(protocol, image.grid),
                                  memory_budget / 4 / std::max<std::uint64_t>(1, image.values.size()));
  const auto measure = [&](std::size_t i) {
    // What runs in parallel within one batch is isolated: a thread that waits there begins no other.
    oneapi::tbb::this_task_arena::isolate([&] { measurement.measure(batches[i].regions); });
  };
  oneapi::tbb::parallel_for(std::size_t{0}, batches.size(), measure, oneapi::tbb::simple_partitioner());
  std::vector<MeasuredRegion> measured;
  for (RegionToMeasure& region : regions) measured.push_back(std::move(region.measured));
  for (std::size_t i = 0; i < regions.size(); ++i) {
    if (regions[i].is_largest_lesion() && measured[i].reason.empty())
      measured[i] = measurement.largest_of(measured);
  }
  return measured;
}

}  // namespace glisson::server
