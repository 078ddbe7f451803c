// How long extraction takes and how it grows: bench/extraction_bench --benchmark_filter=...,
// docs/performance.md.

#include <benchmark/benchmark.h>
#include <oneapi/tbb/global_control.h>

#include <cmath>
#include <cstring>
#include <optional>
#include <random>
#include <type_traits>
#include <vector>

#include "engine/extraction.hpp"
#include "engine/features/discretisation.hpp"
#include "engine/features/first_order_features.hpp"
#include "engine/features/glcm_features.hpp"
#include "engine/features/gldm_features.hpp"
#include "engine/features/glrlm_features.hpp"
#include "engine/features/glszm_features.hpp"
#include "engine/features/ngtdm_features.hpp"
#include "engine/features/shape_features.hpp"
#include "engine/images/image_types.hpp"
#include "engine/images/resampling.hpp"

namespace glisson::engine {
namespace {

struct Study {
  Volume volume;
  Mask mask;
};

// A ball that holds about `voxels` voxels, in a cube with a margin, of noise over a gradient: about 40 grey
// levels of 25 HU, as a soft tissue lesion at its border has.
Study ball(std::int64_t voxels) {
  const double radius = std::cbrt(static_cast<double>(voxels) * 0.2387);
  const int size = static_cast<int>(std::ceil(2 * radius)) + 12;
  Study study;
  study.volume.grid.size = {size, size, size};
  study.mask.grid = study.volume.grid;
  std::mt19937 generator(1);
  std::normal_distribution<float> noise(0, 60);
  const double centre = (size - 1) / 2.0;
  for (int z = 0; z < size; ++z) {
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        const double distance = std::hypot(x - centre, y - centre, z - centre);
        study.mask.voxels.push_back(distance <= radius ? 1 : 0);
        study.volume.values.push_back(noise(generator) + static_cast<float>(300.0 * x / size));
      }
    }
  }
  return study;
}

using Limit = oneapi::tbb::global_control;

PyRadiomicsSettings all_features(bool filtered) {
  PyRadiomicsSettings settings;
  for (const std::string_view name : feature_classes()) settings.feature_classes.emplace_back(name);
  if (!filtered) return settings;
  settings.image_types = {Original{},  Wavelet{},     Square{},  SquareRoot{},
                          Logarithm{}, Exponential{}, Gradient{}};
  for (const double sigma : {1, 2, 3, 4, 5}) settings.image_types.emplace_back(LaplacianOfGaussian{sigma});
  return settings;
}

// range(0): voxels of the region; range(1): threads.
template <bool filtered>
void extraction(benchmark::State& state) {
  const Limit limit(Limit::max_allowed_parallelism, static_cast<std::size_t>(state.range(1)));
  const Study study = ball(state.range(0));
  const PyRadiomicsSettings settings = all_features(filtered);
  for (auto _ : state) {
    benchmark::DoNotOptimize(extract_pyradiomics_features(study.volume, study.mask, settings));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// One family on one map, one thread.
template <auto compute>
void family(benchmark::State& state) {
  const Limit limit(Limit::max_allowed_parallelism, 1);
  const Study study = ball(state.range(0));
  const Region region = crop_to_region(study.volume, study.mask);
  const GreyLevelRegion levels = discretise(region, 25);
  for (auto _ : state) benchmark::DoNotOptimize(compute(region, levels));
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["levels"] = static_cast<double>(levels.grey_levels.size());
}

// The floor of a texture matrix: every grey level read once, from memory.
void reading_grey_levels(benchmark::State& state) {
  const Study study = ball(state.range(0));
  const GreyLevelRegion levels = discretise(crop_to_region(study.volume, study.mask), 25);
  std::vector<std::uint16_t> copy(levels.levels.size());
  for (auto _ : state) {
    std::memcpy(copy.data(), levels.levels.data(), copy.size() * sizeof(std::uint16_t));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void filter(benchmark::State& state, const ImageType& type) {
  const Limit limit(Limit::max_allowed_parallelism, 1);
  const Study study = ball(state.range(0));
  const BoundingBox box = bounding_box(study.mask);
  for (auto _ : state) {
    compute_responses(type, study.volume, box,
                      [](std::size_t, int, int, const float* row) { benchmark::DoNotOptimize(row); });
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(study.volume.values.size()));
}

void resampling(benchmark::State& state) {
  const Limit limit(Limit::max_allowed_parallelism, 1);
  const Study study = ball(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(resample(study.volume, study.mask, {0.8, 0.8, 0.8}, 5));
}

FeatureValues shape(const Region& region, const GreyLevelRegion&) { return shape_features(region); }
FeatureValues discretisation(const Region& region, const GreyLevelRegion&) {
  benchmark::DoNotOptimize(discretise(region, 25));
  return {};
}
template <auto features>
FeatureValues texture(const Region&, const GreyLevelRegion& levels) {
  if constexpr (std::is_invocable_v<decltype(features), const GreyLevelRegion&>) {
    return features(levels);
  } else {
    return features(levels, std::nullopt);  // Without weighting by distance.
  }
}

constexpr std::int64_t smallest = 1 << 14;
constexpr std::int64_t largest = 1 << 22;

void sizes(benchmark::internal::Benchmark* bench) {
  bench->RangeMultiplier(4)->Range(smallest, largest)->Unit(benchmark::kMillisecond);
}
void sizes_and_threads(benchmark::internal::Benchmark* bench) {
  for (const std::int64_t threads : {1, 2}) {
    for (std::int64_t voxels = smallest; voxels <= largest; voxels *= 4) bench->Args({voxels, threads});
  }
  bench->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();
}

BENCHMARK(extraction<false>)->Name("107 features")->Apply(sizes_and_threads);
BENCHMARK(extraction<true>)->Name("1781 features")->Apply(sizes_and_threads);
BENCHMARK(family<discretisation>)->Name("discretisation")->Apply(sizes);
BENCHMARK(family<shape>)->Name("shape")->Apply(sizes);
BENCHMARK(family<first_order_features>)->Name("firstorder")->Apply(sizes);
BENCHMARK(family<texture<glcm_features>>)->Name("glcm")->Apply(sizes);
BENCHMARK(family<texture<glrlm_features>>)->Name("glrlm")->Apply(sizes);
BENCHMARK(family<texture<glszm_features>>)->Name("glszm")->Apply(sizes);
BENCHMARK(family<texture<gldm_features>>)->Name("gldm")->Apply(sizes);
BENCHMARK(family<texture<ngtdm_features>>)->Name("ngtdm")->Apply(sizes);
BENCHMARK(reading_grey_levels)->Apply(sizes);
BENCHMARK_CAPTURE(filter, log, LaplacianOfGaussian{3})->Apply(sizes);
BENCHMARK_CAPTURE(filter, wavelet, Wavelet{})->Apply(sizes);
BENCHMARK_CAPTURE(filter, gradient, Gradient{})->Apply(sizes);
BENCHMARK(resampling)->Apply(sizes);

}  // namespace
}  // namespace glisson::engine

BENCHMARK_MAIN();
