#include "storage/instance_store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <mutex>
#include <span>
#include <stdexcept>
#include <utility>

#include "engine/digest.hpp"
#include "engine/errors.hpp"

namespace glisson::storage {
namespace {

namespace fs = std::filesystem;

constexpr const char* identity_file = "identity";

[[noreturn]] void fail(const std::string& what) {
  const int error = errno;
  const bool full = error == ENOSPC || error == EDQUOT;
  throw TransientError("instance store: cannot " + what + ": " +
                       (full ? "no space left on the disk" : std::strerror(error)));
}

/// The first four digits count units of 17 minutes: files that arrive together share a folder, which then is
/// made and synced once and not for each file. The rest is random.
std::string make_id() {
  std::array<std::uint8_t, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) fail("make an id");
  const auto unit = static_cast<std::uint64_t>(std::time(nullptr)) >> 10U;
  bytes[0] = static_cast<std::uint8_t>(unit >> 8U);
  bytes[1] = static_cast<std::uint8_t>(unit);
  return to_hex(bytes);
}

bool is_id(const std::string& text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

void check_id(const std::string& id) {
  if (!is_id(id)) throw std::logic_error("not an id of the instance store");
}

fs::path published_path(const fs::path& root, const std::string& id) {
  return root / "instances" / id.substr(0, 2) / id.substr(2, 2) / (id + ".dcm");
}

fs::path refused_path(const fs::path& root, const std::string& id) {
  return root / "refused" / (id + ".dcm");
}

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail("open a folder");
  const int result = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  errno = error;
  if (result != 0) fail("sync a folder");
}

/// Makes `root/part/part...` and syncs every folder on the way, whoever made it: another process may have
/// made it and not synced it yet.
void make_durable_folder(const fs::path& root, const fs::path& relative) {
  fs::path folder = root;
  for (const fs::path& part : relative) {
    const fs::path child = folder / part;
    if (::mkdir(child.c_str(), 0750) != 0 && errno != EEXIST) fail("make a folder");
    sync_folder(folder);
    folder = child;
  }
}

/// Remembers the folder that this process used last, so that each is made durable once.
class FolderMemory {
 public:
  void make_durable(const fs::path& root, const fs::path& folder) {
    const std::scoped_lock lock(mutex_);
    if (folder == last_) return;
    make_durable_folder(root, folder.lexically_relative(root));
    last_ = folder;
  }
  void forget() {
    const std::scoped_lock lock(mutex_);
    last_.clear();
  }

 private:
  std::mutex mutex_;
  fs::path last_;
};

FolderMemory& folder_memory() {
  static FolderMemory memory;
  return memory;
}

/// False when the file is gone or does not tell its age.
bool is_older(const fs::path& path, std::chrono::seconds age) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && status.st_mtime <= std::time(nullptr) - age.count();
}

/// Locks a file that nobody has in hand and that is still there; -1 otherwise.
int lock_unused(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno != ENOENT) fail("open a file");
    return -1;
  }
  struct stat status {};
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0 && ::fstat(descriptor, &status) == 0 &&
      status.st_nlink > 0) {
    return descriptor;
  }
  ::close(descriptor);
  return -1;
}

/// Visits the ids of chosen files below a folder, so many at once as `most` says.
void visit_files(const fs::path& folder, std::size_t most,
                 const std::function<bool(const fs::path&)>& is_chosen,
                 const std::function<void(const std::vector<std::string>& ids)>& visit) {
  std::vector<std::string> ids;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    std::string id = path.stem().string();
    if (path.extension() != ".dcm" || !is_id(id) || !is_chosen(path)) continue;
    ids.push_back(std::move(id));
    if (ids.size() < most) continue;
    visit(ids);
    ids.clear();
  }
  if (error) throw TransientError("instance store: cannot list the files: " + error.message());
  if (!ids.empty()) visit(ids);
}

}  // namespace

HeldFile::~HeldFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

IncomingFile::IncomingFile(fs::path root, std::string id, fs::path path, int descriptor)
    : root_(std::move(root)), id_(std::move(id)), path_(std::move(path)), descriptor_(descriptor) {}

IncomingFile::IncomingFile(IncomingFile&& other) noexcept
    : root_(std::move(other.root_)),
      id_(std::move(other.id_)),
      path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      keep_(std::exchange(other.keep_, true)) {}

IncomingFile::~IncomingFile() {
  if (!keep_) discard();
  if (descriptor_ >= 0) ::close(descriptor_);
}

void IncomingFile::publish() { move_to(published_path(root_, id_)); }

void IncomingFile::refuse() { move_to(refused_path(root_, id_)); }

void IncomingFile::discard() noexcept {
  ::unlink(path_.c_str());
  keep_ = true;
}

