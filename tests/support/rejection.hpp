#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "engine/errors.hpp"

namespace glisson::tests {

/// What a call rejected its input with; none when it did not.
struct Rejection {
  std::optional<RejectionReason> reason;
  std::string detail;
};

template <typename Call>
Rejection rejection_of(const Call& call) {
  try {
    call();
    return {};
  } catch (const RejectedInput& error) {
    return {error.reason(), error.what()};
  }
}

/// The keyword of the reason, for readable assertions; "accepted" when the call rejected nothing.
template <typename Call>
std::string rejected_as(const Call& call) {
  const Rejection rejection = rejection_of(call);
  return rejection.reason ? std::string(keyword(*rejection.reason)) : "accepted";
}

}  // namespace glisson::tests
