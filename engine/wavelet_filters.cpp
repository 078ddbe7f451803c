#include "engine/wavelet_filters.hpp"

#include <algorithm>
#include <numbers>
#include <stdexcept>
#include <string>

namespace glisson::engine {
namespace {

struct Scaling {
  std::string_view name;
  std::vector<float> coefficients;  // of the scaling function, sum sqrt(2): PyWavelets rec_lo
};

// Daubechies, "Ten Lectures on Wavelets" (1992), tables 6.1 (dbN) and 8.1 (coif1). The latter has sum 1, and
// PyWavelets multiplies by sqrt(2) in single precision, which rounds the largest coefficient down.
const std::vector<Scaling>& scalings() {
  constexpr auto root = static_cast<float>(std::numbers::sqrt2);
  static const std::vector<float> haar{0.70710678118654752F, 0.70710678118654752F};
  static const std::vector<Scaling> all{
      {"coif1",
       {-0.05142972847076845F * root, 0.23892972847076845F * root, 0.6028594569415369F * root,
        0.2721405430584631F * root, -0.05142972847076845F * root, -0.01107027152923155F * root}},
      {"db1", haar},
      {"db2", {0.48296291314453416F, 0.8365163037378079F, 0.2241438680420134F, -0.12940952255126034F}},
      {"db3",
       {0.33267055295008263F, 0.8068915093110925F, 0.4598775021184915F, -0.13501102001025458F,
        -0.08544127388202666F, 0.03522629188570953F}},
      {"db4",
       {0.23037781330889648F, 0.7148465705529157F, 0.6308807679298589F, -0.02798376941685985F,
        -0.18703481171909309F, 0.030841381835560764F, 0.0328830116668852F, -0.010597401785069032F}},
      {"haar", haar},
  };
  return all;
}

}  // namespace

const std::vector<std::string_view>& wavelet_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> result;
    result.reserve(scalings().size());
    for (const Scaling& scaling : scalings()) result.push_back(scaling.name);
    return result;
  }();
  return names;
}

// dec_lo[k] = c[n - 1 - k], dec_hi[k] = (-1)^(n - 1 - k) c[k]
WaveletFilters wavelet_filters(std::string_view name) {
  const auto& all = scalings();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Scaling& s) { return s.name == name; });
  if (found == all.end()) throw std::logic_error("no wavelet " + std::string(name));
  WaveletFilters filters{found->coefficients, found->coefficients};
  std::reverse(filters.low_pass.begin(), filters.low_pass.end());
  for (std::size_t k = 0; k < filters.high_pass.size(); k += 2) filters.high_pass[k] *= -1;
  return filters;
}

}  // namespace glisson::engine
