#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace glisson::tests {

/// The folder of reference values and real data that the tests use where they have it: GLISSON_TEST_DATA, or
/// `shared` beside the source tree. None where neither exists; such tests skip themselves by name.
std::optional<std::filesystem::path> reference_data();

/// The images of a study there: its DICOM files but for the segmentation seg.dcm, in no order.
std::vector<std::filesystem::path> image_files(const std::filesystem::path& folder);

/// What PyRadiomics computed, by the names of its features: a file of lines `feature,value` below a heading.
std::map<std::string, double> reference_features(const std::filesystem::path& file);

}  // namespace glisson::tests

/// Skips the test where the reference data are not at hand; else defines `variable` as their folder.
#define GLISSON_REFERENCE_DATA_OR_SKIP(variable)                                             \
  const auto variable##_found = ::glisson::tests::reference_data();                          \
  if (!variable##_found) GTEST_SKIP() << "needs the reference data (set GLISSON_TEST_DATA)"; \
  const auto& variable = *variable##_found
