#include "dicom/network/pdu_socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace glisson::dicom {
namespace {

constexpr std::chrono::seconds abort_linger{1};

/// Of one poll(2), in milliseconds: no longer than until the next sign of life.
int poll_time(std::chrono::steady_clock::duration left) {
  const auto wanted = std::chrono::ceil<std::chrono::milliseconds>(left);
  return static_cast<int>(
      std::clamp(wanted, std::chrono::milliseconds(0), PduDeadlines::sign_interval).count());
}

// Not every stream is TCP (the TLS relay's is a local socket), so failures do not matter.
void set_tcp_option(int descriptor, int option) noexcept {
  const int on = 1;
  static_cast<void>(::setsockopt(descriptor, IPPROTO_TCP, option, &on, sizeof on));
}

}  // namespace

int PduSocket::exchange_descriptor(int descriptor) noexcept {
  deadline_ = deadline_by_payload_ = Clock::now() + deadlines_.pdu;
  return std::exchange(descriptor_, descriptor);
}

PduSocket::PduSocket(int descriptor, PduDeadlines deadlines) noexcept
    : descriptor_(descriptor),
      deadlines_(std::move(deadlines)),
      deadline_(Clock::now() + deadlines_.pdu),
      deadline_by_payload_(deadline_),
      last_read_(Clock::now()) {
  set_tcp_option(descriptor_, TCP_NODELAY);
  set_tcp_option(descriptor_, TCP_QUICKACK);
}

PduSocket::~PduSocket() { close(); }

void PduSocket::close() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

