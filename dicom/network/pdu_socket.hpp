#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace glisson::dicom {

/// Deadlines of a connection that speaks the upper layer protocol (PS3.8 9.3).
struct PduDeadlines {
  /// Longest silence within a message, and how far its bytes may fall behind the minimum rate. A PDU is whole
  /// after this time and its length at that rate, or it is cut.
  std::chrono::milliseconds pdu;
  std::chrono::milliseconds idle;     ///< The first byte of a message, counted from await_message().
  std::uint32_t minimum_rate = 1000;  ///< Bytes per second within a message.
  /// Readable, or closed at its other end, once the process is to stop; -1: none. From then on the idle
  /// deadline is stop_silence, and after stop_after the connection is cut before the next message, however
  /// busy it is.
  int stop = -1;
  static constexpr std::chrono::milliseconds stop_silence{500};
  static constexpr std::chrono::milliseconds stop_after{20'000};
  /// Called about every sign_interval by whoever reads or waits; never throws. May be empty.
  std::function<void()> alive{};
  static constexpr std::chrono::milliseconds sign_interval{1'000};
};

/// A connected stream socket whose deadlines no dripping peer puts off: each byte that arrives buys only the
/// time that it may take at the minimum rate, so that a peer that drips is cut as surely as a silent one.
/// Time in which nobody reads is not the peer's. Answers leave at once (TCP_NODELAY), and what arrives is
/// acknowledged at once (TCP_QUICKACK, which Linux forgets after each read): otherwise Nagle's algorithm and
/// delayed acknowledgements cost 40 ms for each C-STORE. Never raises SIGPIPE.
class PduSocket {
 public:
  using Clock = std::chrono::steady_clock;
  enum class End { open, closed_by_peer, idle_too_long, too_slow, stopped, over_age };

  /// Takes ownership of the descriptor.
  PduSocket(int descriptor, PduDeadlines deadlines) noexcept;
  ~PduSocket();
  PduSocket(const PduSocket&) = delete;
  PduSocket& operator=(const PduSocket&) = delete;

  /// At least one byte; 0 when the peer has closed, -1 on errors and after a deadline, before which an
  /// A-ABORT is sent.
  ssize_t read(void* buffer, std::size_t size) noexcept;
  /// All bytes, or -1; within the deadline of one PDU.
  ssize_t write(const void* buffer, std::size_t size) noexcept;
  /// True as soon as something can be read or the peer has closed, within the timeout and the deadlines.
  bool readable(std::chrono::milliseconds timeout) noexcept;

  /// The next byte to read begins a message: the idle deadline holds until it arrives.
  void await_message() noexcept;
  /// So many of the bytes that came were the message itself. What frames them (PS3.8 9.3.5) buys no time.
  void count_payload(std::size_t bytes) noexcept;
  /// Cuts the connection this long after the next await_message(), whatever the peer does meanwhile.
  void end_after(Clock::duration time) noexcept { life_ = time; }
  /// Lets the connection live until the next end_after(); returns what is left of its time.
  Clock::duration hold_end() noexcept;
  /// Sends an A-ABORT (PS3.8 9.3.8; by the service provider where this process stops), then drops what still
  /// arrives until the peer closes, at most one second: closing with unread bytes would reset the connection
  /// before the peer has read the A-ABORT.
  void abort() noexcept;
  void close() noexcept;

  int descriptor() const noexcept { return descriptor_; }
  /// Speaks over another stream from now on, which it owns, and gives back the one before. The deadline of
  /// the first PDU begins anew.
  int exchange_descriptor(int descriptor) noexcept;
  End end() const noexcept { return end_; }
  bool timed_out() const noexcept { return end_ == End::idle_too_long || end_ == End::too_slow; }

 private:
  bool wait_for(short events, Clock::time_point deadline) noexcept;
  Clock::time_point later(Clock::time_point deadline, std::size_t bytes) const noexcept;
  void wait_for_message() noexcept;
  ssize_t cut() noexcept;
  void show_life() noexcept;
  void look_for_stop() noexcept;
  void received(std::size_t bytes) noexcept;
  bool is_too_late() noexcept;
  void send_abort() noexcept;

  int descriptor_;
  PduDeadlines deadlines_;
  Clock::time_point deadline_;
  Clock::time_point deadline_by_payload_;  ///< What it would be if no framing byte had bought time.
  Clock::time_point last_read_;            ///< When the last read ended.
  Clock::time_point last_moment_ = Clock::time_point::max();
  std::optional<Clock::duration> life_;  ///< From the next await_message().
  Clock::time_point next_sign_;          ///< Of life.
  bool awaits_message_ = false;          ///< The next byte begins one.
  std::optional<Clock::time_point> stopping_since_;
  End end_ = End::open;
};

}  // namespace glisson::dicom
