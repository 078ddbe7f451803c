#include "server/web/setup_token.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "engine/errors.hpp"
#include "server/control_socket.hpp"
#include "server/log.hpp"
#include "server/web/password.hpp"

namespace glisson::server {

SetupToken::SetupToken(const std::filesystem::path& data_folder) : file_(data_folder / "setup-token") {}

void SetupToken::offer() const {
  const Descriptor file(::open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file && errno == EEXIST) return;
  const std::string token = random_hex(16);
  if (!file || ::write(file.get(), token.data(), token.size()) != static_cast<ssize_t>(token.size())) {
    const std::string error = std::strerror(errno);
    if (file) ::unlink(file_.c_str());
    throw TransientError(fmt::format("{} cannot be written: {}", file_.string(), error));
  }
  // Not the token itself: more people read logs, and logs travel.
  log::warning(fmt::format("nobody has an account yet; the one-time token for the first one is in {}",
                           file_.string()));
}

bool SetupToken::is(std::string_view token) const {
  std::ifstream file(file_);
  std::string kept;
  return std::getline(file, kept) && equal_secrets(kept, token);
}

void SetupToken::withdraw() const { ::unlink(file_.c_str()); }

}  // namespace glisson::server
