#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "engine/feature.hpp"

namespace glisson::engine {
namespace {

// IBSI codes stand where PyRadiomics' definition equals IBSI's (Zwanenburg et al., "The image biomarker
// standardisation initiative", arXiv:1612.07003). They are absent from
// - Kurtosis: PyRadiomics does not subtract 3;
// - the axis lengths: PyRadiomics divides the covariance of the voxels by N, IBSI's reference values by N - 1
//   (ratios of axes are equal);
// - TotalEnergy, MCC and the 2D diameters, which IBSI does not define.
// The NGTDM of PyRadiomics counts voxels without neighbours, that of IBSI does not: their features are equal
// for regions without isolated voxels, and have no code for others (definition_of_its_own()).
std::vector<FeatureDefinition> build_catalogue() {
  std::vector<FeatureDefinition> catalogue{
      {"shape", "Elongation", "Q3CK", "1"},
      {"shape", "Flatness", "N17B", "1"},
      {"shape", "LeastAxisLength", "", "mm"},
      {"shape", "MajorAxisLength", "", "mm"},
      {"shape", "Maximum2DDiameterColumn", "", "mm"},
      {"shape", "Maximum2DDiameterRow", "", "mm"},
      {"shape", "Maximum2DDiameterSlice", "", "mm"},
      {"shape", "Maximum3DDiameter", "L0JK", "mm"},
      {"shape", "MeshVolume", "RNU0", "mm3"},
      {"shape", "MinorAxisLength", "", "mm"},
      {"shape", "Sphericity", "QCFX", "1"},
      {"shape", "SurfaceArea", "C0JK", "mm2"},
      {"shape", "SurfaceVolumeRatio", "2PR5", "/mm"},
      {"shape", "VoxelVolume", "YEKZ", "mm3"},

      {"firstorder", "10Percentile", "QG58", "1", 1},
      {"firstorder", "90Percentile", "8DWT", "1", 1},
      {"firstorder", "Energy", "N8CA", "1", 2},
      {"firstorder", "Entropy", "TLU2", "bit"},
      {"firstorder", "InterquartileRange", "SALO", "1", 1},
      {"firstorder", "Kurtosis", "", "1"},
      {"firstorder", "Maximum", "84IY", "1", 1},
      {"firstorder", "Mean", "Q4LE", "1", 1},
      {"firstorder", "MeanAbsoluteDeviation", "4FUK", "1", 1},
      {"firstorder", "Median", "Y12H", "1", 1},
      {"firstorder", "Minimum", "1GSF", "1", 1},
      {"firstorder", "Range", "2OJQ", "1", 1},
      {"firstorder", "RobustMeanAbsoluteDeviation", "1128", "1", 1},
      {"firstorder", "RootMeanSquared", "5ZWQ", "1", 1},
      {"firstorder", "Skewness", "KE2M", "1"},
      {"firstorder", "TotalEnergy", "", "mm3", 2},
      {"firstorder", "Uniformity", "BJ5W", "1"},
      {"firstorder", "Variance", "ECT3", "1", 2},

      {"glcm", "Autocorrelation", "QWB0", "1"},
      {"glcm", "ClusterProminence", "AE86", "1"},
      {"glcm", "ClusterShade", "7NFM", "1"},
      {"glcm", "ClusterTendency", "DG8W", "1"},
      {"glcm", "Contrast", "ACUI", "1"},
      {"glcm", "Correlation", "NI2N", "1"},
      {"glcm", "DifferenceAverage", "TF7R", "1"},
      {"glcm", "DifferenceEntropy", "NTRS", "bit"},
      {"glcm", "DifferenceVariance", "D3YU", "1"},
      {"glcm", "Id", "IB1Z", "1"},
      {"glcm", "Idm", "WF0Z", "1"},
      {"glcm", "Idmn", "1QCO", "1"},
      {"glcm", "Idn", "NDRX", "1"},
      {"glcm", "Imc1", "R8DG", "1"},
      {"glcm", "Imc2", "JN9H", "1"},
      {"glcm", "InverseVariance", "E8JP", "1"},
      {"glcm", "JointAverage", "60VM", "1"},
      {"glcm", "JointEnergy", "8ZQL", "1"},
      {"glcm", "JointEntropy", "TU9B", "bit"},
      {"glcm", "MCC", "", "1"},
      {"glcm", "MaximumProbability", "GYBY", "1"},
      {"glcm", "SumAverage", "ZGXS", "1"},
      {"glcm", "SumEntropy", "P6QZ", "bit"},
      {"glcm", "SumSquares", "UR99", "1"},

      {"glrlm", "GrayLevelNonUniformity", "R5YN", "1"},
      {"glrlm", "GrayLevelNonUniformityNormalized", "OVBL", "1"},
      {"glrlm", "GrayLevelVariance", "8CE5", "1"},
      {"glrlm", "HighGrayLevelRunEmphasis", "G3QZ", "1"},
      {"glrlm", "LongRunEmphasis", "W4KF", "1"},
      {"glrlm", "LongRunHighGrayLevelEmphasis", "3KUM", "1"},
      {"glrlm", "LongRunLowGrayLevelEmphasis", "IVPO", "1"},
      {"glrlm", "LowGrayLevelRunEmphasis", "V3SW", "1"},
      {"glrlm", "RunEntropy", "HJ9O", "bit"},
      {"glrlm", "RunLengthNonUniformity", "W92Y", "1"},
      {"glrlm", "RunLengthNonUniformityNormalized", "IC23", "1"},
      {"glrlm", "RunPercentage", "9ZK5", "1"},
      {"glrlm", "RunVariance", "SXLW", "1"},
      {"glrlm", "ShortRunEmphasis", "22OV", "1"},
      {"glrlm", "ShortRunHighGrayLevelEmphasis", "GD3A", "1"},
      {"glrlm", "ShortRunLowGrayLevelEmphasis", "HTZT", "1"},

      {"glszm", "GrayLevelNonUniformity", "JNSA", "1"},
      {"glszm", "GrayLevelNonUniformityNormalized", "Y1RO", "1"},
      {"glszm", "GrayLevelVariance", "BYLV", "1"},
      {"glszm", "HighGrayLevelZoneEmphasis", "5GN9", "1"},
      {"glszm", "LargeAreaEmphasis", "48P8", "1"},
      {"glszm", "LargeAreaHighGrayLevelEmphasis", "J17V", "1"},
      {"glszm", "LargeAreaLowGrayLevelEmphasis", "YH51", "1"},
      {"glszm", "LowGrayLevelZoneEmphasis", "XMSY", "1"},
      {"glszm", "SizeZoneNonUniformity", "4JP3", "1"},
      {"glszm", "SizeZoneNonUniformityNormalized", "VB3A", "1"},
      {"glszm", "SmallAreaEmphasis", "5QRC", "1"},
      {"glszm", "SmallAreaHighGrayLevelEmphasis", "HW1V", "1"},
      {"glszm", "SmallAreaLowGrayLevelEmphasis", "5RAI", "1"},
      {"glszm", "ZoneEntropy", "GU8N", "bit"},
      {"glszm", "ZonePercentage", "P30P", "1"},
      {"glszm", "ZoneVariance", "3NSA", "1"},

      {"gldm", "DependenceEntropy", "FCBV", "bit"},
      {"gldm", "DependenceNonUniformity", "Z87G", "1"},
      {"gldm", "DependenceNonUniformityNormalized", "OKJI", "1"},
      {"gldm", "DependenceVariance", "DNX2", "1"},
      {"gldm", "GrayLevelNonUniformity", "FP8K", "1"},
      {"gldm", "GrayLevelVariance", "1PFV", "1"},
      {"gldm", "HighGrayLevelEmphasis", "OAE7", "1"},
      {"gldm", "LargeDependenceEmphasis", "IMOQ", "1"},
      {"gldm", "LargeDependenceHighGrayLevelEmphasis", "9QMG", "1"},
      {"gldm", "LargeDependenceLowGrayLevelEmphasis", "NBZI", "1"},
      {"gldm", "LowGrayLevelEmphasis", "TL9H", "1"},
      {"gldm", "SmallDependenceEmphasis", "SODN", "1"},
      {"gldm", "SmallDependenceHighGrayLevelEmphasis", "JA6D", "1"},
      {"gldm", "SmallDependenceLowGrayLevelEmphasis", "EQ3F", "1"},

      {"ngtdm", "Busyness", "NQ30", "1"},
      {"ngtdm", "Coarseness", "QCDE", "1"},
      {"ngtdm", "Complexity", "HDEZ", "1"},
      {"ngtdm", "Contrast", "65HE", "1"},
      {"ngtdm", "Strength", "1X9X", "1"},
  };
  std::sort(catalogue.begin(), catalogue.end(), [](const FeatureDefinition& a, const FeatureDefinition& b) {
    return std::tie(a.family, a.name) < std::tie(b.family, b.name);
  });
  return catalogue;
}

}  // namespace

std::string ucum_unit(const FeatureDefinition& definition, std::string_view intensity_unit) {
  if (definition.intensity_power == 0 || intensity_unit == "1") return definition.unit;
  std::string intensity(intensity_unit);
  if (definition.intensity_power != 1) {
    // An exponent belongs to one unit atom; PET units such as "Bq/ml" are products and need the parentheses.
    if (intensity.find_first_of("./") != std::string::npos) intensity = "(" + intensity + ")";
    intensity += std::to_string(definition.intensity_power);
  }
  return definition.unit == "1" ? intensity : definition.unit + "." + intensity;
}

std::string_view keyword(UndefinedReason reason) noexcept {
  switch (reason) {
    case UndefinedReason::single_voxel:
      return "single_voxel";
    case UndefinedReason::flat_region:
      return "flat_region";
    case UndefinedReason::single_grey_level:
      return "single_grey_level";
    case UndefinedReason::no_neighbours:
      return "no_neighbours";
    case UndefinedReason::empty_mesh:
      return "empty_mesh";
    case UndefinedReason::division_by_zero:
      return "division_by_zero";
    case UndefinedReason::no_such_level:
      return "no_such_level";
    case UndefinedReason::image_too_small:
      return "image_too_small";
    case UndefinedReason::too_many_grey_levels:
      return "too_many_grey_levels";
    case UndefinedReason::intensities_not_finite:
      return "intensities_not_finite";
  }
  return "division_by_zero";
}

std::string_view keyword(Convention convention) noexcept {
  return convention == Convention::ibsi ? "ibsi" : "pyradiomics";
}

const std::vector<FeatureDefinition>& feature_catalogue() {
  static const std::vector<FeatureDefinition> catalogue = build_catalogue();
  return catalogue;
}

const FeatureDefinition& definition_of_its_own(std::string_view family, std::string_view name) {
  static const std::vector<FeatureDefinition> without_codes = [] {
    std::vector<FeatureDefinition> catalogue = feature_catalogue();
    for (FeatureDefinition& definition : catalogue) definition.ibsi_code.clear();
    return catalogue;
  }();
  const auto place = &feature_definition(family, name) - feature_catalogue().data();
  return without_codes.at(static_cast<std::size_t>(place));
}

const FeatureDefinition& feature_definition(std::string_view family, std::string_view name) {
  for (const auto* catalogue : {&feature_catalogue(), &ibsi_feature_catalogue()}) {
    const auto position = std::lower_bound(
        catalogue->begin(), catalogue->end(), std::tie(family, name),
        [](const FeatureDefinition& definition, const std::tuple<std::string_view&, std::string_view&>& key) {
          return std::tuple<std::string_view, std::string_view>(definition.family, definition.name) < key;
        });
    if (position != catalogue->end() && position->family == family && position->name == name) {
      return *position;
    }
  }
  throw std::logic_error("no catalogue holds a feature " + std::string(family) + "_" + std::string(name));
}

}  // namespace glisson::engine
