#include "server/request_gate.hpp"

#include <sys/socket.h>

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstdint>
#include <memory>

namespace glisson::server {
namespace {

using boost::asio::ip::tcp;

constexpr std::size_t pdu_header_size = 6;
constexpr std::uint8_t associate_request_type = 0x01;

void set_low_water_mark(int socket, std::size_t bytes) {
  const int value = static_cast<int>(bytes);
  ::setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &value, sizeof value);
}

class Wait : public std::enable_shared_from_this<Wait> {
 public:
  Wait(tcp::socket socket, std::function<void(tcp::socket)> whole, std::function<void()> gone)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        whole_(std::move(whole)),
        gone_(std::move(gone)) {}

  void start(std::chrono::milliseconds deadline) {
    timer_.expires_after(deadline);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) self->close();
    });
    wait_for(pdu_header_size);
  }

 private:
  void wait_for(std::size_t bytes) {
    needed_ = bytes;
    set_low_water_mark(socket_.native_handle(), bytes);
    socket_.async_wait(tcp::socket::wait_read,
                       [self = shared_from_this()](const boost::system::error_code& error) {
                         if (error) return;  // The deadline closed the socket.
                         self->look();
                       });
  }

  void look() {
    std::array<std::uint8_t, largest_association_request> bytes;
    const ssize_t available = ::recv(socket_.native_handle(), bytes.data(), needed_, MSG_PEEK | MSG_DONTWAIT);
    // Woken below the mark: the peer has closed its side.
    if (available < static_cast<ssize_t>(needed_)) return close();
    if (bytes[0] != associate_request_type) return close();
    const std::size_t length =
        pdu_header_size + ((std::size_t{bytes[2]} << 24) | (std::size_t{bytes[3]} << 16) |
                           (std::size_t{bytes[4]} << 8) | std::size_t{bytes[5]});
    if (length > largest_association_request) return close();
    if (needed_ < length) return wait_for(length);
    set_low_water_mark(socket_.native_handle(), 1);
    timer_.cancel();
    whole_(std::move(socket_));
  }

  void close() {
    if (!socket_.is_open()) return;
    timer_.cancel();
    boost::system::error_code ignored;
    socket_.close(ignored);
    gone_();
  }

  tcp::socket socket_;
  boost::asio::steady_timer timer_;
  std::size_t needed_ = 0;
  std::function<void(tcp::socket)> whole_;
  std::function<void()> gone_;
};

}  // namespace

void await_association_request(tcp::socket socket, std::chrono::milliseconds deadline,
                               std::function<void(tcp::socket)> whole, std::function<void()> gone) {
  std::make_shared<Wait>(std::move(socket), std::move(whole), std::move(gone))->start(deadline);
}

void reject_for_limit(tcp::socket socket) {
  static constexpr std::array<std::uint8_t, 10> reject{
      0x03, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00,
      0x02,  // Result: rejected transient.
      0x03,  // Source: service provider, presentation related.
      0x02,  // Reason: local limit exceeded.
  };
  // A socket that was just accepted has room for ten bytes; a peer that is gone already is no concern.
  ::send(socket.native_handle(), reject.data(), reject.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  // Unread request bytes would turn the close into a reset that may overtake the answer.
  std::array<std::uint8_t, 4096> unread;
  while (::recv(socket.native_handle(), unread.data(), unread.size(), MSG_DONTWAIT) > 0) {
  }
  boost::system::error_code ignored;
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace glisson::server
