// Our resampling and recursive Laplacian of Gaussian beside ITK's, one thread each, on the same image: a cube
// of `size` voxels along each axis. docs/performance.md has the ratios.

#include <benchmark/benchmark.h>
#include <itkMultiThreaderBase.h>
#include <oneapi/tbb/global_control.h>

#include <cmath>

#include "engine/images/image_types.hpp"
#include "engine/images/resampling.hpp"
#include "tests/support/itk_image.hpp"

namespace glisson::engine {
namespace {

using Limit = oneapi::tbb::global_control;

Volume cube(std::int64_t size) {
  Volume volume;
  const int edge = static_cast<int>(size);
  volume.grid.size = {edge, edge, edge};
  volume.grid.spacing = {0.8, 0.8, 0.8};
  for (std::size_t i = 0; i < volume.grid.voxel_count(); ++i)
    volume.values.push_back(static_cast<float>(i * 2654435761U % 2000));
  return volume;
}

BoundingBox whole(const Grid& grid) {
  return {{0, 0, 0}, {grid.size[0] - 1, grid.size[1] - 1, grid.size[2] - 1}};
}

void own_resampling(benchmark::State& state) {
  const Limit limit(Limit::max_allowed_parallelism, 1);
  const Volume volume = cube(state.range(0));
  const Grid grid = resampled_grid(volume.grid, whole(volume.grid), {1, 1, 1}, 0);
  for (auto _ : state) benchmark::DoNotOptimize(resample(volume, grid));
}

void itk_resampling(benchmark::State& state) {
  itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(1);
  const Volume volume = cube(state.range(0));
  const Grid grid = resampled_grid(volume.grid, whole(volume.grid), {1, 1, 1}, 0);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        tests::resampled_by_itk<float, tests::ItkSpline>(volume.grid, volume.values, grid));
  }
}

void own_laplacian(benchmark::State& state) {
  const Limit limit(Limit::max_allowed_parallelism, 1);
  const Volume volume = cube(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(response_maps(LaplacianOfGaussian{3}, volume));
}

void itk_laplacian(benchmark::State& state) {
  itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(1);
  const Volume volume = cube(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(tests::laplacian_by_itk(volume, 3));
}

void sizes(benchmark::internal::Benchmark* bench) {
  for (const std::int64_t size : {32, 64, 128}) bench->Arg(size);
  bench->Unit(benchmark::kMillisecond);
}

BENCHMARK(own_resampling)->Name("resampling")->Apply(sizes);
BENCHMARK(itk_resampling)->Name("resampling by ITK")->Apply(sizes);
BENCHMARK(own_laplacian)->Name("log")->Apply(sizes);
BENCHMARK(itk_laplacian)->Name("log by ITK")->Apply(sizes);

}  // namespace
}  // namespace glisson::engine

BENCHMARK_MAIN();
