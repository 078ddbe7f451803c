#include "tests/support/storage_node.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/support/scripted_peer.hpp"

namespace glisson::tests {
namespace {

std::filesystem::path make_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "glisson-node-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  return pattern;
}

}  // namespace

dicom::AssociationLimits StorageNode::short_limits() {
  dicom::AssociationLimits limits;
  limits.pdu_timeout = std::chrono::seconds(5);
  limits.idle_timeout = std::chrono::seconds(5);
  limits.largest_data_set = 16 << 20;
  return limits;
}

StorageNode::StorageNode(dicom::AssociationLimits limits)
    : limits_(limits), folder_(make_folder()), listener_(listen_on_loopback(port_)) {
  thread_ = std::thread([this] { accept_connections(); });
}

StorageNode::~StorageNode() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  for (auto& association : associations_) association.join();
  ::close(listener_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void StorageNode::accept_connections() {
  for (;;) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    associations_.emplace_back([this, connection] {
      auto summary = dicom::serve_association(connection, handlers(), limits_, "127.0.0.1");
      const std::lock_guard lock(mutex_);
      summaries_.push_back(std::move(summary));
      ended_.notify_all();
    });
  }
}

dicom::AssociationHandlers StorageNode::handlers() {
  // One file at a time in each association.
  struct Open {
    std::filesystem::path path;
    int descriptor = -1;
  };
  const auto open = std::make_shared<Open>();
  dicom::AssociationHandlers handlers;
  handlers.admit = [this](const auto& request) {
    return admit ? admit(request) : dicom::Admission::accepted;
  };
  handlers.open_file = [this, open](const auto& request) {
    if (open_file) return open->descriptor = open_file(request);
    const std::lock_guard lock(mutex_);
    open->path = folder_ / (std::to_string(next_file_++) + ".dcm");
    return open->descriptor = ::open(open->path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  };
  handlers.stored = [this, open](const auto& request, const auto& received) {
    ::close(open->descriptor);
    const Stored stored{request, received, open->path};
    const auto answer = outcome ? outcome(stored) : dicom::StoreOutcome{};
    const std::lock_guard lock(mutex_);
    stored_.push_back(stored);
    return answer;
  };
  handlers.lost = [this, open](const auto&, const std::string& why) {
    ::close(open->descriptor);
    const std::lock_guard lock(mutex_);
    lost_.push_back(why);
  };
  handlers.spent = spent;
  return handlers;
}

std::vector<StorageNode::Stored> StorageNode::stored() const {
  const std::lock_guard lock(mutex_);
  return stored_;
}

std::vector<std::string> StorageNode::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

dicom::AssociationSummary StorageNode::summary(std::size_t index, std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  if (!ended_.wait_for(lock, timeout, [&] { return summaries_.size() > index; })) {
    throw std::runtime_error("the association did not end in time");
  }
  return summaries_[index];
}

}  // namespace glisson::tests
