#include "server/association_pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <system_error>

#include "server/log.hpp"
#include "server/request_gate.hpp"

namespace glisson::server {

AssociationPool::AssociationPool(boost::asio::io_context& loop, const RoleLauncher& launcher, int smallest,
                                 int largest)
    : loop_(loop),
      launcher_(launcher),
      smallest_(smallest),
      largest_(largest),
      restart_(loop),
      retire_(loop) {}

void AssociationPool::start() {
  fill();
  retire_surplus();
}

void AssociationPool::fill() {
  if (stopping_) return;
  const auto wanted = std::min<std::size_t>(static_cast<std::size_t>(largest_),
                                            static_cast<std::size_t>(smallest_) + waiting_.size());
  while (members_.size() < wanted && add()) {
  }
}

bool AssociationPool::add() try {
  RoleProcess process = launcher_.start("association");
  auto member = std::make_shared<Member>(
      Member{boost::asio::posix::stream_descriptor(loop_, process.control.release())});
  members_.emplace(process.pid, member);
  listen(process.pid, member);
  return true;
} catch (const std::system_error& error) {
  // Out of processes or descriptors: the service goes on with what it has.
  log::error(fmt::format("no association process can be started: {}", error.what()));
  fill_later();
  return false;
}

void AssociationPool::listen(pid_t pid, const std::shared_ptr<Member>& member) {
  member->control.async_read_some(boost::asio::buffer(&member->message, 1),
                                  [this, pid, member](const boost::system::error_code& error, std::size_t) {
                                    if (error) return;  // The process is dying; reap() follows.
                                    member->ready = true;
                                    member->was_ready = true;
                                    back_off_ = std::chrono::milliseconds(0);
                                    listen(pid, member);
                                    while (!waiting_.empty() && give(waiting_.front()))
                                      waiting_.erase(waiting_.begin());
                                  });
}

bool AssociationPool::give(IncomingConnection& connection) {
  boost::system::error_code error;
  for (auto& [pid, member] : members_) {
    if (!member->ready) continue;
    member->ready = false;
    member->serves = connection.origin.address;
    if (send_connection(member->control.native_handle(), connection.socket.native_handle(),
                        connection.origin)) {
      connection.socket.close(error);
      return true;
    }
  }
  return false;
}

int AssociationPool::held_by(const std::string& address) const {
  const auto served = std::count_if(members_.begin(), members_.end(), [&](const auto& entry) {
    return !entry.second->ready && entry.second->serves == address;
  });
  const auto waiting = std::count_if(
      waiting_.begin(), waiting_.end(),
      [&](const IncomingConnection& connection) { return connection.origin.address == address; });
  return static_cast<int>(served + waiting);
}

void AssociationPool::take(IncomingConnection connection) {
  // C-ECHO is open to everyone, so that anybody may hold processes: but nobody all of them.
  if (held_by(connection.origin.address) >= (3 * largest_ + 3) / 4) {
    log::warning("association refused: its address has three quarters of all association processes already");
    return reject_for_limit(std::move(connection));
  }
  if (give(connection)) return;
  const auto busy = members_.size() - static_cast<std::size_t>(idle());
  if (stopping_ || busy + waiting_.size() >= static_cast<std::size_t>(largest_)) {
    log::warning("association refused: all association processes are busy");
    reject_for_limit(std::move(connection));
    return;
  }
  waiting_.push_back(std::move(connection));
  const bool backing_off = restart_.expiry() > boost::asio::steady_timer::clock_type::now();
  if (members_.size() < static_cast<std::size_t>(largest_) && !backing_off) add();
}

bool AssociationPool::reap(pid_t pid) {
  const auto found = members_.find(pid);
  if (found == members_.end()) return false;
  const bool was_ready = found->second->was_ready;
  members_.erase(found);
  if (stopping_) return true;
  if (was_ready) {
    fill();
    return true;
  }
  // It died before it could serve anything: starting again at once would only burn the processor.
  fill_later();
  return true;
}

void AssociationPool::fill_later() {
  back_off_ = std::clamp(back_off_ * 2, std::chrono::milliseconds(100), std::chrono::milliseconds(10000));
  restart_.expires_after(back_off_);
  restart_.async_wait([this](const boost::system::error_code& error) {
    if (!error) fill();
  });
}

void AssociationPool::retire_surplus() {
  boost::system::error_code ignored;
  for (auto& [pid, member] : members_) {
    if (idle() <= smallest_) break;
    if (!member->ready) continue;
    member->ready = false;
    member->control.close(ignored);
  }
  // Not at once after a burst: the next burst would pay for the same processes again.
  retire_.expires_after(std::chrono::seconds(30));
  retire_.async_wait([this](const boost::system::error_code& error) {
    if (!error) retire_surplus();
  });
}

int AssociationPool::idle() const {
  return static_cast<int>(
      std::count_if(members_.begin(), members_.end(), [](const auto& entry) { return entry.second->ready; }));
}

std::vector<pid_t> AssociationPool::pids() const {
  std::vector<pid_t> result;
  for (const auto& [pid, member] : members_) result.push_back(pid);
  return result;
}

void AssociationPool::stop() {
  stopping_ = true;
  restart_.cancel();
  retire_.cancel();
  for (IncomingConnection& connection : waiting_) reject_for_limit(std::move(connection));
  waiting_.clear();
  boost::system::error_code ignored;
  for (auto& [pid, member] : members_) member->control.close(ignored);
}

}  // namespace glisson::server
