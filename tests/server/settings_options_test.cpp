#include "server/commands/settings_options.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "engine/errors.hpp"

namespace glisson::server {
namespace {

class ResolveSettings : public testing::Test {
 protected:
  ResolveSettings() {
    std::string name = (std::filesystem::temp_directory_path() / "glisson-settings-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~ResolveSettings() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& toml) const {
    std::ofstream(folder_ / name) << toml;
    return folder_ / name;
  }

  std::filesystem::path folder_;
};

TEST_F(ResolveSettings, TakesStandardValuesWithoutAFile) {
  const config::Settings settings = resolve({.config = {}, .data = folder_, .port = {}});
  EXPECT_EQ(settings.data, folder_);
  EXPECT_EQ(settings.port, 11112);
}

TEST_F(ResolveSettings, ReadsTheFileInTheDataFolder) {
  write("glisson.toml", "[receive]\nport = 104\n[host]\ndata = \"/elsewhere\"\n");
  const config::Settings settings = resolve({.config = {}, .data = folder_, .port = {}});
  EXPECT_EQ(settings.port, 104);
  EXPECT_EQ(settings.data, folder_);
}

TEST_F(ResolveSettings, PrefersTheFileNamed) {
  write("glisson.toml", "[receive]\nport = 104\n");
  const auto other = write("other.toml", "[receive]\nport = 105\n");
  EXPECT_EQ(resolve({.config = other, .data = folder_, .port = {}}).port, 105);
  EXPECT_EQ(resolve({.config = other, .data = folder_, .port = 106}).port, 106);
}

TEST_F(ResolveSettings, RefusesAFileThatIsNamedButAbsent) {
  EXPECT_THROW(resolve({.config = folder_ / "absent.toml", .data = {}, .port = {}}), RejectedInput);
}

TEST_F(ResolveSettings, RefusesAPortThatIsNone) {
  EXPECT_THROW(resolve({.config = {}, .data = folder_, .port = 0}), RejectedInput);
  EXPECT_THROW(resolve({.config = {}, .data = folder_, .port = 65536}), RejectedInput);
}

TEST_F(ResolveSettings, MakesTheDataFolderAbsolute) {
  EXPECT_TRUE(resolve({.config = {}, .data = "relative/data", .port = {}}).data.is_absolute());
}

}  // namespace
}  // namespace glisson::server
