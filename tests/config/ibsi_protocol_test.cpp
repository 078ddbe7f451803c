#include <gtest/gtest.h>

#include <string>

#include "config/protocol_file.hpp"
#include "engine/errors.hpp"

namespace glisson::config {
namespace {

using engine::IbsiExtraction;

const std::string valid = R"(name = "test"
version = "1.2.3"
description = "One sentence."
convention = "ibsi"
[interpolation]
spacing = [2, 2, 2]
image = "cubic_spline"
mask = "nearest"
rounding = false
[resegmentation]
range = [-100, 200]
outliers = 3
[discretisation]
bin_number = 32
[ivh]
bin_size = 2.5
[features]
families = ["stat", "ivh", "cm"]
aggregations = ["2D_avg", "3D_comb"]
)";

const std::string filters = R"([[filters]]
name = "log-1.5mm"
type = "log"
sigma = 1.5
[[filters]]
name = "mean-5"
type = "mean"
support = 5
space = "slice"
boundary = "zero"
[[filters]]
name = "laws"
type = "laws"
kernels = "L5E5E5"
energy_distance = 0
pooling = "average"
[[filters]]
name = "gabor"
type = "gabor"
sigma = 5
wavelength = 2
rotation_step = 22.5
orthogonal_planes = true
[[filters]]
name = "db3-LLH"
type = "wavelet"
wavelet = "db3"
subband = "LLH"
[[filters]]
name = "simoncelli-2"
type = "simoncelli"
level = 2
)";

IbsiExtraction parsed(const std::string& toml) {
  return std::get<IbsiExtraction>(parse_protocol(toml, "p.toml").settings);
}

std::string replaced(const std::string& from, const std::string& to, std::string text = valid) {
  const std::size_t position = text.find(from);
  EXPECT_NE(position, std::string::npos) << from;
  return text.replace(position, from.size(), to);
}

void expect_refused(const std::string& toml, const std::string& place, const std::string& what) {
  try {
    parse_protocol(toml, "p.toml");
    ADD_FAILURE() << "accepted:\n" << toml;
  } catch (const RejectedInput& rejected) {
    EXPECT_EQ(rejected.reason(), RejectionReason::invalid_protocol);
    EXPECT_TRUE(std::string(rejected.what()).starts_with("p.toml:" + place + ":")) << rejected.what();
    EXPECT_NE(std::string(rejected.what()).find(what), std::string::npos) << rejected.what();
  }
}

TEST(IbsiProtocol, GivesItsSettings) {
  const IbsiExtraction extraction = parsed(valid);
  const engine::IbsiSettings& settings = extraction.processing;
  EXPECT_EQ(settings.spacing, (engine::Vector3{2, 2, 2}));
  EXPECT_EQ(settings.image_interpolation, engine::Interpolation::cubic_spline);
  EXPECT_EQ(settings.mask_interpolation, engine::Interpolation::nearest);
  EXPECT_FALSE(settings.round_intensities);
  EXPECT_EQ(settings.range->lower, -100);
  EXPECT_EQ(settings.range->upper, 200);
  EXPECT_EQ(settings.outlier_deviations, 3);
  EXPECT_EQ(std::get<engine::FixedBinNumber>(settings.discretisation).count, 32);
  EXPECT_EQ(std::get<engine::FixedBinSize>(settings.ivh_discretisation.value()).width, 2.5);
  EXPECT_EQ(settings.families, (std::vector<std::string>{"stat", "ivh", "cm"}));
  EXPECT_EQ(settings.aggregations,
            (std::vector{engine::Aggregation::slices_averaged, engine::Aggregation::volume_merged}));
  EXPECT_TRUE(extraction.filters.empty());
}

TEST(IbsiProtocol, TakesSlicesAsTheyAreWhereSpacingHasTwoNumbers) {
  EXPECT_EQ(parsed(replaced("[2, 2, 2]", "[2, 1.5]")).processing.spacing, (engine::Vector3{2, 1.5, 0}));
}

TEST(IbsiProtocol, ReadsEveryTypeOfFilter) {
  const auto extraction = parsed(valid + filters);
  ASSERT_EQ(extraction.filters.size(), 6U);
  EXPECT_EQ(extraction.filters[0].name, "log-1.5mm");
  EXPECT_EQ(std::get<engine::LaplacianOfGaussianFilter>(extraction.filters[0].filter).sigma, 1.5);
  const auto& mean = std::get<engine::MeanFilter>(extraction.filters[1].filter);
  EXPECT_EQ(mean.space, engine::FilterSpace::slice);
  EXPECT_EQ(mean.boundary, engine::FilterBoundary::zero);
  const auto& laws = std::get<engine::LawsFilter>(extraction.filters[2].filter);
  EXPECT_FALSE(laws.energy_distance);
  EXPECT_EQ(laws.pooling, engine::FilterPooling::average);
  const auto& gabor = std::get<engine::GaborFilter>(extraction.filters[3].filter);
  EXPECT_EQ(gabor.rotation_step, 22.5);
  EXPECT_TRUE(gabor.orthogonal_planes);
  EXPECT_EQ(std::get<engine::SeparableWaveletFilter>(extraction.filters[4].filter).wavelet, "db3");
  EXPECT_EQ(std::get<engine::SimoncelliFilter>(extraction.filters[5].filter).level, 2);
}

