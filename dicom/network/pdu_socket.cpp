#include "dicom/network/pdu_socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace glisson::dicom {
namespace {

constexpr std::chrono::seconds abort_linger{1};

// Not every stream is TCP (the TLS relay's is a local socket), so failures do not matter.
void set_tcp_option(int descriptor, int option) noexcept {
  const int on = 1;
  static_cast<void>(::setsockopt(descriptor, IPPROTO_TCP, option, &on, sizeof on));
}

}  // namespace

int PduSocket::exchange_descriptor(int descriptor) noexcept {
  deadline_ = Clock::now() + deadlines_.pdu;
  return std::exchange(descriptor_, descriptor);
}

PduSocket::PduSocket(int descriptor, PduDeadlines deadlines) noexcept
    : descriptor_(descriptor), deadlines_(deadlines), deadline_(Clock::now() + deadlines.pdu) {
  set_tcp_option(descriptor_, TCP_NODELAY);
  set_tcp_option(descriptor_, TCP_QUICKACK);
}

PduSocket::~PduSocket() { close(); }

void PduSocket::close() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

bool PduSocket::wait_for(short events, Clock::time_point deadline) const noexcept {
  while (descriptor_ >= 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd watched{descriptor_, events, 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(std::min<std::int64_t>(left, 3'600'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
  return true;  // The next call says that it is closed.
}

ssize_t PduSocket::read(void* buffer, std::size_t size) noexcept {
  for (;;) {
    if (Clock::now() >= deadline_) {
      end_ = End::timed_out;
      send_abort();
      errno = ETIMEDOUT;
      return -1;
    }
    const ssize_t received = ::recv(descriptor_, buffer, size, MSG_DONTWAIT);
    if (received > 0) {
      count(static_cast<const unsigned char*>(buffer), static_cast<std::size_t>(received));
      set_tcp_option(descriptor_, TCP_QUICKACK);
      return received;
    }
    if (received == 0 || (errno != EAGAIN && errno != EINTR)) {
      end_ = End::closed_by_peer;
      return received;
    }
    wait_for(POLLIN, deadline_);
  }
}

void PduSocket::count(const unsigned char* bytes, std::size_t size) noexcept {
  const auto now = Clock::now();
  if (header_bytes_ == 0 && body_left_ == 0) deadline_ = now + deadlines_.pdu;
  while (size > 0) {
    if (body_left_ > 0) {
      const auto step = std::min<std::size_t>(size, body_left_);
      body_left_ -= static_cast<std::uint32_t>(step);
      bytes += step;
      size -= step;
    } else {
      header_[header_bytes_++] = *bytes++;
      --size;
      if (header_bytes_ < header_.size()) continue;
      header_bytes_ = 0;
      body_left_ = (std::uint32_t{header_[2]} << 24) | (std::uint32_t{header_[3]} << 16) |
                   (std::uint32_t{header_[4]} << 8) | std::uint32_t{header_[5]};
    }
    if (header_bytes_ == 0 && body_left_ == 0) deadline_ = now + deadlines_.pdu;
  }
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
      end_ = End::timed_out;
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
  if (wait_for(POLLIN, std::min(deadline_, Clock::now() + timeout))) return true;
  if (Clock::now() >= deadline_) end_ = End::timed_out;
  return false;
}

void PduSocket::await_message() noexcept { deadline_ = Clock::now() + deadlines_.idle; }

void PduSocket::send_abort() noexcept {
  // Source 0: the service user; its reason field is not significant (PS3.8 9.3.8).
  constexpr std::array<unsigned char, 10> a_abort{0x07, 0, 0, 0, 0, 4, 0, 0, 0, 0};
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
