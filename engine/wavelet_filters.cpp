#include "engine/wavelet_filters.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace glisson::engine {
namespace {

struct Scaling {
  std::string_view name;
  std::vector<double> coefficients;  // of the scaling function, sum sqrt(2): PyWavelets rec_lo
};

// Daubechies, "Ten Lectures on Wavelets" (1992), tables 6.1 (dbN) and 8.1 (coif1).
const std::vector<Scaling>& scalings() {
  static const std::vector<double> haar{0.70710678118654752, 0.70710678118654752};
  static const std::vector<Scaling> all{
      {"coif1",
       {-0.0727326195128539, 0.3378976624578092, 0.8525720202122554, 0.38486484686420286, -0.0727326195128539,
        -0.01565572813546454}},
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
