#include "server/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <thread>

namespace glisson::server {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

class Log : public testing::Test {
 protected:
  void begin(const char* format, const char* level = "info") {
    testing::internal::CaptureStderr();
    log::start("analysis", level, format);
  }
  static std::string written() { return testing::internal::GetCapturedStderr(); }
};

TEST_F(Log, NamesTheWorkInHandInEveryLineOfEveryThread) {
  begin("text");
  log::info("before");
  {
    const log::Context job("job", "17");
    const log::Context attempt("attempt", "2");
    std::thread([] { log::warning("lease not renewed"); }).join();
  }
  log::info("after");
  const std::string text = written();
  EXPECT_THAT(text, HasSubstr("] before\n"));
  EXPECT_THAT(text, HasSubstr("] {job 17, attempt 2} lease not renewed\n"));
  EXPECT_THAT(text, HasSubstr("] after\n"));
}

TEST_F(Log, IsAnObjectALineInJson) {
  begin("json");
  {
    const log::Context association("association", "12.3");
    log::warning("a peer's \"words\",\nand \xC3 no UTF-8");
  }
  log::error("after");
  const std::string text = written();
  const auto end = text.find('\n');
  const json first = json::parse(text.substr(0, end));
  EXPECT_EQ(first["role"], "analysis");
  EXPECT_EQ(first["pid"], ::getpid());
  EXPECT_EQ(first["level"], "warning");
  EXPECT_EQ(first["association"], "12.3");
  EXPECT_EQ(first["message"], "a peer's \"words\", and \xEF\xBF\xBD no UTF-8");
  EXPECT_THAT(first["time"].get<std::string>(),
              MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{3}[+-][0-9]{4}"));
  const json second = json::parse(text.substr(end + 1));
  EXPECT_FALSE(second.contains("association"));
  EXPECT_EQ(second["level"], "error");
}

TEST_F(Log, ChangesItsFormAndLevelWhileItRuns) {
  begin("text", "error");
  log::info("quiet");
  log::start("analysis", "info", "json");
  log::info("loud");
  const std::string text = written();
  EXPECT_THAT(text, Not(HasSubstr("quiet")));
  EXPECT_EQ(json::parse(text)["message"], "loud");
}

}  // namespace
}  // namespace glisson::server
