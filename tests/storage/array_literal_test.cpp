#include "storage/array_literal.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <limits>
#include <random>
#include <stdexcept>

namespace glisson::storage {
namespace {

using Texts = std::vector<std::optional<std::string>>;
using Numbers = std::vector<std::optional<double>>;

TEST(ArrayLiteral, QuotesEveryTextAndEscapesQuotesAndBackslashes) {
  EXPECT_EQ(array_literal(Texts{"a", "", R"(b"c\d)", "{e,f}"}), R"({"a","","b\"c\\d","{e,f}"})");
}

TEST(ArrayLiteral, TellsAnAbsentTextFromTheTextNull) {
  EXPECT_EQ(array_literal(Texts{std::nullopt, "NULL"}), R"({NULL,"NULL"})");
}

TEST(ArrayLiteral, WritesAbsentNumbersAsNull) {
  EXPECT_EQ(array_literal(Numbers{1.5, std::nullopt, -0.0}), "{1.5,NULL,-0}");
  EXPECT_EQ(array_literal(Numbers{}), "{}");
}

TEST(ArrayLiteral, RefusesNaN) {
  EXPECT_THROW(number_literal(std::numeric_limits<double>::quiet_NaN()), std::logic_error);
  EXPECT_EQ(number_literal(-std::numeric_limits<double>::infinity()), "-Infinity");
}

TEST(ArrayLiteral, KeepsEveryBitOfANumber) {
  std::mt19937_64 random(1);
  int finite = 0;
  while (finite < 10000) {
    const auto number = std::bit_cast<double>(random());
    if (number - number != 0) continue;
    ++finite;
    const double read = std::strtod(number_literal(number).c_str(), nullptr);
    ASSERT_EQ(std::bit_cast<std::uint64_t>(read), std::bit_cast<std::uint64_t>(number));
  }
}

}  // namespace
}  // namespace glisson::storage
