#include "server/tls/certificate_watch.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace glisson::server {

CertificateWatch::CertificateWatch(const config::Settings& settings)
    : files_{settings.tls_certificate, settings.tls_key, settings.tls_trusted}, used_(look()), last_(used_) {}

CertificateWatch::Stamps CertificateWatch::look() const {
  Stamps stamps;
  std::transform(files_.begin(), files_.end(), stamps.begin(), [](const std::filesystem::path& file) {
    struct stat state {};
    if (file.empty() || ::stat(file.c_str(), &state) != 0) return Stamp{};
    const auto since_epoch =
        std::chrono::seconds(state.st_mtim.tv_sec) + std::chrono::nanoseconds(state.st_mtim.tv_nsec);
    return Stamp{state.st_ino, state.st_size, std::filesystem::file_time_type(since_epoch)};
  });
  return stamps;
}

bool CertificateWatch::changed() {
  const Stamps now = look();
  const bool settled = now == std::exchange(last_, now);
  if (!settled || now == used_) return false;
  used_ = now;
  return true;
}

}  // namespace glisson::server
