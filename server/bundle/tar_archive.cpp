#include "server/bundle/tar_archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "engine/errors.hpp"
#include "server/control_socket.hpp"

namespace glisson::server {

struct TarArchive::Writer {
  Descriptor file;
  ::archive* archive = ::archive_write_new();

  ~Writer() { ::archive_write_free(archive); }
  /// @param result of a call of libarchive.
  void check(la_ssize_t result) const {
    if (result < 0) {
      const char* why = ::archive_error_string(archive);
      throw TransientError(
          fmt::format("the archive cannot be written: {}", why != nullptr ? why : "no reason"));
    }
  }
};

TarArchive::TarArchive(const std::filesystem::path& file) : writer_(std::make_unique<Writer>()) {
  writer_->file = Descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!writer_->file) {
    const int error = errno;
    const std::string why = fmt::format("{} cannot be made: {}", file.string(), std::strerror(error));
    if (error == EACCES) throw RejectedInput(RejectionReason::not_permitted, why);
    throw RejectedInput(RejectionReason::invalid_argument, error == EEXIST ? why + "; name a new file" : why);
  }
  writer_->check(::archive_write_add_filter_gzip(writer_->archive));
  writer_->check(::archive_write_set_format_pax_restricted(writer_->archive));
  writer_->check(::archive_write_open_fd(writer_->archive, writer_->file.get()));
}

TarArchive::~TarArchive() = default;

void TarArchive::add(const std::string& name, const std::string& content) {
  const std::unique_ptr<archive_entry, decltype(&::archive_entry_free)> entry(::archive_entry_new(),
                                                                              &::archive_entry_free);
  ::archive_entry_set_pathname(entry.get(), ("glisson-support/" + name).c_str());
  ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
  ::archive_entry_set_filetype(entry.get(), AE_IFREG);
  ::archive_entry_set_perm(entry.get(), 0600);
  ::archive_entry_set_mtime(entry.get(), std::time(nullptr), 0);
  writer_->check(::archive_write_header(writer_->archive, entry.get()));
  writer_->check(::archive_write_data(writer_->archive, content.data(), content.size()));
}

void TarArchive::close() { writer_->check(::archive_write_close(writer_->archive)); }

}  // namespace glisson::server
