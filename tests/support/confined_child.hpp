#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/sandbox/sandbox.hpp"

namespace glisson::tests {

/// How a child process ended: its exit status, or the signal that ended it.
struct End {
  int status = -1;
  int signal = 0;
  std::vector<std::string> reports;
};

/// Runs `work` in a child process, confined where rules are given; its result is the exit status.
End in_child(const std::function<int()>& work, const server::SandboxRules* rules);

}  // namespace glisson::tests
