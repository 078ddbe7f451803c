#include "engine/risk/unit_conversion.hpp"

#include <gtest/gtest.h>

namespace glisson::engine {
namespace {

TEST(ConvertUnit, ScalesBetweenUnitsOfOneKind) {
  EXPECT_DOUBLE_EQ(*convert_unit(50, "mm", "cm"), 5);
  EXPECT_DOUBLE_EQ(*convert_unit(5, "cm", "mm"), 50);
  EXPECT_DOUBLE_EQ(*convert_unit(1500, "mm3", "mL"), 1.5);
  EXPECT_DOUBLE_EQ(*convert_unit(4, "g/dL", "g/L"), 40);
  EXPECT_DOUBLE_EQ(*convert_unit(400, "ng/mL", "ug/L"), 400);
  EXPECT_DOUBLE_EQ(*convert_unit(25, "%", "1"), 0.25);
  EXPECT_DOUBLE_EQ(*convert_unit(2, "a", "mo"), 24);
}

TEST(ConvertUnit, NeverTurnsOneKindIntoAnother) {
  EXPECT_FALSE(convert_unit(1, "mm", "mm2"));
  EXPECT_FALSE(convert_unit(1, "mg/dL", "umol/L"));  // Depends on the substance.
  EXPECT_FALSE(convert_unit(1, "mm", "1"));
  EXPECT_FALSE(convert_unit(1, "furlong", "mm"));
}

TEST(ConvertUnit, LeavesEqualUnitsAlone) {
  EXPECT_EQ(convert_unit(0.1, "mm", "mm"), 0.1);
  EXPECT_EQ(convert_unit(7, "furlong", "furlong"), 7);
}

TEST(KnownUnit, IsCaseSensitiveAsUcumIs) {
  EXPECT_TRUE(is_known_unit("[hnsf'U]"));
  EXPECT_FALSE(is_known_unit("MM"));
  EXPECT_FALSE(is_known_unit(""));
}

}  // namespace
}  // namespace glisson::engine
