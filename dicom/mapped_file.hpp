#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace glisson::dicom {

/// A file mapped into memory, so that skipping over values costs nothing. To be held no longer than it takes
/// to look at it: a file that is cut off meanwhile ends the process.
class MappedFile {
 public:
  /// @throws TransientError when the file cannot be read.
  explicit MappedFile(const std::filesystem::path& file);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::uint8_t> bytes() const { return {static_cast<const std::uint8_t*>(address_), size_}; }

 private:
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

/// Reads from byte `offset` of a file on.
/// @return false where the file has fewer bytes or cannot be read.
bool read_at(const std::filesystem::path& file, std::uint64_t offset, std::span<std::uint8_t> target);

}  // namespace glisson::dicom
