// Prints features of a synthetic image, each as "name value" with all bits of the value. Built with the
// engine as it ships and with the engine for newer processors (tests/engine/instruction_sets_test.cpp).

#include <cstdint>
#include <cstdio>

#include "engine/extraction.hpp"
#include "engine/features/ibsi_extraction.hpp"

namespace glisson::engine {
namespace {

struct ImageAndMask {
  Volume volume;
  Mask mask;
};

// An ellipsoid off the centre, on anisotropic voxels, of noise over a gradient; whole numbers only, so that
// it is the same image however it was compiled.
ImageAndMask ellipsoid() {
  ImageAndMask image;
  Grid& grid = image.volume.grid;
  grid.size = {40, 36, 20};
  grid.spacing = {0.8, 0.8, 1.5};
  std::uint32_t state = 1;
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x) {
        state = state * 1664525U + 1013904223U;
        image.volume.values.push_back(
            static_cast<float>(static_cast<int>(state >> 24) + 6 * x - 3 * z - 100));
        const int distance = 4 * (x - 18) * (x - 18) + 5 * (y - 19) * (y - 19) + 16 * (z - 9) * (z - 9);
        image.mask.voxels.push_back(distance < 900 ? 1 : 0);
      }
    }
  }
  image.mask.grid = grid;
  return image;
}

PyRadiomicsSettings pyradiomics() {
  PyRadiomicsSettings settings;
  settings.resampled_pixel_spacing = {1, 1, 1};
  for (const std::string_view name : feature_classes()) settings.feature_classes.emplace_back(name);
  settings.image_types = {Original{},  Wavelet{},     Square{},  SquareRoot{},
                          Logarithm{}, Exponential{}, Gradient{}};
  for (const double sigma : {1, 3, 5}) settings.image_types.emplace_back(LaplacianOfGaussian{sigma});
  return settings;
}

IbsiExtraction ibsi() {
  IbsiExtraction extraction;
  extraction.processing.spacing = Vector3{1, 1, 1};
  extraction.processing.image_interpolation = Interpolation::cubic_spline;
  extraction.filtered_families = {"stat", "cm"};
  extraction.filters = {{"log", LaplacianOfGaussianFilter{.sigma = 1.5}},
                        {"laws", LawsFilter{}},
                        {"gabor", GaborFilter{.sigma = 2, .wavelength = 3, .rotation_step = 45}},
                        {"haar", SeparableWaveletFilter{.subband = "LLH"}},
                        {"simoncelli", SimoncelliFilter{}}};
  return extraction;
}

void print(const char* convention, const FeatureVector& features) {
  for (const Feature& feature : features) {
    if (feature.value) {
      std::printf("%s_%s %a\n", convention, feature.name.c_str(), *feature.value);
    } else {
      std::printf("%s_%s none\n", convention, feature.name.c_str());
    }
  }
}

}  // namespace
}  // namespace glisson::engine

int main() {
  using namespace glisson::engine;
  const ImageAndMask image = ellipsoid();
  print("pyradiomics", extract_pyradiomics_features(image.volume, image.mask, pyradiomics()));
  print("ibsi", extract_ibsi_features(image.volume, image.mask, ibsi()));
}
