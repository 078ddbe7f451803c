#include "tests/support/reference_data.hpp"

#include <cstdlib>

namespace glisson::tests {

std::optional<std::filesystem::path> reference_data() {
  const char* variable = std::getenv("GLISSON_TEST_DATA");
  const std::filesystem::path folder =
      variable != nullptr ? std::filesystem::path(variable)
                          : std::filesystem::path(GLISSON_SOURCE_DIR).parent_path() / "shared";
  if (!std::filesystem::is_directory(folder / "reference")) return std::nullopt;
  return folder;
}

}  // namespace glisson::tests