bool PduSocket::wait_for(short events, Clock::time_point deadline) noexcept {
  while (descriptor_ >= 0) {
    show_life();
    const auto left = deadline - Clock::now();
    if (left <= Clock::duration::zero()) return false;
    pollfd watched{descriptor_, events, 0};
    const int ready = ::poll(&watched, 1, poll_time(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
  return true;  // The next call says that it is closed.
}

ssize_t PduSocket::read(void* buffer, std::size_t size) noexcept {
  if (end_ == End::stopped) return -1;
  for (bool waited = false;; waited = true) {
    show_life();
    if (Clock::now() >= last_moment_) return cut();
    const ssize_t received_bytes = ::recv(descriptor_, buffer, size, MSG_DONTWAIT);
    if (received_bytes > 0) {
      // What lay here already did not come late: the time since the last read was ours.
      if (!waited) {
        const auto ours = Clock::now() - last_read_;
        deadline_ += ours;
        deadline_by_payload_ += ours;
      }
      received(static_cast<std::size_t>(received_bytes));
      set_tcp_option(descriptor_, TCP_QUICKACK);
      return received_bytes;
    }
    if (received_bytes == 0 || (errno != EAGAIN && errno != EINTR)) {
      end_ = End::closed_by_peer;
      return received_bytes;
    }
    if (is_too_late()) return cut();
    if (awaits_message_) {
      wait_for_message();
    } else {
      wait_for(POLLIN, std::min(deadline_, last_moment_));
    }
  }
}

ssize_t PduSocket::cut() noexcept {
  static_cast<void>(is_too_late());  // Says why.
  send_abort();
  errno = ETIMEDOUT;
  return -1;
}

void PduSocket::show_life() noexcept {
  if (!deadlines_.alive || Clock::now() < next_sign_) return;
  next_sign_ = Clock::now() + PduDeadlines::sign_interval;
  deadlines_.alive();
}

/// Until something can be read, the deadline is over, the process is to stop or to say that it is alive.
void PduSocket::wait_for_message() noexcept {
  const auto left = std::min(deadline_, last_moment_) - Clock::now();
  // Once the stop is known, its descriptor would only wake this at once, again and again.
  pollfd watched[]{{descriptor_, POLLIN, 0}, {stopping_since_ ? -1 : deadlines_.stop, POLLIN, 0}};
  if (::poll(watched, std::size(watched), poll_time(left)) > 0) look_for_stop();
}

void PduSocket::look_for_stop() noexcept {
  if (deadlines_.stop < 0) return;
  const auto now = Clock::now();
  if (!stopping_since_) {
    pollfd watched{deadlines_.stop, POLLIN, 0};
    if (::poll(&watched, 1, 0) <= 0) return;
    stopping_since_ = now;
  }
  deadline_ = std::min(
      {deadline_, last_read_ + PduDeadlines::stop_silence, *stopping_since_ + PduDeadlines::stop_after});
}

/// A deadline after bytes that arrived with the last read.
PduSocket::Clock::time_point PduSocket::later(Clock::time_point deadline, std::size_t bytes) const noexcept {
  const auto longest = last_read_ + deadlines_.pdu;
  const std::chrono::duration<double> bought(static_cast<double>(bytes) / deadlines_.minimum_rate);
  if (bought >= deadlines_.pdu) return longest;
  return std::min(longest, deadline + std::chrono::duration_cast<Clock::duration>(bought));
}

void PduSocket::received(std::size_t bytes) noexcept {
  last_read_ = Clock::now();
  if (awaits_message_) deadline_by_payload_ = last_read_ + deadlines_.pdu;
  deadline_ = awaits_message_ ? deadline_by_payload_ : later(deadline_, bytes);
  awaits_message_ = false;
}

bool PduSocket::is_too_late() noexcept {
  const auto now = Clock::now();
  if (now < std::min(deadline_, last_moment_)) return false;
  if (now < deadline_) {
    end_ = End::over_age;
  } else if (!awaits_message_) {
    end_ = End::too_slow;
  } else {
    end_ = stopping_since_ ? End::stopped : End::idle_too_long;
  }
  return true;
}

ssize_t PduSocket::write(const void* buffer, std::size_t size) noexcept {
  const auto deadline = Clock::now() + deadlines_.pdu;
  const auto* bytes = static_cast<const unsigned char*>(buffer);
  for (std::size_t done = 0; done < size;) {
    const ssize_t sent = ::send(descriptor_, bytes + done, size - done, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      done += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      if (wait_for(POLLOUT, deadline)) continue;
      end_ = End::too_slow;
      errno = ETIMEDOUT;
      return -1;
    } else if (errno != EINTR) {
      end_ = End::closed_by_peer;
      return -1;
    }
  }
  return static_cast<ssize_t>(size);
}

bool PduSocket::readable(std::chrono::milliseconds timeout) noexcept {
  if (wait_for(POLLIN, std::min({deadline_, last_moment_, Clock::now() + timeout}))) return true;
  static_cast<void>(is_too_late());
  return false;
}

void PduSocket::await_message() noexcept {
  last_read_ = Clock::now();
  deadline_ = last_read_ + deadlines_.idle;
  if (life_) last_moment_ = last_read_ + *std::exchange(life_, std::nullopt);
  awaits_message_ = true;
  look_for_stop();
  // Bytes of the next message may lie here already: they must not put the stop off.
  if (stopping_since_ && last_read_ >= *stopping_since_ + PduDeadlines::stop_after) end_ = End::stopped;
}

PduSocket::Clock::duration PduSocket::hold_end() noexcept {
  return std::exchange(last_moment_, Clock::time_point::max()) - Clock::now();
}

void PduSocket::count_payload(std::size_t bytes) noexcept {
  deadline_by_payload_ = later(deadline_by_payload_, bytes);
  deadline_ = std::min(deadline_, deadline_by_payload_);
}

void PduSocket::send_abort() noexcept {
  // Source 0: the service user, 2: the service provider; the reason is not specified (PS3.8 9.3.8).
  const unsigned char source = end_ == End::stopped || end_ == End::over_age ? 2 : 0;
  const std::array<unsigned char, 10> a_abort{0x07, 0, 0, 0, 0, 4, 0, 0, source, 0};
  static_cast<void>(::send(descriptor_, a_abort.data(), a_abort.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

void PduSocket::abort() noexcept {
  if (descriptor_ < 0) return;
  send_abort();
  ::shutdown(descriptor_, SHUT_WR);
  const auto deadline = Clock::now() + abort_linger;
  std::array<unsigned char, 16384> dropped;
  while (wait_for(POLLIN, deadline)) {
    const ssize_t received = ::recv(descriptor_, dropped.data(), dropped.size(), MSG_DONTWAIT);
    if (received == 0 || (received < 0 && errno != EAGAIN && errno != EINTR)) break;
  }
  close();
}

}  // namespace glisson::dicom
