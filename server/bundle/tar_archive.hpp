#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace glisson::server {

/// Writes a new tar archive (pax), compressed by gzip.
class TarArchive {
 public:
  /// @param file must not exist; only its owner may read it.
  /// @throws RejectedInput invalid_argument when it exists or cannot be made.
  explicit TarArchive(const std::filesystem::path& file);
  ~TarArchive();
  TarArchive(const TarArchive&) = delete;
  TarArchive& operator=(const TarArchive&) = delete;

  /// @throws TransientError when it cannot be written.
  void add(const std::string& name, const std::string& content);
  /// The archive is whole after this only.
  /// @throws TransientError when it cannot be written.
  void close();

 private:
  struct Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace glisson::server
