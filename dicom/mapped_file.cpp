#include "dicom/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "engine/errors.hpp"

namespace glisson::dicom {

MappedFile::MappedFile(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (descriptor >= 0 && fstat(descriptor, &status) == 0 && status.st_size > 0) {
    size_ = static_cast<std::size_t>(status.st_size);
    address_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
  }
  if (descriptor >= 0) close(descriptor);
  if (descriptor < 0 || address_ == MAP_FAILED) {
    throw TransientError(file.filename().string() + " cannot be read");
  }
}

MappedFile::~MappedFile() {
  if (size_ > 0) munmap(address_, size_);
}

bool read_at(const std::filesystem::path& file, std::uint64_t offset, std::span<std::uint8_t> target) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  while (!target.empty()) {
    const ssize_t count = pread(descriptor, target.data(), target.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    target = target.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  close(descriptor);
  return target.empty();
}

}  // namespace glisson::dicom
