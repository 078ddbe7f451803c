#pragma once

#include <string>
#include <string_view>

namespace glisson::server {

/// One step of a peer's check, as somebody would be told at the telephone.
struct CheckStep {
  enum class Outcome { passed, failed, skipped };
  std::string step;  ///< What was tried; unique within a check.
  Outcome outcome = Outcome::skipped;
  std::string detail;  ///< What came of it; for a skipped one, why.
  std::string advice;  ///< What to change, and on which side; empty: nothing.
};

constexpr std::string_view keyword(CheckStep::Outcome outcome) noexcept {
  switch (outcome) {
    case CheckStep::Outcome::passed:
      return "passed";
    case CheckStep::Outcome::failed:
      return "failed";
    case CheckStep::Outcome::skipped:
      break;
  }
  return "skipped";
}

}  // namespace glisson::server
