// IBSI-1 reference values (Zwanenburg et al., Radiology 2020): the digital phantom, and the CT phantom
// through DICOM under the configurations A to E of reference/configurations.md, their checkpoints of the
// processing included. A value is reached where it differs from the reference by at most the reference's own
// tolerance; where that is 0, where it rounds to the printed digits, three significant at least.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "config/protocol_file.hpp"
#include "dicom/images/image_series.hpp"
#include "dicom/images/segmentation.hpp"
#include "engine/features/ibsi_extraction.hpp"
#include "engine/region.hpp"
#include "tests/support/nifti.hpp"
#include "tests/support/reference_data.hpp"

namespace glisson::engine {
namespace {

struct ReferenceValue {
  std::string feature;
  double value = 0;
  double tolerance = 0;
  int digits = 3;  // significant ones as printed, three at least

  bool is_reached_by(double computed) const {
    if (tolerance > 0) return std::abs(computed - value) <= tolerance;
    std::ostringstream rounded;
    rounded << std::setprecision(digits) << computed;
    return std::stod(rounded.str()) == value;
  }
};

int significant_digits(std::string number) {
  number = number.substr(0, number.find_first_of("eE"));
  // Zeros at the end of an integer only fill up what three digits leave: 1490 stands for 1494.6.
  if (number.find('.') == std::string::npos) number.erase(number.find_last_not_of('0') + 1);
  std::erase_if(number, [](char c) { return c < '0' || c > '9'; });
  number.erase(0, number.find_first_not_of('0'));
  return static_cast<int>(number.size());
}

std::vector<ReferenceValue> reference_values(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::vector<ReferenceValue> values;
  std::string line;
  std::getline(stream, line);
  while (std::getline(stream, line)) {
    std::istringstream fields(line);
    ReferenceValue reference;
    std::string value;
    std::string tolerance;
    std::getline(fields, reference.feature, ',');
    std::getline(fields, value, ',');
    std::getline(fields, tolerance, ',');
    reference.value = std::stod(value);
    reference.tolerance = std::stod(tolerance);
    reference.digits = std::max(3, significant_digits(value));
    values.push_back(reference);
  }
  return values;
}

struct ImageAndRegion {
  Volume volume;
  Mask mask;
};

using Values = std::map<std::string, double>;

void add_image_checkpoints(const Volume& volume, const std::string& stage, Values& values) {
  const std::string axes = "xyz";
  for (std::size_t axis = 0; axis < 3; ++axis) {
    values[std::string("img_dim_") + axes[axis] + "_" + stage] = volume.grid.size[axis];
    values[std::string("vox_dim_") + axes[axis] + "_" + stage] = volume.grid.spacing[axis];
  }
  double sum = 0;
  for (const float x : volume.values) sum += x;
  values["mean_int_" + stage] = sum / static_cast<double>(volume.values.size());
  values["min_int_" + stage] = *std::min_element(volume.values.begin(), volume.values.end());
  values["max_int_" + stage] = *std::max_element(volume.values.begin(), volume.values.end());
}

void add_mask_checkpoints(const std::string& kind, const Mask& mask, const std::string& stage,
                          Values& values) {
  const BoundingBox box = bounding_box(mask);
  const std::string axes = "xyz";
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto name = [&](const char* what) {
      std::ostringstream stream;
      stream << kind << '_' << what << '_' << axes[axis] << '_' << stage;
      return stream.str();
    };
    values[name("dim")] = mask.grid.size[axis];
    values[name("bb_dim")] = box.extent(axis);
  }
  values[kind + "_vox_count_" + stage] = static_cast<double>(mask.count());
}

void add_region_checkpoints(const Volume& volume, const Mask& morphological, const Mask& intensity,
                            const std::string& stage, Values& values) {
  add_mask_checkpoints("morph_mask", morphological, stage, values);
  add_mask_checkpoints("int_mask", intensity, stage, values);
  const std::vector<float> intensities = crop_to_region(volume, intensity).intensities;
  double sum = 0;
  for (const float x : intensities) sum += x;
  values["int_mask_mean_int_" + stage] = sum / static_cast<double>(intensities.size());
  values["int_mask_min_int_" + stage] = *std::min_element(intensities.begin(), intensities.end());
  values["int_mask_max_int_" + stage] = *std::max_element(intensities.begin(), intensities.end());
}

Values computed_values(const ImageAndRegion& input, const IbsiSettings& settings) {
  Values values;
  const IbsiImage image = process_ibsi_image(input.volume, input.mask, settings);
  add_image_checkpoints(input.volume, "init_img", values);
  add_image_checkpoints(image.volume, "interp_img", values);
  add_region_checkpoints(input.volume, input.mask, input.mask, "init_roi", values);
  add_region_checkpoints(image.volume, image.morphological_mask, image.morphological_mask, "interp_roi",
                         values);
  add_region_checkpoints(image.volume, image.morphological_mask, image.intensity_mask, "reseg_roi", values);
  for (const Feature& feature : extract_ibsi_features(image, settings)) {
    if (feature.value) values[feature.name] = *feature.value;
  }
  return values;
}

// IBSI found no consensus on these; the files do not hold them.
const std::set<std::string> without_reference{"morph_vol_dens_ombb", "morph_area_dens_ombb",
                                              "morph_vol_dens_mvee", "morph_area_dens_mvee", "ivh_auc"};

void expect_all_reached(const std::string& name, const ImageAndRegion& input, const IbsiSettings& settings,
                        const std::filesystem::path& file, std::size_t total) {
  Values computed = computed_values(input, settings);
  const std::vector<ReferenceValue> references = reference_values(file);
  ASSERT_EQ(references.size(), total);
  std::size_t reached = 0;
  for (const ReferenceValue& reference : references) {
    const auto found = computed.extract(reference.feature);
    if (found.empty()) {
      ADD_FAILURE() << reference.feature << " has no value, reference " << reference.value;
    } else if (!reference.is_reached_by(found.mapped())) {
      ADD_FAILURE() << std::setprecision(8) << reference.feature << " " << found.mapped() << ", reference "
                    << reference.value << " +/- " << reference.tolerance;
    } else {
      ++reached;
    }
  }
  std::cout << "IBSI-1 " << name << ": " << reached << "/" << total << " reached\n";
  std::set<std::string> others;
  for (const auto& [feature, value] : computed) {
    if (feature.find("_img") == std::string::npos && feature.find("_roi") == std::string::npos)
      others.insert(feature);
  }
  EXPECT_EQ(others, without_reference);
}

const ImageAndRegion& ct_phantom(const std::filesystem::path& data) {
  static const ImageAndRegion phantom = [&] {
    const std::filesystem::path folder = data / "data" / "ibsi-ct-phantom";
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".dcm" && entry.path().filename() != "seg.dcm")
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    const dicom::ImageSeries images = dicom::read_image_series(files);
    const dicom::Segmentation segmentation = dicom::read_segmentation(folder / "seg.dcm", images);
    return ImageAndRegion{images.volume, segmentation.segments.at(0).mask};
  }();
  return phantom;
}

