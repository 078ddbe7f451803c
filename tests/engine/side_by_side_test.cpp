#include "engine/side_by_side.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "engine/large_array.hpp"

namespace glisson::engine {
namespace {

TEST(SideBySide, DoesEachPieceOfWorkOnce) {
  std::vector<std::atomic<int>> visits(1000);
  const auto faults = side_by_side(visits.size(), [&](std::size_t i) { ++visits[i]; });
  EXPECT_TRUE(std::ranges::all_of(visits, [](const auto& count) { return count == 1; }));
  EXPECT_EQ(faults.size(), visits.size());
  EXPECT_EQ(std::ranges::count(faults, nullptr), 1000);
}

TEST(SideBySide, TellsEachFaultInItsPlaceAndDoesTheRest) {
  std::atomic<int> done = 0;
  const auto faults = side_by_side(100, [&](std::size_t i) {
    if (i % 10 == 3) throw std::runtime_error(std::to_string(i));
    ++done;
  });
  EXPECT_EQ(done, 90);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    if (i % 10 != 3) {
      EXPECT_NO_THROW(rethrow(faults[i]));
      continue;
    }
    try {
      rethrow(faults[i]);
      ADD_FAILURE() << "no fault at " << i;
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(error.what(), std::to_string(i));
    }
  }
}

TEST(LargeArray, IsZeroWhateverItsSize) {
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{3} << 20}) {
    const std::vector<float> values = large_array<float>(count);
    EXPECT_EQ(values.size(), count);
    EXPECT_TRUE(std::ranges::all_of(values, [](float value) { return value == 0; }));
  }
}

}  // namespace
}  // namespace glisson::engine