void IncomingFile::move_to(const fs::path& target) {
  if (keep_) throw std::logic_error("this file has left incoming/ already");
  if (::fsync(descriptor_) != 0) fail("sync a file");
  folder_memory().make_durable(root_, target.parent_path());
  if (::rename(path_.c_str(), target.c_str()) != 0) {
    if (errno != ENOENT) fail("publish a file");
    // The folder was removed since it was made.
    folder_memory().forget();
    folder_memory().make_durable(root_, target.parent_path());
    if (::rename(path_.c_str(), target.c_str()) != 0) fail("publish a file");
  }
  path_ = target;
  sync_folder(target.parent_path());
  keep_ = true;
}

InstanceStore::InstanceStore(const fs::path& root) : root_(fs::absolute(root).lexically_normal()) {
  std::error_code error;
  if (fs::create_directories(root_, error)) sync_folder(root_.parent_path());
  for (const char* folder : {"incoming", "instances", "refused"}) make_durable_folder(root_, folder);
}

std::string InstanceStore::identity() const {
  const int descriptor = ::open((root_ / identity_file).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno != ENOENT) fail("read its identity");
    return {};
  }
  std::array<char, 32> text{};
  const ssize_t length = ::read(descriptor, text.data(), text.size());
  ::close(descriptor);
  const std::string identity(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  return is_id(identity) ? identity : std::string();
}

std::string InstanceStore::make_identity() const {
  const std::string made = make_id();
  // Linked when it is whole: whoever comes second finds the first one's, never half of it.
  const fs::path path = root_ / "incoming" / (made + ".part");
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0) fail("create a file");
  const bool written = ::write(descriptor, made.data(), made.size()) == static_cast<ssize_t>(made.size()) &&
                       ::fsync(descriptor) == 0 &&
                       (::link(path.c_str(), (root_ / identity_file).c_str()) == 0 || errno == EEXIST);
  const int error = errno;
  ::close(descriptor);
  ::unlink(path.c_str());
  errno = error;
  if (!written) fail("write its identity");
  sync_folder(root_);
  return identity();
}

IncomingFile InstanceStore::begin() const {
  std::string id = make_id();
  fs::path path = root_ / "incoming" / (id + ".part");
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
  if (descriptor < 0) fail("create a file");
  IncomingFile file{root_, std::move(id), std::move(path), descriptor};
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) fail("lock a file");
  return file;
}

fs::path InstanceStore::path_of(const std::string& id) const {
  check_id(id);
  return published_path(root_, id);
}

fs::path InstanceStore::refused_path_of(const std::string& id) const {
  check_id(id);
  return refused_path(root_, id);
}

bool InstanceStore::has_refused(const std::string& id) const {
  struct stat status {};
  return ::stat(refused_path_of(id).c_str(), &status) == 0;
}

void InstanceStore::remove_refused(const std::vector<std::string>& ids) const {
  for (const std::string& id : ids) {
    if (::unlink(refused_path_of(id).c_str()) != 0 && errno != ENOENT) fail("remove a file");
  }
}

bool InstanceStore::has(const std::string& id, std::uint64_t bytes) const {
  struct stat status {};
  if (::stat(path_of(id).c_str(), &status) != 0) {
    if (errno != ENOENT) fail("look for a file");
    return false;
  }
  return static_cast<std::uint64_t>(status.st_size) >= bytes;
}

bool InstanceStore::remove(const std::string& id) const {
  if (::unlink(path_of(id).c_str()) == 0) return true;
  if (errno != ENOENT) fail("remove a file");
  return false;
}

std::optional<HeldFile> InstanceStore::hold(const std::string& id) const {
  const int descriptor = lock_unused(path_of(id));
  if (descriptor < 0) return std::nullopt;
  return HeldFile(descriptor);
}

void InstanceStore::visit_older_than(
    std::chrono::seconds age, std::size_t most,
    const std::function<void(const std::vector<std::string>& ids)>& visit) const {
  visit_files(
      root_ / "instances", most, [&](const fs::path& path) { return is_older(path, age); }, visit);
}

void InstanceStore::visit_refused_older_than(
    std::chrono::seconds age, std::size_t most,
    const std::function<void(const std::vector<std::string>& ids)>& visit) const {
  const auto is_left = [&](const fs::path& path) {
    return is_older(path, age) && HeldFile(lock_unused(path));
  };
  visit_files(root_ / "refused", most, is_left, visit);
}

std::size_t InstanceStore::sweep_incoming(std::chrono::seconds older_than) const {
  std::size_t removed = 0;
  std::error_code error;
  for (auto entry = fs::directory_iterator(root_ / "incoming", error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    if (path.extension() != ".part" || !is_older(path, older_than)) continue;
    const HeldFile unused(lock_unused(path));
    if (unused && ::unlink(path.c_str()) == 0) ++removed;
  }
  if (error) throw TransientError("instance store: cannot list the files: " + error.message());
  return removed;
}

}  // namespace glisson::storage
