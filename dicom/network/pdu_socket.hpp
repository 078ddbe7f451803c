#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace glisson::dicom {

/// Deadlines of a connection that speaks the upper layer protocol (PS3.8 9.3).
struct PduDeadlines {
  std::chrono::milliseconds pdu;   ///< One PDU, from the end of the one before it to its last byte.
  std::chrono::milliseconds idle;  ///< The first byte of a message, counted from await_message().
};

/// A connected stream socket that knows where PDUs begin and end, so that its deadlines hold for whole PDUs:
/// a peer that drips bytes is cut as surely as a silent one. Answers leave at once (TCP_NODELAY), and what
/// arrives is acknowledged at once (TCP_QUICKACK, which Linux forgets after each read): otherwise Nagle's
/// algorithm and delayed acknowledgements cost 40 ms for each C-STORE. Never raises SIGPIPE.
class PduSocket {
 public:
  enum class End { open, closed_by_peer, timed_out };

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
  /// Sends an A-ABORT (PS3.8 9.3.8), then drops what still arrives until the peer closes, at most one second:
  /// closing with unread bytes would reset the connection before the peer has read the A-ABORT.
  void abort() noexcept;
  void close() noexcept;

  int descriptor() const noexcept { return descriptor_; }
  /// Speaks over another stream from now on, which it owns, and gives back the one before. The deadline of
  /// the first PDU begins anew.
  int exchange_descriptor(int descriptor) noexcept;
  End end() const noexcept { return end_; }

 private:
  using Clock = std::chrono::steady_clock;
  bool wait_for(short events, Clock::time_point deadline) const noexcept;
  void count(const unsigned char* bytes, std::size_t size) noexcept;
  void send_abort() noexcept;

  int descriptor_;
  PduDeadlines deadlines_;
  Clock::time_point deadline_;
  std::array<unsigned char, 6> header_{};  ///< PDU type, reserved, length (PS3.8 9.3.1).
  std::size_t header_bytes_ = 0;
  std::uint32_t body_left_ = 0;
  End end_ = End::open;
};

}  // namespace glisson::dicom
