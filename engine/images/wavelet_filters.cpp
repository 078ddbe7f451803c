#include "engine/images/wavelet_filters.hpp"

#include <algorithm>
#include <numbers>
#include <stdexcept>
#include <string>

namespace glisson::engine {
namespace {

struct Scaling {
  std::string_view name;
  std::vector<double>
      coefficients;  // of the scaling function, times `factor`: PyWavelets rec_lo, sum sqrt(2)
  double factor = 1;
};

// Daubechies, "Ten Lectures on Wavelets" (1992), tables 6.1 (dbN) and 8.1 (coif1, with sum 1).
const std::vector<Scaling>& scalings() {
  static const std::vector<double> haar{0.70710678118654752, 0.70710678118654752};
  static const std::vector<Scaling> all{
      {"coif1",
       {-0.05142972847076845, 0.23892972847076845, 0.6028594569415369, 0.2721405430584631,
        -0.05142972847076845, -0.01107027152923155},
       std::numbers::sqrt2},
      {"db1", haar},
      {"db2", {0.48296291314453416, 0.8365163037378079, 0.2241438680420134, -0.12940952255126034}},
      {"db3",
       {0.33267055295008263, 0.8068915093110925, 0.4598775021184915, -0.13501102001025458,
        -0.08544127388202666, 0.03522629188570953}},
      {"db4",
       {0.23037781330889648, 0.7148465705529157, 0.6308807679298589, -0.02798376941685985,
        -0.18703481171909309, 0.030841381835560764, 0.0328830116668852, -0.010597401785069032}},
      {"haar", haar},
  };
  return all;
}

// dec_lo[k] = c[n - 1 - k], dec_hi[k] = (-1)^(n - 1 - k) c[k]. The factor is rounded and multiplied in the
// precision asked for, as PyWavelets does it: in single precision, the largest coefficient of coif1 is the
// next below the nearest.
template <typename Real>
AnalysisFilters<Real> analysis_filters(std::string_view name) {
  const auto& all = scalings();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Scaling& s) { return s.name == name; });
  if (found == all.end()) throw std::logic_error("no wavelet " + std::string(name));
  AnalysisFilters<Real> filters;
  for (const double coefficient : found->coefficients) {
    filters.high_pass.push_back(static_cast<Real>(coefficient) * static_cast<Real>(found->factor));
  }
  filters.low_pass.assign(filters.high_pass.rbegin(), filters.high_pass.rend());
  for (std::size_t k = 0; k < filters.high_pass.size(); k += 2) filters.high_pass[k] *= -1;
  return filters;
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

WaveletFilters wavelet_filters(std::string_view name) { return analysis_filters<double>(name); }

AnalysisFilters<float> single_precision_wavelet_filters(std::string_view name) {
  return analysis_filters<float>(name);
}

}  // namespace glisson::engine