TEST(IbsiProtocol, RefusesContradictionsWithTheirLine) {
  expect_refused(replaced("bin_number = 32", "bin_number = 32\nbin_size = 25"), "14",
                 "bin_number contradicts bin_size");
  expect_refused(replaced("bin_number = 32\n", ""), "13", "needs bin_size or bin_number");
  expect_refused(replaced("[discretisation]\nbin_number = 32\n", ""), "1", "needs bin_size or bin_number");
  expect_refused(replaced("bin_size = 2.5", "bin_size = 2.5\nbin_number = 9"), "17", "contradicts");
  expect_refused(replaced("spacing = [2, 2, 2]\n", ""), "6", "image contradicts the absence of spacing");
  expect_refused(replaced("spacing = [2, 2, 2]\nimage = \"cubic_spline\"\nmask = \"nearest\"\n", ""), "6",
                 "rounding contradicts the absence of spacing");
  expect_refused(replaced("[-100, 200]", "[200, -100]"), "11", "lower below upper");
  expect_refused(replaced("\"ivh\", ", ""), "15", "ivh contradicts families");
  expect_refused(valid + "unfiltered = false\n" + filters, "18", "contradict unfiltered = false");
  expect_refused(valid + "filtered_families = [\"stat\"]\n", "20", "absence of filters");
  expect_refused(replaced(", \"cm\"]", "]"), "19", "aggregations contradict");
  std::string unequal = valid + filters;
  unequal.replace(unequal.find("[2, 2, 2]"), 9, "[2, 2, 3]");
  expect_refused(unequal, "6", "spacing contradicts the filter \"log-1.5mm\"");
}

TEST(IbsiProtocol, RefusesWhatItDoesNotKnowWithItsLine) {
  expect_refused(replaced("outliers = 3", "outlier = 3"), "12",
                 "unknown key \"outlier\" in [resegmentation]");
  expect_refused(replaced("\"cm\"", "\"glcm\""), "18", "no feature family \"glcm\"");
  expect_refused(replaced("\"3D_comb\"", "\"3D\""), "19", "no aggregation \"3D\"");
  expect_refused(replaced("\"3D_comb\"", "\"2D_avg\""), "19", "stands twice");
  expect_refused(valid + "[image]\nbin_width = 25\n", "20", "unknown key \"image\"");
  expect_refused(replaced("[2, 2, 2]", "[0.01, 0.01, 0.01]"), "6", "0.1 to 20 mm");
}

TEST(IbsiProtocol, RefusesFiltersThatAreNone) {
  const auto refused = [](const std::string& from, const std::string& to, const std::string& line,
                          const std::string& what) {
    expect_refused(valid + replaced(from, to, filters), line, what);
  };
  refused("type = \"log\"", "type = \"sobel\"", "22", "one of mean, log, laws");
  refused("sigma = 1.5", "sigma = 1.5\nsupport = 3", "24", "unknown key \"support\" of a filter of type log");
  refused("sigma = 1.5\n", "", "20", "sigma is missing");
  refused("name = \"mean-5\"", "name = \"log-1.5mm\"", "25", "stands twice");
  refused("name = \"mean-5\"", "name = \"mean 5\"", "25", "name must be");
  refused("rotation_step = 22.5", "rotation_step = 22.5\ntheta = 3", "42", "theta contradicts");
  refused("kernels = \"L5E5E5\"", "kernels = \"L5X5E5\"", "30", "");
  refused("support = 5", "support = 4", "24", "");
}

TEST(ShippedIbsiProtocols, AreTheConfigurationsOfTheReferenceValues) {
  const auto settings = [](const std::string& letter) {
    return std::get<IbsiExtraction>(find_protocol("ibsi-" + letter, {}).settings).processing;
  };
  const auto a = settings("a");
  EXPECT_FALSE(a.spacing);
  EXPECT_EQ(a.range->lower, -500);
  EXPECT_EQ(std::get<engine::FixedBinSize>(a.discretisation).width, 25);
  EXPECT_EQ(a.aggregations.size(), 4U);
  EXPECT_TRUE(a.families.empty());
  EXPECT_EQ(settings("b").spacing, (engine::Vector3{2, 2, 0}));
  EXPECT_EQ(std::get<engine::FixedBinNumber>(settings("b").discretisation).count, 32);
  EXPECT_EQ(std::get<engine::FixedBinSize>(settings("c").ivh_discretisation.value()).width, 2.5);
  EXPECT_FALSE(settings("d").range);
  EXPECT_EQ(settings("d").outlier_deviations, 3);
  const auto e = settings("e");
  EXPECT_EQ(e.image_interpolation, engine::Interpolation::cubic_spline);
  EXPECT_EQ(e.range->lower, -1000);
  EXPECT_EQ(e.outlier_deviations, 3);
  EXPECT_EQ(std::get<engine::FixedBinNumber>(e.ivh_discretisation.value()).count, 1000);
  for (const char* letter : {"c", "d", "e"}) EXPECT_EQ(settings(letter).spacing, (engine::Vector3{2, 2, 2}));
}

}  // namespace
}  // namespace glisson::config
