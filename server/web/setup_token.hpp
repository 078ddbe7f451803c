#pragma once

#include <filesystem>
#include <string_view>

namespace glisson::server {

/// The one-time token with which the first account is made, instead of a default password: whoever can read
/// it looks after this host. It lies in <data>/setup-token (mode 0600) and the log says once where it is.
class SetupToken {
 public:
  explicit SetupToken(const std::filesystem::path& data_folder);

  /// Makes a token where there is none.
  /// @throws TransientError when it cannot be written.
  void offer() const;
  bool is(std::string_view token) const;
  /// It has done its work.
  void withdraw() const;

 private:
  std::filesystem::path file_;
};

}  // namespace glisson::server
