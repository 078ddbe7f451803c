#include "server/admission/shown_request.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace glisson::server {
namespace {

using namespace std::string_literals;

const std::string verification = "1.2.840.10008.1.1";
const std::string ct = "1.2.840.10008.5.1.4.1.1.2";

std::string item(char type, const std::string& content) {
  const auto size = content.size();
  return std::string{type, 0, static_cast<char>(size >> 8), static_cast<char>(size & 0xFF)} + content;
}

std::string context(const std::string& abstract_syntax) {
  return item(0x20, "\1\0\0\0"s + item(0x30, abstract_syntax) + item(0x40, "1.2.840.10008.1.2"));
}

/// PS3.8 9.3.2 with these variable items.
ShownRequest shown(const std::string& items) {
  std::string bytes =
      "\1\0\0\0\0\0\0\1\0\0"s + "GLISSON         " + "CT 1            " + std::string(32, '\0');
  bytes += item(0x10, "1.2.840.10008.3.1.1.1") + items;
  return read_shown_request(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

TEST(ShownRequest, HasTheTitles) {
  EXPECT_EQ(shown("").called, "GLISSON");
  EXPECT_EQ(shown("").calling, "CT 1");
}

TEST(ShownRequest, GoesBeyondVerificationWhereAnythingElseIsProposed) {
  EXPECT_TRUE(shown(context(ct)).beyond_verification);
  EXPECT_TRUE(shown(context(verification) + context(ct)).beyond_verification);
  EXPECT_TRUE(shown(item(0x50, "any") + context("1.2.3")).beyond_verification);
  EXPECT_FALSE(shown(context(verification)).beyond_verification);
  EXPECT_FALSE(shown(context(verification) + context(verification)).beyond_verification);
  EXPECT_FALSE(shown(context(verification + '\0') + context(verification + ' ')).beyond_verification);
}

TEST(ShownRequest, GoesBeyondNothingWhereNothingWholeIsProposed) {
  EXPECT_FALSE(shown("").beyond_verification);
  EXPECT_FALSE(shown(item(0x20, "\1\0\0"s)).beyond_verification);
  EXPECT_FALSE(shown(item(0x20, "\1\0\0\0"s + item(0x40, ct))).beyond_verification);
  const std::string whole = context(ct);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(shown(whole.substr(0, size)).beyond_verification) << size;
  }
}

}  // namespace
}  // namespace glisson::server
