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

TEST_F(ResolveSettings, ReadsEveryLineThatCanBeReadForWhoLooksAfterASpoiltFile) {
  const std::string good = "[database]\nurl = \"host=db dbname=g\"\n[host]\ndata = \"/srv/g\"\n";
  for (const char* spoilt :
       {"colour = 1\n", "user = \n", "user = 7\n", "[kitchen]\nport = 1\n[receive]\nport = 104\n",
        "[receive]\nport = 104\nport = 105\n", "}{ no toml\n\"\n"}) {
    const auto file = write("spoilt.toml", good + spoilt + "# the end\n");
    const LenientSettings lenient = resolve_leniently({.config = file, .data = {}, .port = {}});
    EXPECT_EQ(lenient.settings.database_url, "host=db dbname=g") << spoilt;
    EXPECT_EQ(lenient.settings.data, "/srv/g") << spoilt;
    EXPECT_EQ(lenient.error.substr(0, file.string().size() + 1), file.string() + ":") << spoilt;
    const bool has_port = std::string(spoilt).find("104") != std::string::npos;
    EXPECT_EQ(lenient.settings.port, has_port ? 104 : 11112) << spoilt;
  }
  EXPECT_EQ(resolve_leniently({.config = write("good.toml", good), .data = {}, .port = {}}).error, "");
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