/// By the protocol that ships with the program.
void expect_ct_phantom_reached(char configuration, std::size_t total) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  const std::string small(1, static_cast<char>(configuration - 'A' + 'a'));
  const auto protocol = config::find_protocol("ibsi-" + small, {});
  const auto& extraction = std::get<IbsiExtraction>(protocol.settings);
  EXPECT_TRUE(extraction.unfiltered && extraction.filters.empty());
  expect_all_reached("CT phantom " + std::string(1, configuration), ct_phantom(data), extraction.processing,
                     data / "reference" / "ibsi" / ("ibsi1_ct_phantom_" + small + ".csv"), total);
}

TEST(Ibsi1Oracle, DigitalPhantom) {
  GLISSON_REFERENCE_DATA_OR_SKIP(data);
  const std::filesystem::path folder = data / "data" / "ibsi-digital-phantom";
  const ImageAndRegion phantom{tests::read_nifti(folder / "image.nii.gz"),
                               tests::read_nifti_mask(folder / "mask.nii.gz")};
  IbsiSettings settings;
  settings.discretisation = FixedBinSize{1};
  settings.aggregations.assign(all_aggregations.begin(), all_aggregations.end());
  expect_all_reached("digital phantom", phantom, settings,
                     data / "reference" / "ibsi" / "ibsi1_digital_phantom.csv", 482);
}

TEST(Ibsi1Oracle, CtPhantomA) { expect_ct_phantom_reached('A', 406); }
TEST(Ibsi1Oracle, CtPhantomB) { expect_ct_phantom_reached('B', 406); }
TEST(Ibsi1Oracle, CtPhantomC) { expect_ct_phantom_reached('C', 270); }
TEST(Ibsi1Oracle, CtPhantomD) { expect_ct_phantom_reached('D', 270); }
TEST(Ibsi1Oracle, CtPhantomE) { expect_ct_phantom_reached('E', 270); }

}  // namespace
}  // namespace glisson::engine
