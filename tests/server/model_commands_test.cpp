#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "config/model_package.hpp"
#include "config/settings.hpp"
#include "server/commands/command_line.hpp"
#include "server/commands/exit_code.hpp"

namespace glisson::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Outcome {
  int exit_code = 0;
  std::string out;
  std::string err;
};

Outcome glisson(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "glisson");
  std::vector<char*> argv;
  argv.reserve(arguments.size());
  for (std::string& argument : arguments) argv.push_back(argument.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Outcome outcome;
  outcome.exit_code = run(static_cast<int>(argv.size()), argv.data());
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

class ModelAndConfigCommands : public testing::Test {
 protected:
  ModelAndConfigCommands() {
    std::string name = (std::filesystem::temp_directory_path() / "glisson-commands-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~ModelAndConfigCommands() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::filesystem::path& name, const std::string& content) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << content;
    return (folder_ / name).string();
  }

  static std::string shipped_manifest(const std::string& name) {
    std::stringstream content;
    content << std::ifstream(std::filesystem::path(GLISSON_SOURCE_DIR) / "config/models" / name /
                             "model.toml")
                   .rdbuf();
    return content.str();
  }

  Outcome run_with_data(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--data", folder_.string()});
    return glisson(std::move(arguments));
  }

  std::filesystem::path folder_;
};

TEST_F(ModelAndConfigCommands, ListEveryModel) {
  const Outcome table = run_with_data({"model", "list"});
  EXPECT_EQ(table.exit_code, exit_success);
  const Outcome listed = run_with_data({"model", "list", "--json"});
  std::vector<std::string> names;
  for (const auto& model : nlohmann::json::parse(listed.out)) {
    names.push_back(model.at("name"));
    EXPECT_THAT(table.out, HasSubstr(names.back()));
  }
  EXPECT_THAT(
      names, ElementsAre("demonstration-mvi", "milan-size-and-number", "tumour-burden-score", "up-to-seven"));
}

TEST_F(ModelAndConfigCommands, ShowAModelAsItIsLoaded) {
  const Outcome shown = run_with_data({"model", "show", "tumour-burden-score"});
  EXPECT_EQ(shown.exit_code, exit_success);
  for (const char* part :
       {"square root of the sum of the squares of", "1 x largest_diameter in cm", "1 x lesion_count",
        "below the cut-off of 3.36", "if HCC; diagnosis not assessed", "doi:10.1002/bjs.11464"}) {
    EXPECT_THAT(shown.out, HasSubstr(part));
  }
  const auto json =
      nlohmann::json::parse(run_with_data({"model", "show", "milan-size-and-number", "--json"}).out);
  EXPECT_EQ(json.at("alternatives").at(1).at("conditions").at(1).at("at_most"), 3);
  EXPECT_EQ(json.at("digest"), config::find_model("milan-size-and-number", {}).digest);
}

TEST_F(ModelAndConfigCommands, ShowWhatADemonstrationIs) {
  EXPECT_THAT(run_with_data({"model", "show", "demonstration-mvi"}).out,
              HasSubstr("DEMONSTRATION: no category, no probability, no clinical meaning"));
}

TEST_F(ModelAndConfigCommands, SayThatAModelIsUnknown) {
  const Outcome outcome = run_with_data({"model", "show", "nomogram"});
  EXPECT_EQ(outcome.exit_code, exit_not_found);
  EXPECT_THAT(outcome.err, HasSubstr("unknown_model"));
  EXPECT_EQ(outcome.out, "");
}

TEST_F(ModelAndConfigCommands, CheckAPackage) {
  const std::string sound = write("sound/model.toml", shipped_manifest("up-to-seven"));
  EXPECT_EQ(run_with_data({"model", "check", sound}).out, "up-to-seven 1.0.0: valid\n");
  const std::string broken = write("broken/model.toml", "name = 1\n");
  const Outcome outcome = run_with_data({"model", "check", broken});
  EXPECT_EQ(outcome.exit_code, exit_usage);
  EXPECT_THAT(outcome.err, HasSubstr(broken + ":1: name must be text"));
}

TEST_F(ModelAndConfigCommands, CheckThatTheProtocolOfAModelIsHereUnchanged) {
  std::string manifest = shipped_manifest("demonstration-mvi");
  const auto protocol_digest = config::find_model("demonstration-mvi", {}).protocol_digest;
  EXPECT_EQ(run_with_data({"model", "check", write("a/model.toml", manifest)}).exit_code, exit_success);
  manifest.replace(manifest.find(protocol_digest), 64, std::string(64, '0'));
  const Outcome outcome = run_with_data({"model", "check", write("b/model.toml", manifest)});
  EXPECT_EQ(outcome.exit_code, exit_usage);
  EXPECT_THAT(outcome.err, HasSubstr("needs pyradiomics-native 1.0.0 with digest 0000"));
}

TEST_F(ModelAndConfigCommands, CheckTheSettingsInEffect) {
  EXPECT_EQ(run_with_data({"config", "check"}).exit_code, exit_success);
  const std::string file = write("glisson.toml", "[receive]\nprot = 1\n");
  const Outcome outcome = run_with_data({"config", "check"});
  EXPECT_EQ(outcome.exit_code, exit_usage);
  EXPECT_THAT(outcome.err, HasSubstr(file + ":2: unknown key \"prot\""));
}

TEST_F(ModelAndConfigCommands, CheckTheProtocolAndTheModelsThatTheSettingsLeadTo) {
  write("glisson.toml", "[analysis]\nprotocol = \"absent\"\n");
  EXPECT_EQ(run_with_data({"config", "check"}).exit_code, exit_not_found);
  write("glisson.toml", "");
  write("models/mine/model.toml", "name = \"mine\"\n");
  EXPECT_THAT(run_with_data({"config", "check"}).err, HasSubstr("invalid_model"));
}

TEST_F(ModelAndConfigCommands, ShowTheSettingsInEffectWithoutPasswords) {
  write("glisson.toml", "[receive]\nport = 104\n[database]\nurl = \"postgresql://glisson:s3cret@db/x\"\n");
  const Outcome shown = run_with_data({"config", "show"});
  EXPECT_EQ(shown.exit_code, exit_success);
  EXPECT_THAT(shown.out, HasSubstr("= 104  # standard: 11112"));
  EXPECT_THAT(shown.out, HasSubstr("postgresql://glisson:***@db/x"));
  EXPECT_EQ(config::parse_settings(shown.out, "what was shown").port, 104);
  const Outcome json = run_with_data({"config", "show", "--json"});
  EXPECT_EQ(json.out.find("s3cret"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(json.out).at("source"), (folder_ / "glisson.toml").string());
}

}  // namespace
}  // namespace glisson::server
