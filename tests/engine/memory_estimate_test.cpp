#include "engine/memory_estimate.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "engine/errors.hpp"
#include "engine/extraction.hpp"

namespace glisson::engine {
namespace {

/// A box of 200 x 180 x 50 voxels of 0.8 x 0.8 x 3 mm in a CT of 512 x 512 x 60: a liver.
Mask liver() {
  Mask mask{{.size = {512, 512, 60}, .spacing = {0.8, 0.8, 3}}, {}};
  mask.voxels.resize(mask.grid.voxel_count());
  for (int z = 5; z < 55; ++z) {
    for (int y = 100; y < 280; ++y) {
      for (int x = 100; x < 300; ++x) mask.voxels[mask.grid.offset(x, y, z)] = 1;
    }
  }
  return mask;
}

ExtractionProtocol pyradiomics(double spacing, std::vector<ImageType> types = {Original{}}) {
  PyRadiomicsSettings settings;
  if (spacing > 0) settings.resampled_pixel_spacing = {spacing, spacing, spacing};
  settings.image_types = std::move(types);
  ExtractionProtocol protocol;
  protocol.settings = settings;
  return protocol;
}

constexpr std::uint64_t budget = std::uint64_t{4} << 30;

TEST(MemoryEstimate, LetsUsualProtocolsPass) {
  const Mask mask = liver();
  EXPECT_NO_THROW(require_memory(mask, pyradiomics(0), budget));
  EXPECT_NO_THROW(require_memory(
      mask, pyradiomics(1, {Original{}, LaplacianOfGaussian{3}, Wavelet{}, Gradient{}}), budget));
  ExtractionProtocol ibsi;
  IbsiExtraction extraction;
  extraction.processing.spacing = Vector3{1, 1, 1};
  ibsi.settings = extraction;
  EXPECT_NO_THROW(require_memory(mask, ibsi, budget));
}

TEST(MemoryEstimate, RefusesAHundredthOfAMillimetreWithBothFigures) {
  const Mask mask = liver();
  try {
    require_memory(mask, pyradiomics(0.01), budget);
    FAIL();
  } catch (const RejectedInput& error) {
    EXPECT_EQ(error.reason(), RejectionReason::too_much_memory);
    EXPECT_NE(std::string(error.what()).find("the budget is 4 GiB"), std::string::npos) << error.what();
  }
  ExtractionProtocol ibsi;
  IbsiExtraction extraction;
  extraction.processing.spacing = Vector3{0.01, 0.01, 0.01};
  ibsi.settings = extraction;
  EXPECT_THROW(require_memory(mask, ibsi, budget), RejectedInput);
}

TEST(MemoryEstimate, GrowsWithGridMapsAndFilters) {
  const Mask mask = liver();
  const double fine = estimated_memory(mask, pyradiomics(0.5)) / estimated_memory(mask, pyradiomics(1));
  EXPECT_GT(fine, 3);
  EXPECT_LT(fine, 8);
  EXPECT_GT(estimated_memory(mask, pyradiomics(1, {Wavelet{}})),
            estimated_memory(mask, pyradiomics(1, {LaplacianOfGaussian{1}})));
  EXPECT_GT(estimated_memory(mask, pyradiomics(1, {LaplacianOfGaussian{1}})),
            estimated_memory(mask, pyradiomics(1)));
  ExtractionProtocol ibsi;
  IbsiExtraction extraction;
  extraction.processing.discretisation = FixedBinNumber{32};
  ibsi.settings = extraction;
  const double few = estimated_memory(mask, ibsi);
  extraction.processing.discretisation = FixedBinNumber{60000};
  ibsi.settings = extraction;
  EXPECT_GT(estimated_memory(mask, ibsi), few) << "matrices of the levels that textures take";
  extraction.processing.families = {"stat", "ih"};
  ibsi.settings = extraction;
  EXPECT_LT(estimated_memory(mask, ibsi), few) << "no matrices at all";
}

TEST(MemoryEstimate, OfRegionsTogetherCountsWhatTheyShareOnce) {
  const Mask mask = liver();
  const std::vector<const Mask*> two{&mask, &mask};
  for (const auto& protocol : {pyradiomics(1, {LaplacianOfGaussian{1}}), pyradiomics(0, {Wavelet{}})}) {
    EXPECT_GT(estimated_memory(two, protocol), estimated_memory(mask, protocol));
    EXPECT_LT(estimated_memory(two, protocol), 2 * estimated_memory(mask, protocol));
  }
}

TEST(MemoryEstimate, HasNoneForAnEmptyRegion) {
  const Mask none{{.size = {4, 4, 4}}, std::vector<std::uint8_t>(64)};
  EXPECT_THROW(estimated_memory(none, pyradiomics(1)), RejectedInput);
}

// Bytes of one of the process's figures of memory (proc(5)): VmRSS now, VmHWM at most.
double memory_figure(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != name + ":") continue;
    double kibibytes = 0;
    status >> kibibytes;
    return kibibytes * 1024;
  }
  return 0;
}

/// Bytes that the extraction takes at most beside what was there before.
double measured_peak(const Volume& volume, const Mask& mask, const ExtractionProtocol& protocol) {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";  // forgets the highest figure so far
  const double before = memory_figure("VmRSS");
  extract_features(volume, mask, protocol);
  return memory_figure("VmHWM") - before;
}

// A bound that is too low lets a job exceed its budget; one that is far too high refuses jobs without need.
TEST(MemoryEstimate, IsAnUpperBoundNotFarAboveWhatIsTaken) {
  Volume volume{{.size = {200, 180, 80}, .spacing = {0.8, 0.8, 2}}, {}};
  Mask mask{volume.grid, {}};
  unsigned state = 1;
  for (int z = 0; z < 80; ++z) {
    for (int y = 0; y < 180; ++y) {
      for (int x = 0; x < 200; ++x) {
        state = state * 1664525U + 1013904223U;
        volume.values.push_back(static_cast<float>(state >> 24U));
        mask.voxels.push_back(
            (x - 100) * (x - 100) + (y - 90) * (y - 90) + 6 * (z - 40) * (z - 40) < 6400 ? 1 : 0);
      }
    }
  }
  std::map<std::string, ExtractionProtocol> protocols{
      {"1 mm", pyradiomics(1)},
      {"1 mm, filters",
       pyradiomics(1, {Original{}, LaplacianOfGaussian{3}, Wavelet{}, Square{}, Gradient{}})},
      {"native, filters", pyradiomics(0, {Original{}, LaplacianOfGaussian{3}, Wavelet{}, Gradient{}})}};
  for (auto& [name, protocol] : protocols) {
    std::get<PyRadiomicsSettings>(protocol.settings).feature_classes = {"firstorder", "glcm"};
  }
  IbsiExtraction extraction;
  extraction.processing.spacing = Vector3{1, 1, 1};
  extraction.processing.families = {"morph", "stat", "cm"};
  protocols["IBSI, 1 mm"].settings = extraction;
  for (const auto& [name, protocol] : protocols) {
    const double estimate = estimated_memory(mask, protocol);
    const double peak = measured_peak(volume, mask, protocol);
    std::cout << name << ": estimate " << estimate / (1 << 20) << " MiB, peak " << peak / (1 << 20)
              << " MiB\n";
    EXPECT_LE(peak, estimate) << name;
    EXPECT_GE(peak, 0.2 * estimate) << name;
  }
}

}  // namespace
}  // namespace glisson::engine
