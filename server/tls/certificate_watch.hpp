#pragma once

#include <sys/types.h>

#include <array>
#include <filesystem>

#include "config/settings.hpp"

namespace glisson::server {

/// Notices that one of the files of [tls] was replaced or written.
class CertificateWatch {
 public:
  explicit CertificateWatch(const config::Settings& settings);

  /// True once after each change, as soon as two looks in succession find the same: a certificate and its key
  /// are seldom written in one instant.
  bool changed();

 private:
  struct Stamp {
    ino_t inode = 0;
    off_t size = -1;
    std::filesystem::file_time_type written{};
    bool operator==(const Stamp&) const = default;
  };
  using Stamps = std::array<Stamp, 3>;
  Stamps look() const;

  std::array<std::filesystem::path, 3> files_;
  Stamps used_;
  Stamps last_;
};

}  // namespace glisson::server
