#include "tests/support/certificates.hpp"

#include <stdexcept>

#include "tests/support/command.hpp"

namespace glisson::tests {

TestAuthority::TestAuthority(const std::vector<std::string>& identities) {
  std::vector<std::string> command{
      "python3", "-B", std::string(GLISSON_SOURCE_DIR) + "/tests/support/certificates.py", folder_.path()};
  command.insert(command.end(), identities.begin(), identities.end());
  const CommandResult made = run_command(command);
  if (made.exit_code != 0) throw std::runtime_error("no test certificates: " + made.err);
}

}  // namespace glisson::tests
