#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.hpp"

namespace glisson::tests {

/// A certification authority in a folder of its own, made by `openssl` (tests/support/certificates.py), and
/// certificates that it vouches for: for `localhost` and 127.0.0.1, ECDSA P-256.
class TestAuthority {
 public:
  /// @param identities names, with `=DAYS` where the validity is not 30 days; -1: it ended yesterday.
  explicit TestAuthority(const std::vector<std::string>& identities);

  std::filesystem::path authority() const { return folder_ / "ca.pem"; }
  std::filesystem::path certificate(const std::string& name) const { return folder_ / (name + ".pem"); }
  std::filesystem::path key(const std::string& name) const { return folder_ / (name + ".key"); }

 private:
  TemporaryFolder folder_;
};

}  // namespace glisson::tests
