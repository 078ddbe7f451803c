#include "server/association_pool.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <csignal>
#include <system_error>

#include "server/log.hpp"
#include "server/request_gate.hpp"
#include "server/sandbox/sandbox.hpp"

namespace glisson::server {

PoolLimits pool_limits(const config::Settings& settings) {
  return {settings.min_associations, settings.max_associations, settings.max_associations_per_address,
          settings.max_associations_per_title, settings.association_request_timeout};
}

AssociationPool::AssociationPool(boost::asio::io_context& loop, const RoleLauncher& launcher,
                                 PoolLimits limits, const KnownSenders& senders, GateCounts& counts)
    : loop_(loop),
      launcher_(launcher),
      limits_(limits),
      senders_(senders),
      counts_(counts),
      restart_(loop),
      retire_(loop),
      overdue_(loop) {}

void AssociationPool::start() {
  fill();
  retire_surplus();
}

void AssociationPool::fill() {
  if (stopping_) return;
  const auto wanted = std::min<std::size_t>(static_cast<std::size_t>(limits_.largest),
                                            static_cast<std::size_t>(limits_.smallest) + waiting_.size());
  while (size() < wanted && add()) {
  }
}

bool AssociationPool::add() try {
  RoleProcess process = launcher_.start("association");
  auto member = std::make_shared<Member>(
      Member{boost::asio::posix::stream_descriptor(loop_, process.control.release()), generation_});
  members_.emplace(process.pid, member);
  listen(member);
  return true;
} catch (const std::system_error& error) {
  // Out of processes or descriptors: the service goes on with what it has.
  log::error(fmt::format("no association process can be started: {}", error.what()));
  fill_later();
  return false;
}

void AssociationPool::listen(const std::shared_ptr<Member>& member) {
  member->control.async_read_some(boost::asio::buffer(member->message),
                                  [this, member](const boost::system::error_code& error, std::size_t size) {
                                    if (error) return;  // The process is dying, and reap() follows.
                                    heard(*member, std::string(member->message.data(), size));
                                    listen(member);
                                  });
}

void AssociationPool::heard(Member& member, const std::string& report) {
  member.silence = std::chrono::milliseconds(0);
  if (const auto call = refused_call(report); !call.empty()) {
    member.reports.refused_call = call;
  } else if (!is_sign_of_life(report) && member.state != State::retiring) {
    reported_idle(member);
  }
}

void AssociationPool::reported_idle(Member& member) {
  if (member.message.front() == static_cast<char>(Ready::after_refusal))
    callers_.count_refusal(member.caller.network, member.caller.title);
  member.state = State::idle;
  member.was_idle = true;
  back_off_ = std::chrono::milliseconds(0);
  if (member.generation != generation_) {
    retire(member);
    return fill();
  }
  while (!waiting_.empty() && give(waiting_.front())) waiting_.erase(waiting_.begin());
}

void AssociationPool::retire(Member& member) {
  member.state = State::retiring;
  finish(member);
}

/// Closed for writing only: until it has ended, the process shows that it is alive.
void AssociationPool::finish(Member& member) { ::shutdown(member.control.native_handle(), SHUT_WR); }

std::vector<pid_t> AssociationPool::end_silent(std::chrono::milliseconds since_last_look,
                                               std::chrono::seconds at_most) {
  std::vector<pid_t> ended;
  for (auto& [pid, member] : members_) {
    member->silence += since_last_look;
    if (member->silence <= at_most || member->reports.silent_seconds > 0) continue;
    member->reports.silent_seconds = static_cast<int>(at_most.count());
    ::kill(pid, SIGKILL);
    ended.push_back(pid);
  }
  return ended;
}

void AssociationPool::renew(PoolLimits limits) {
  limits_ = limits;
  ++generation_;
  for (auto& [pid, member] : members_) {
    if (member->state == State::idle) retire(*member);
  }
  fill();
}

bool AssociationPool::give(Request& request) {
  boost::system::error_code error;
  IncomingConnection& connection = request.connection;
  for (auto& [pid, member] : members_) {
    if (member->state != State::idle) continue;
    connection.origin.is_logged = callers_.may_be_logged(request.caller.network);
    if (!send_connection(member->control.native_handle(), connection.socket.native_handle(),
                         connection.origin)) {
      retire(*member);  // It is dying, or of no use.
      continue;
    }
    member->state = State::busy;
    member->caller = request.caller;
    connection.socket.close(error);
    ++counts_.handed_on;
    if (!connection.origin.is_logged) ++counts_.without_line;
    return true;
  }
  return false;
}

std::uint64_t GateCounts::*AssociationPool::limit_of(const Caller& caller) {
  if (!caller.may_store && callers_.rests(caller.network, caller.title))
    return &GateCounts::refused_for_repetition;
  std::vector<const Caller*> busy;
  for (const auto& [pid, member] : members_) {
    if (member->state == State::busy) busy.push_back(&member->caller);
  }
  for (const Request& waiting : waiting_) busy.push_back(&waiting.caller);
  return exceeded(limits_, busy, caller);
}

void AssociationPool::take(IncomingConnection connection, const ShownRequest& shown) {
  Caller caller = caller_of(shown, connection.origin, senders_.standing_of(shown.calling, connection.origin));
  Request request{std::move(connection), std::move(caller),
                  std::chrono::steady_clock::now() + limits_.patience};
  auto refused = limit_of(request.caller);
  if (refused == nullptr) {
    if (give(request)) return;
    if (stopping_ ||
        static_cast<std::size_t>(busy()) + waiting_.size() >= static_cast<std::size_t>(limits_.largest)) {
      refused = &GateCounts::refused_for_total;
    }
  }
  if (refused != nullptr) {
    ++(counts_.*refused);
    return reject_for_limit(std::move(request.connection));
  }
  waiting_.push_back(std::move(request));
  if (waiting_.size() == 1) reject_overdue();
  const bool backing_off = restart_.expiry() > boost::asio::steady_timer::clock_type::now();
  if (size() < static_cast<std::size_t>(limits_.largest) && !backing_off) add();
}

/// Those for whom no process could be started: they shall come again, rather than hang.
void AssociationPool::reject_overdue() {
  const auto now = std::chrono::steady_clock::now();
  while (!waiting_.empty() && waiting_.front().until <= now) {
    ++counts_.refused_for_delay;
    reject_for_limit(std::move(waiting_.front().connection));
    waiting_.erase(waiting_.begin());
  }
  if (waiting_.empty()) return;
  overdue_.expires_at(waiting_.front().until);
  overdue_.async_wait([this](const boost::system::error_code& error) {
    if (!error) reject_overdue();
  });
}

std::optional<LastReports> AssociationPool::reap(pid_t pid) {
  const auto found = members_.find(pid);
  if (found == members_.end()) return std::nullopt;
  const auto member = found->second;
  members_.erase(found);
  // The process may be gone before the loop has read its last words.
  for (const std::string& report : read_reports(member->control.native_handle())) {
    if (const auto call = refused_call(report); !call.empty()) member->reports.refused_call = call;
  }
  boost::system::error_code ignored;
  member->control.close(ignored);
  if (stopping_) return member->reports;
  if (member->was_idle) {
    fill();
  } else {
    // It died before it could serve anything: starting again at once would only burn the processor.
    fill_later();
  }
  return member->reports;
}

void AssociationPool::fill_later() {
  back_off_ = std::clamp(back_off_ * 2, std::chrono::milliseconds(100), std::chrono::milliseconds(10000));
  restart_.expires_after(back_off_);
  restart_.async_wait([this](const boost::system::error_code& error) {
    if (!error) fill();
  });
}

void AssociationPool::retire_surplus() {
  for (auto& [pid, member] : members_) {
    if (count(State::idle) <= limits_.smallest) break;
    if (member->state == State::idle) retire(*member);
  }
  // Not at once after a burst: the next burst would pay for the same processes again.
  retire_.expires_after(std::chrono::seconds(30));
  retire_.async_wait([this](const boost::system::error_code& error) {
    if (!error) retire_surplus();
  });
}

int AssociationPool::count(State state) const {
  return static_cast<int>(std::count_if(members_.begin(), members_.end(),
                                        [state](const auto& entry) { return entry.second->state == state; }));
}

std::size_t AssociationPool::size() const {
  return members_.size() - static_cast<std::size_t>(count(State::retiring));
}

int AssociationPool::busy() const { return count(State::busy); }

std::vector<pid_t> AssociationPool::pids() const {
  std::vector<pid_t> result;
  for (const auto& [pid, member] : members_) result.push_back(pid);
  return result;
}

void AssociationPool::stop() {
  stopping_ = true;
  restart_.cancel();
  retire_.cancel();
  overdue_.cancel();
  for (Request& request : waiting_) reject_for_limit(std::move(request.connection));
  waiting_.clear();
  for (auto& [pid, member] : members_) finish(*member);
}

}  // namespace glisson::server
