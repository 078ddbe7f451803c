#pragma once

#include <optional>
#include <string>
#include <utility>

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

/// A connection handed to an association process: the socket and the peer's numeric address.
struct HandedConnection {
  Descriptor socket;
  std::string address;
};

/// A pair of connected control sockets (SOCK_SEQPACKET, close-on-exec): {supervisor's end, child's end}.
/// Whoever dies closes its end, which the other sees as the end of the stream.
/// @throws std::system_error
std::pair<Descriptor, Descriptor> make_control_sockets();

/// Passes a connected socket to the process at the other end (SCM_RIGHTS).
/// @return false when the other end is gone.
bool send_connection(int control, int socket, const std::string& address);

/// Waits for a connection.
/// @return none when the other end was closed: finish and exit.
std::optional<HandedConnection> receive_connection(int control);

/// Tells the supervisor that this process is ready for work. False when the supervisor is gone.
bool report_ready(int control);

}  // namespace glisson::server
