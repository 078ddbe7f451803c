#include <algorithm>
#include <tuple>

#include "engine/feature.hpp"

namespace glisson::engine {
namespace {

// Family, name, IBSI code, unit and power of the intensity unit; the names are those of IBSI's reference
// values. Features of the grey levels of a discretised image (ih and the textures) have no intensity unit.
struct Entry {
  const char* family;
  const char* name;
  const char* code;
  const char* unit = "1";
  int intensity_power = 0;
};

constexpr Entry entries[] = {
    {"morph", "volume", "RNU0", "mm3"},
    {"morph", "vol_approx", "YEKZ", "mm3"},
    {"morph", "area_mesh", "C0JK", "mm2"},
    {"morph", "av", "2PR5", "/mm"},
    {"morph", "comp_1", "SKGS"},
    {"morph", "comp_2", "BQWJ"},
    {"morph", "sph_dispr", "KRCK"},
    {"morph", "sphericity", "QCFX"},
    {"morph", "asphericity", "25C7"},
    {"morph", "com", "KLMA", "mm"},
    {"morph", "diam", "L0JK", "mm"},
    {"morph", "pca_maj_axis", "TDIC", "mm"},
    {"morph", "pca_min_axis", "P9VJ", "mm"},
    {"morph", "pca_least_axis", "7J51", "mm"},
    {"morph", "pca_elongation", "Q3CK"},
    {"morph", "pca_flatness", "N17B"},
    {"morph", "vol_dens_aabb", "PBX1"},
    {"morph", "area_dens_aabb", "R59B"},
    {"morph", "vol_dens_ombb", "ZH1A"},
    {"morph", "area_dens_ombb", "IQYR"},
    {"morph", "vol_dens_aee", "6BDE"},
    {"morph", "area_dens_aee", "RDD2"},
    {"morph", "vol_dens_mvee", "SWZ1"},
    {"morph", "area_dens_mvee", "BRI8"},
    {"morph", "vol_dens_conv_hull", "R3ER"},
    {"morph", "area_dens_conv_hull", "7T7F"},
    {"morph", "integ_int", "99N0", "mm3", 1},
    {"morph", "moran_i", "N365"},
    {"morph", "geary_c", "NPT7"},

    {"loc", "peak_loc", "VJGA", "1", 1},
    {"loc", "peak_glob", "0F91", "1", 1},

    {"stat", "mean", "Q4LE", "1", 1},
    {"stat", "var", "ECT3", "1", 2},
    {"stat", "skew", "KE2M"},
    {"stat", "kurt", "IPH6"},
    {"stat", "median", "Y12H", "1", 1},
    {"stat", "min", "1GSF", "1", 1},
    {"stat", "p10", "QG58", "1", 1},
    {"stat", "p90", "8DWT", "1", 1},
    {"stat", "max", "84IY", "1", 1},
    {"stat", "iqr", "SALO", "1", 1},
    {"stat", "range", "2OJQ", "1", 1},
    {"stat", "mad", "4FUK", "1", 1},
    {"stat", "rmad", "1128", "1", 1},
    {"stat", "medad", "N72L", "1", 1},
    {"stat", "cov", "7TET"},
    {"stat", "qcod", "9S40"},
    {"stat", "energy", "N8CA", "1", 2},
    {"stat", "rms", "5ZWQ", "1", 1},

    {"ih", "mean", "X6K6"},
    {"ih", "var", "CH89"},
    {"ih", "skew", "88K1"},
    {"ih", "kurt", "C3I7"},
    {"ih", "median", "WIFQ"},
    {"ih", "min", "1PR8"},
    {"ih", "p10", "GPMT"},
    {"ih", "p90", "OZ0C"},
    {"ih", "max", "3NCY"},
    {"ih", "mode", "AMMC"},
    {"ih", "iqr", "WR0O"},
    {"ih", "range", "5Z3W"},
    {"ih", "mad", "D2ZX"},
    {"ih", "rmad", "WRZB"},
    {"ih", "medad", "4RNL"},
    {"ih", "cov", "CWYJ"},
    {"ih", "qcod", "SLWD"},
    {"ih", "entropy", "TLU2", "bit"},
    {"ih", "uniformity", "BJ5W"},
    {"ih", "max_grad", "12CE"},
    {"ih", "max_grad_g", "8E6O"},
    {"ih", "min_grad", "VQB3"},
    {"ih", "min_grad_g", "RHQZ"},

    {"ivh", "v10", "BC2M"},
    {"ivh", "v90", "BC2M"},
    {"ivh", "i10", "GBPN", "1", 1},
    {"ivh", "i90", "GBPN", "1", 1},
    {"ivh", "diff_v10_v90", "DDTU"},
    {"ivh", "diff_i10_i90", "CNV2", "1", 1},
    {"ivh", "auc", "9CMM"},
    // The same of a fixed number of bins: grey levels, not intensities.
    {"ivh", "i10_level", "GBPN"},
    {"ivh", "i90_level", "GBPN"},
    {"ivh", "diff_i10_i90_level", "CNV2"},

    {"cm", "joint_max", "GYBY"},
    {"cm", "joint_avg", "60VM"},
    {"cm", "joint_var", "UR99"},
    {"cm", "joint_entr", "TU9B", "bit"},
    {"cm", "diff_avg", "TF7R"},
    {"cm", "diff_var", "D3YU"},
    {"cm", "diff_entr", "NTRS", "bit"},
    {"cm", "sum_avg", "ZGXS"},
    {"cm", "sum_var", "OEEB"},
    {"cm", "sum_entr", "P6QZ", "bit"},
    {"cm", "energy", "8ZQL"},
    {"cm", "contrast", "ACUI"},
    {"cm", "dissimilarity", "8S9J"},
    {"cm", "inv_diff", "IB1Z"},
    {"cm", "inv_diff_norm", "NDRX"},
    {"cm", "inv_diff_mom", "WF0Z"},
    {"cm", "inv_diff_mom_norm", "1QCO"},
    {"cm", "inv_var", "E8JP"},
    {"cm", "corr", "NI2N"},
    {"cm", "auto_corr", "QWB0"},
    {"cm", "clust_tend", "DG8W"},
    {"cm", "clust_shade", "7NFM"},
    {"cm", "clust_prom", "AE86"},
    {"cm", "info_corr1", "R8DG"},
    {"cm", "info_corr2", "JN9H"},

    {"rlm", "sre", "22OV"},
    {"rlm", "lre", "W4KF"},
    {"rlm", "lgre", "V3SW"},
    {"rlm", "hgre", "G3QZ"},
    {"rlm", "srlge", "HTZT"},
    {"rlm", "srhge", "GD3A"},
    {"rlm", "lrlge", "IVPO"},
    {"rlm", "lrhge", "3KUM"},
    {"rlm", "glnu", "R5YN"},
    {"rlm", "glnu_norm", "OVBL"},
    {"rlm", "rlnu", "W92Y"},
    {"rlm", "rlnu_norm", "IC23"},
    {"rlm", "r_perc", "9ZK5"},
    {"rlm", "gl_var", "8CE5"},
    {"rlm", "rl_var", "SXLW"},
    {"rlm", "rl_entr", "HJ9O", "bit"},

    {"szm", "sze", "5QRC"},
    {"szm", "lze", "48P8"},
    {"szm", "lgze", "XMSY"},
    {"szm", "hgze", "5GN9"},
    {"szm", "szlge", "5RAI"},
    {"szm", "szhge", "HW1V"},
    {"szm", "lzlge", "YH51"},
    {"szm", "lzhge", "J17V"},
    {"szm", "glnu", "JNSA"},
    {"szm", "glnu_norm", "Y1RO"},
    {"szm", "zsnu", "4JP3"},
    {"szm", "zsnu_norm", "VB3A"},
    {"szm", "z_perc", "P30P"},
    {"szm", "gl_var", "BYLV"},
    {"szm", "zs_var", "3NSA"},
    {"szm", "zs_entr", "GU8N", "bit"},

    {"dzm", "sde", "0GBI"},
    {"dzm", "lde", "MB4I"},
    {"dzm", "lgze", "S1RA"},
    {"dzm", "hgze", "K26C"},
    {"dzm", "sdlge", "RUVG"},
    {"dzm", "sdhge", "DKNJ"},
    {"dzm", "ldlge", "A7WM"},
    {"dzm", "ldhge", "KLTH"},
    {"dzm", "glnu", "VFT7"},
    {"dzm", "glnu_norm", "7HP3"},
    {"dzm", "zdnu", "V294"},
    {"dzm", "zdnu_norm", "IATH"},
    {"dzm", "z_perc", "VIWW"},
    {"dzm", "gl_var", "QK93"},
    {"dzm", "zd_var", "7WT1"},
    {"dzm", "zd_entr", "GBDU", "bit"},

    {"ngt", "coarseness", "QCDE"},
    {"ngt", "contrast", "65HE"},
    {"ngt", "busyness", "NQ30"},
    {"ngt", "complexity", "HDEZ"},
    {"ngt", "strength", "1X9X"},

    {"ngl", "lde", "SODN"},
    {"ngl", "hde", "IMOQ"},
    {"ngl", "lgce", "TL9H"},
    {"ngl", "hgce", "OAE7"},
    {"ngl", "ldlge", "EQ3F"},
    {"ngl", "ldhge", "JA6D"},
    {"ngl", "hdlge", "NBZI"},
    {"ngl", "hdhge", "9QMG"},
    {"ngl", "glnu", "FP8K"},
    {"ngl", "glnu_norm", "5SPA"},
    {"ngl", "dcnu", "Z87G"},
    {"ngl", "dcnu_norm", "OKJI"},
    {"ngl", "dc_perc", "6XV8"},
    {"ngl", "gl_var", "1PFV"},
    {"ngl", "dc_var", "DNX2"},
    {"ngl", "dc_entr", "FCBV", "bit"},
    {"ngl", "dc_energy", "CAS9"},
};

}  // namespace

const std::vector<FeatureDefinition>& ibsi_feature_catalogue() {
  static const std::vector<FeatureDefinition> catalogue = [] {
    std::vector<FeatureDefinition> definitions;
    for (const Entry& entry : entries) {
      definitions.push_back(
          {entry.family, entry.name, entry.code, entry.unit, entry.intensity_power, Convention::ibsi});
    }
    std::sort(definitions.begin(), definitions.end(),
              [](const FeatureDefinition& a, const FeatureDefinition& b) {
                return std::tie(a.family, a.name) < std::tie(b.family, b.name);
              });
    return definitions;
  }();
  return catalogue;
}

}  // namespace glisson::engine
