#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "server/commands/command_line.hpp"
#include "server/manual/command_description.hpp"
#include "tests/support/command.hpp"
#include "tests/support/temporary_folder.hpp"

namespace glisson::server {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::StartsWith;
using tests::run_command;

using Words = std::vector<std::string>;

CommandDescription program() {
  int exit_code = 0;
  return describe(*command_line(exit_code));
}

/// Every command that does something.
void collect(const CommandDescription& command, std::vector<CommandDescription>& found) {
  if (command.commands.empty()) found.push_back(command);
  for (const CommandDescription& below : command.commands) collect(below, found);
}

std::vector<CommandDescription> commands() {
  std::vector<CommandDescription> found;
  collect(program(), found);
  return found;
}

/// The options that an example uses, as far as they are its command's own.
Words options_in(const std::string& example) {
  Words options;
  std::istringstream words(example);
  for (std::string word; words >> word && word != "&&";) {
    if (word.starts_with("--")) options.push_back(word.substr(0, word.find('=')));
  }
  return options;
}

TEST(EveryCommand, HasAMeaningAndAnExampleThatItUnderstands) {
  ASSERT_GT(commands().size(), 20U);
  for (const CommandDescription& command : commands()) {
    SCOPED_TRACE(command.name());
    EXPECT_THAT(command.meaning, Not(IsEmpty()));
    EXPECT_THAT(command.meaning, Not(testing::EndsWith("."))) << "the manual ends the sentence";
    EXPECT_THAT(command.examples, Not(IsEmpty()))
        << "its footer needs \"Example:\\n  " << command.name() << " ...\"";
    Words known;
    for (const OptionDescription& option : command.options) {
      EXPECT_THAT(option.meaning, Not(IsEmpty())) << option.names.front();
      known.insert(known.end(), option.names.begin(), option.names.end());
    }
    for (const std::string& example : command.examples) {
      EXPECT_THAT(example, StartsWith(command.name()));
      EXPECT_THAT(known, IsSupersetOf(options_in(example))) << example;
    }
  }
}

/// The manual as the build writes it.
class Manual : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(tests::run_glisson({"manual", folder_.path().string()}).exit_code, 0); }

  std::vector<std::filesystem::path> pages() const {
    std::vector<std::filesystem::path> found;
    for (const char* section : {"man1", "man5"}) {
      for (const auto& entry : std::filesystem::directory_iterator(folder_.path() / section)) {
        found.push_back(entry.path());
      }
    }
    return found;
  }

  /// What bash offers after these words, the last of which is being typed.
  Words complete(const Words& words, const std::string& setup = "") const {
    std::string script =
        setup + "source " + (folder_.path() / "completions/glisson").string() + "\nCOMP_WORDS=(";
    for (const std::string& word : words) script += " '" + word + "'";
    script += ")\nCOMP_CWORD=" + std::to_string(words.size() - 1) +
              "\n_glisson\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
    const auto done = run_command({"bash", "--norc", "-c", script});
    EXPECT_EQ(done.err, "");
    Words offered;
    std::istringstream lines(done.out);
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty()) offered.push_back(line);
    }
    return offered;
  }

  tests::TemporaryFolder folder_;
};

TEST_F(Manual, HasAPageForEachCommandAndIsRenderedWithoutWarnings) {
  EXPECT_EQ(pages().size(), program().commands.size() + 2);
  for (const auto& page : pages()) {
    SCOPED_TRACE(page.filename());
    if (tests::has_program("man")) {
      const auto done = run_command({"env", "LC_ALL=C.UTF-8", "MANROFFSEQ=", "MANWIDTH=80", "man",
                                     "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page.string()});
      EXPECT_EQ(done.exit_code, 0);
      EXPECT_EQ(done.err, "");
    }
    if (tests::has_program("mandoc")) {
      const auto done = run_command({"mandoc", "-T", "lint", "-W", "warning", page.string()});
      EXPECT_EQ(done.out + done.err, "");
    }
  }
  if (!tests::has_program("man") || !tests::has_program("mandoc"))
    GTEST_SKIP() << "man or mandoc is not at hand";
}

TEST_F(Manual, CompletesCommandsAndOptions) {
  EXPECT_THAT(complete({"glisson", "e"}), ElementsAre("explain", "extract"));
  EXPECT_THAT(complete({"glisson", ""}), AllOf(Contains("serve"), Contains("peer"), Not(Contains("manual"))));
  EXPECT_THAT(complete({"glisson", "peer", "re"}), ElementsAre("remove", "refused"));
  EXPECT_THAT(complete({"glisson", "peer", "add", "--res"}), ElementsAre("--responsible"));
  EXPECT_THAT(complete({"glisson", "--"}), ElementsAre("--help", "--version"));
  EXPECT_THAT(complete({"glisson", "db", "nonsense", "x"}), IsEmpty());
}

TEST_F(Manual, CompletesTheWordsThatAnOptionTakes) {
  EXPECT_THAT(complete({"glisson", "job", "list", "--state", "d"}), ElementsAre("done", "dead"));
  EXPECT_THAT(complete({"glisson", "job", "list", "--state", "=", "d"}), ElementsAre("done", "dead"));
  EXPECT_THAT(complete({"glisson", "extract", "--format", "="}), ElementsAre("csv", "json"));
  EXPECT_THAT(complete({"glisson", "peer", "add", "pacs", "--may", "store,e"}), ElementsAre("store,echo"));
  EXPECT_THAT(complete({"glisson", "peer", "add", "pacs", "--responsible", ""}), IsEmpty());
  EXPECT_THAT(complete({"glisson", "serve", "--roles", "a"}), ElementsAre("association", "analysis"));
}

TEST_F(Manual, CompletesFilesAndFolders) {
  const std::string here = "cd " + folder_.path().string() + "\n";
  std::ofstream(folder_.path() / "seg one.dcm") << "x";
  EXPECT_THAT(complete({"glisson", "extract", "--segmentation", "se"}, here), ElementsAre("seg one.dcm"));
  EXPECT_THAT(complete({"glisson", "extract", "--images", ""}, here),
              testing::UnorderedElementsAre("man1", "man5", "completions"));
  EXPECT_THAT(complete({"glisson", "analyse", "man"}, here), testing::UnorderedElementsAre("man1", "man5"));
  EXPECT_THAT(complete({"glisson", "analyse", "--out", "reports", "man1", "man"}, here), IsEmpty());
}

TEST_F(Manual, CompletesNamesOfWhichItAsksTheProgram) {
  const std::string glisson = GLISSON_BINARY;
  const Words options{"--data", folder_.path().string()};
  EXPECT_THAT(complete({glisson, "extract", options[0], options[1], "--protocol", "ibsi-"}),
              ElementsAre("ibsi-a", "ibsi-b", "ibsi-c", "ibsi-d", "ibsi-e"));
  EXPECT_THAT(complete({glisson, "model", "show", options[0], options[1], "tum"}),
              ElementsAre("tumour-burden-score"));
  EXPECT_THAT(complete({glisson, "peer", "check", options[0], options[1], ""}), IsEmpty())
      << "no service runs there";
}

TEST(ExitCodes, AreInTheHelp) {
  EXPECT_THAT(tests::run_glisson({"--help"}).out, HasSubstr("4 Circumstances are at fault"));
}

}  // namespace
}  // namespace glisson::server
