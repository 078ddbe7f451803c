#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace glisson::storage {

/// A received data set on its way to the disk: incoming/<id>.part until publish(), instances/ab/cd/<id>.dcm
/// afterwards. Unpublished files are removed by the destructor. Locked (flock) for as long as this object
/// lives, so that reconciliation leaves it alone however long its transaction takes.
class IncomingFile {
 public:
  ~IncomingFile();
  IncomingFile(IncomingFile&&) noexcept;
  IncomingFile& operator=(IncomingFile&&) = delete;

  int descriptor() const noexcept { return descriptor_; }  ///< Writable; owned by this object.
  const std::string& id() const noexcept { return id_; }   ///< 32 hexadecimal digits, the server's own.
  const std::filesystem::path& path() const noexcept { return path_; }  ///< Where the file is now.

  /// fsync, rename into instances/, fsync of the folder(s). Afterwards the file survives power loss.
  /// @throws TransientError when the disk is full or fails; nothing partial stays visible.
  void publish();
  /// The same, into refused/: kept for the administrator, never indexed as an instance.
  void refuse();
  /// Removes the file, published or not (its transaction failed).
  void discard() noexcept;

 private:
  friend class InstanceStore;
  IncomingFile(std::filesystem::path root, std::string id, std::filesystem::path path, int descriptor);
  void move_to(const std::filesystem::path& target);
  std::filesystem::path root_;
  std::string id_;
  std::filesystem::path path_;
  int descriptor_ = -1;
  bool keep_ = false;
};

/// A file that no association has in hand, kept so until this object ends. False where it holds none.
class HeldFile {
 public:
  explicit HeldFile(int descriptor) noexcept : descriptor_(descriptor) {}
  ~HeldFile();
  HeldFile(HeldFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  HeldFile& operator=(HeldFile&&) = delete;
  explicit operator bool() const noexcept { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

/// The folder that holds received instances. Paths are made of the server's own ids, never of a UID.
class InstanceStore {
 public:
  /// Creates the folders where they are missing.
  explicit InstanceStore(const std::filesystem::path& root);

  const std::filesystem::path& root() const noexcept { return root_; }
  /// What tells this store from every other one (storage/store_identity.hpp): 32 hexadecimal digits; empty
  /// where it has none, as the empty folder that a shared store is mounted upon.
  std::string identity() const;
  /// Gives the store an identity unless it has one; durable. Hosts may do this at the same time.
  /// @return its identity.
  std::string make_identity() const;

  /// @throws TransientError when no file can be created.
  IncomingFile begin() const;
  std::filesystem::path path_of(const std::string& id) const;  ///< In instances/.
  std::filesystem::path refused_path_of(const std::string& id) const;
  bool has_refused(const std::string& id) const;
  void remove_refused(const std::vector<std::string>& ids) const;  ///< Those that are there.
  bool has(const std::string& id,
           std::uint64_t bytes) const;       ///< In instances/, with at least so many bytes.
  bool remove(const std::string& id) const;  ///< From instances/; false when absent.
  /// None when the file is gone or belongs to a C-STORE that is not answered yet.
  std::optional<HeldFile> hold(const std::string& id) const;
  /// Visits the ids of files in instances/ that were last changed before the given age, so many at once as
  /// `most` says; for reconciliation with the index. There may be millions.
  void visit_older_than(std::chrono::seconds age, std::size_t most,
                        const std::function<void(const std::vector<std::string>& ids)>& visit) const;
  /// The same, of files in refused/ that no association has in hand.
  void visit_refused_older_than(std::chrono::seconds age, std::size_t most,
                                const std::function<void(const std::vector<std::string>& ids)>& visit) const;
  /// Removes left-overs of killed processes from incoming/; returns how many.
  std::size_t sweep_incoming(std::chrono::seconds older_than) const;

 private:
  std::filesystem::path root_;
};

}  // namespace glisson::storage
