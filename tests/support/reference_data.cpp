#include "tests/support/reference_data.hpp"

#include <cstdlib>
#include <fstream>

namespace glisson::tests {

std::optional<std::filesystem::path> reference_data() {
  const char* variable = std::getenv("GLISSON_TEST_DATA");
  const std::filesystem::path folder =
      variable != nullptr ? std::filesystem::path(variable)
                          : std::filesystem::path(GLISSON_SOURCE_DIR).parent_path() / "shared";
  if (!std::filesystem::is_directory(folder / "reference")) return std::nullopt;
  return folder;
}

std::vector<std::filesystem::path> image_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".dcm" && entry.path().filename() != "seg.dcm")
      files.push_back(entry.path());
  }
  return files;
}

std::map<std::string, double> reference_features(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::map<std::string, double> values;
  std::string line;
  std::getline(stream, line);
  while (std::getline(stream, line)) {
    const auto comma = line.find(',');
    values[line.substr(0, comma)] = std::stod(line.substr(comma + 1));
  }
  return values;
}

}  // namespace glisson::tests
