#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glisson::server {

/// A file descriptor with one owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      value_ = std::exchange(other.value_, -1);
    }
    return *this;
  }
  int get() const noexcept { return value_; }
  int release() noexcept { return std::exchange(value_, -1); }
  void reset() noexcept;
  explicit operator bool() const noexcept { return value_ >= 0; }

 private:
  int value_ = -1;
};

/// Where a connection comes from. Only the process that accepted it can tell: behind the TLS relay an
/// association process holds one end of a local socket pair.
struct ConnectionOrigin {
  std::string address;  ///< The peer's, numeric; IPv4 in dotted form also where it came in over IPv6.
  std::uint16_t local_port = 0;         ///< The port that the peer connected to.
  std::string certificate_fingerprint;  ///< SHA-256 of the peer's certificate, lower-case hex; empty: plain.
  std::string certificate_subject;      ///< Of the same (RFC 2253), at most 1024 bytes; empty: plain.
  bool is_logged = true;                ///< May leave a line in the log even if nothing comes of it.
  bool operator==(const ConnectionOrigin&) const = default;
};

/// A connection handed to an association process.
struct HandedConnection {
  Descriptor socket;
  ConnectionOrigin origin;
};

/// A pair of connected control sockets (SOCK_SEQPACKET, close-on-exec): {supervisor's end, child's end}.
/// Whoever dies closes its end, which the other sees as the end of the stream.
/// @throws std::system_error
std::pair<Descriptor, Descriptor> make_control_sockets();

/// Passes a connected stream socket to the process at the other end (SCM_RIGHTS). A whole A-ASSOCIATE-RQ can
/// be read from it.
/// @return false when the other end is gone.
bool send_connection(int control, int socket, const ConnectionOrigin& origin);

/// Waits for a connection.
/// @return none when the other end was closed: finish and exit.
std::optional<HandedConnection> receive_connection(int control);

/// Whether the other end was closed: what tells that apart from a connection that was lost for want of
/// descriptors, or was not there after all, where receive_connection() gives none. Does not wait.
bool is_closed(int control);

/// What an association process says when it is ready for the next association.
enum class Ready : char { as_before = 'R', after_refusal = 'X' };

/// No further connection is taken: to send one fails, so that whoever has it gives it to somebody else. One
/// that was sent before can still be received; after it receive_connection() gives none.
void take_no_more(int control);

/// Tells the supervisor that this process is ready for work. False when the supervisor is gone.
/// @param ready whether the last association was refused for good.
bool report_ready(int control, Ready ready = Ready::as_before);

/// How often a role process shows that it is alive, where nothing but its work says otherwise.
inline constexpr std::chrono::milliseconds sign_interval{1'000};

/// Tells the supervisor that this process is alive; never waits.
void report_alive(int control);

/// Tells the supervisor something; never waits.
/// @return false where it cannot be told now, or the text is too long for the socket.
bool send_report(int control, const std::string& report);

/// Whether a report says no more than that.
bool is_sign_of_life(std::string_view report);

/// What the process at the other end has reported since the last call, without waiting.
std::vector<std::string> read_reports(int control);

}  // namespace glisson::server
