#include "server/admission/caller_counts.hpp"

#include <gtest/gtest.h>

#include "server/admission/gate_counts.hpp"

namespace glisson::server {
namespace {

using namespace std::chrono_literals;

const CallerCounts::Clock::time_point start = CallerCounts::Clock::time_point() + 1h;

TEST(CallerCounts, LetATitleRestThatWasRefusedTooOftenUntilTheMinuteIsOver) {
  CallerCounts counts;
  for (int i = 0; i < CallerCounts::most_refusals_of_title; ++i) {
    EXPECT_FALSE(counts.rests("192.0.2.1", "PACS", start));
    counts.count_refusal("192.0.2.1", "PACS", start);
  }
  EXPECT_TRUE(counts.rests("192.0.2.1", "PACS", start + 59s));
  EXPECT_FALSE(counts.rests("192.0.2.1", "CT", start)) << "others of the same address do not suffer";
  EXPECT_FALSE(counts.rests("192.0.2.2", "PACS", start));
  EXPECT_FALSE(counts.rests("192.0.2.1", "PACS", start + 60s));
}

TEST(CallerCounts, LetAnAddressRestThatTriesTitleAfterTitle) {
  CallerCounts counts;
  for (int i = 0; i < CallerCounts::most_refusals_of_address; ++i) {
    EXPECT_FALSE(counts.rests("192.0.2.1", "NEW", start));
    counts.count_refusal("192.0.2.1", "T" + std::to_string(i), start);
  }
  EXPECT_TRUE(counts.rests("192.0.2.1", "NEW", start));
  EXPECT_FALSE(counts.rests("192.0.2.2", "NEW", start));
}

TEST(CallerCounts, GiveEachAddressItsLinesInTheLog) {
  CallerCounts counts;
  for (int i = 0; i < CallerCounts::most_lines_of_address; ++i) {
    EXPECT_TRUE(counts.may_be_logged("192.0.2.1", start));
  }
  EXPECT_FALSE(counts.may_be_logged("192.0.2.1", start));
  EXPECT_TRUE(counts.may_be_logged("192.0.2.2", start));
  EXPECT_TRUE(counts.may_be_logged("192.0.2.1", start + 60s));
}

TEST(GateCounts, SaysWhatWasTurnedAwayAndWhatWasNotLogged) {
  GateCounts before;
  before.refused_for_repetition = 1;
  GateCounts now = before;
  EXPECT_EQ(turned_away(before, now), "");
  now.refused_for_repetition += 7;
  now.without_line = 2;
  EXPECT_EQ(turned_away(before, now),
            "7 refused, refused too often before; 2 associations without a line of their own");
}

}  // namespace
}  // namespace glisson::server
