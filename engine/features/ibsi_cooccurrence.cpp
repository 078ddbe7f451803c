#include "engine/features/ibsi_cooccurrence.hpp"

#include "engine/features/cooccurrences.hpp"
#include "engine/features/glcm_statistics.hpp"

namespace glisson::engine {
namespace {

struct CooccurrenceFeature {
  std::string_view name;
  double GlcmStatistics::*value;  // the formula stands there
  bool needs_two_levels = false;
};

constexpr CooccurrenceFeature features_by_name[] = {
    {"joint_max", &GlcmStatistics::maximum_probability},
    {"joint_avg", &GlcmStatistics::joint_average},
    {"joint_var", &GlcmStatistics::sum_squares},
    {"joint_entr", &GlcmStatistics::joint_entropy},
    {"diff_avg", &GlcmStatistics::difference_average},
    {"diff_var", &GlcmStatistics::difference_variance},
    {"diff_entr", &GlcmStatistics::difference_entropy},
    {"sum_avg", &GlcmStatistics::sum_average},
    {"sum_var", &GlcmStatistics::sum_variance},
    {"sum_entr", &GlcmStatistics::sum_entropy},
    {"energy", &GlcmStatistics::joint_energy},
    {"contrast", &GlcmStatistics::contrast},
    {"dissimilarity", &GlcmStatistics::difference_average},  // sum |i - j| p(i,j), equal to diff_avg
    {"inv_diff", &GlcmStatistics::id},
    {"inv_diff_norm", &GlcmStatistics::idn},
    {"inv_diff_mom", &GlcmStatistics::idm},
    {"inv_diff_mom_norm", &GlcmStatistics::idmn},
    {"inv_var", &GlcmStatistics::inverse_variance},
    {"corr", &GlcmStatistics::correlation, true},
    {"auto_corr", &GlcmStatistics::autocorrelation},
    {"clust_tend", &GlcmStatistics::cluster_tendency},
    {"clust_shade", &GlcmStatistics::cluster_shade},
    {"clust_prom", &GlcmStatistics::cluster_prominence},
    {"info_corr1", &GlcmStatistics::imc1, true},
    {"info_corr2", &GlcmStatistics::imc2, true},
};

}  // namespace

Cooccurrences cooccurrences_of(const GreyLevelRegion& region, const Direction& direction) {
  return {&region.grey_levels, cooccurrence_matrix(region, direction)};
}

FeatureValues features_of(const Cooccurrences& matrix) {
  FeatureValues features;
  if (matrix.counts.sum() == 0) {
    for (const auto& feature : features_by_name) {
      features.push_back(undefined(feature.name, UndefinedReason::no_neighbours));
    }
    return features;
  }
  const GlcmStatistics statistics =
      glcm_statistics(matrix.counts, *matrix.grey_levels, matrix.grey_levels->back());
  const bool one_level = statistics.sum_squares == 0;
  for (const auto& feature : features_by_name) {
    features.push_back(one_level && feature.needs_two_levels
                           ? undefined(feature.name, UndefinedReason::single_grey_level)
                           : FeatureValue{feature.name, statistics.*feature.value, {}});
  }
  return features;
}

}  // namespace glisson::engine
