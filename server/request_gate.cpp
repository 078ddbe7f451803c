#include "server/request_gate.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <span>

#include "dicom/network/rejection.hpp"
#include "server/admission/counted_network.hpp"
#include "server/peer_deadline.hpp"

namespace glisson::server {
namespace {

constexpr std::uint8_t associate_request_type = 0x01;

/// Before the socket is looked at again where the system wakes for less than was asked for.
constexpr std::chrono::milliseconds another_look{20};

void set_low_water_mark(int socket, std::size_t bytes) {
  const int value = static_cast<int>(bytes);
  ::setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &value, sizeof value);
}

/// Writes an A-ASSOCIATE-RJ (PS3.8 9.3.4) and closes the connection.
void reject(IncomingConnection connection, dicom::Admission admission) {
  const auto [result, source, reason] = dicom::rejection_of(admission);
  const std::array<std::uint8_t, 10> answer{0x03, 0, 0, 0, 0, 4, 0, result, source, reason};
  // A socket that was just accepted has room for ten bytes; a peer that is gone already is no concern.
  const int socket = connection.socket.native_handle();
  ::send(socket, answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  // Unread request bytes would turn the close into a reset that may overtake the answer.
  std::array<std::uint8_t, largest_association_request> unread;
  ::recv(socket, unread.data(), unread.size(), MSG_DONTWAIT);
  ::shutdown(socket, SHUT_WR);
}

class Wait : public std::enable_shared_from_this<Wait> {
 public:
  Wait(IncomingConnection connection, std::function<void(IncomingConnection, ShownRequest)> whole,
       std::function<void()> gone)
      : connection_(std::move(connection)),
        deadline_(connection_.socket.get_executor()),
        pause_(connection_.socket.get_executor()),
        whole_(std::move(whole)),
        gone_(std::move(gone)) {}

  void start(std::chrono::milliseconds deadline) {
    deadline_.start(deadline, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->close();
    });
    wait_for(pdu_header_size);
  }

  void close() {
    if (!connection_.socket.is_open()) return;
    deadline_.cancel();
    pause_.cancel();
    boost::system::error_code ignored;
    connection_.socket.close(ignored);
    gone_();
  }

 private:
  void wait_for(std::size_t bytes) {
    needed_ = bytes;
    auto& socket = connection_.socket;
    set_low_water_mark(socket.native_handle(), bytes);
    socket.async_wait(std::decay_t<decltype(socket)>::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& error) {
                        // The deadline may have closed it since.
                        if (!error && self->connection_.socket.is_open()) self->look();
                      });
  }

  void look() {
    std::array<std::uint8_t, largest_association_request> bytes;
    const ssize_t available =
        ::recv(connection_.socket.native_handle(), bytes.data(), needed_, MSG_PEEK | MSG_DONTWAIT);
    if (available < static_cast<ssize_t>(needed_)) return has_ended(available) ? close() : look_later();
    const auto size = association_request_size(std::span(bytes).first<pdu_header_size>());
    if (!size) return close();
    if (needed_ < *size) return wait_for(*size);
    set_low_water_mark(connection_.socket.native_handle(), 1);
    deadline_.cancel();
    whole_(std::move(connection_), read_shown_request(std::span(bytes).first(*size)));
  }

  /// Fewer bytes than the mark are no end yet: the kernel wakes for them also when memory is short.
  bool has_ended(ssize_t available) {
    if (available <= 0) return available == 0 || (errno != EAGAIN && errno != EINTR);
    pollfd watched{connection_.socket.native_handle(), POLLRDHUP, 0};
    return ::poll(&watched, 1, 0) > 0;
  }

  void look_later() {
    pause_.expires_after(another_look);
    pause_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
      if (!cancelled && self->connection_.socket.is_open()) self->wait_for(self->needed_);
    });
  }

  IncomingConnection connection_;
  PeerDeadline deadline_;
  boost::asio::steady_timer pause_;
  std::size_t needed_ = 0;
  std::function<void(IncomingConnection, ShownRequest)> whole_;
  std::function<void()> gone_;
};

}  // namespace

std::optional<std::size_t> association_request_size(std::span<const std::uint8_t, pdu_header_size> header) {
  if (header[0] != associate_request_type) return std::nullopt;
  const std::size_t size =
      pdu_header_size + ((std::size_t{header[2]} << 24) | (std::size_t{header[3]} << 16) |
                         (std::size_t{header[4]} << 8) | std::size_t{header[5]});
  if (size < fixed_part_of_request || size > largest_association_request) return std::nullopt;
  return size;
}

std::function<void()> await_association_request(IncomingConnection connection,
                                                std::chrono::milliseconds deadline,
                                                std::function<void(IncomingConnection, ShownRequest)> whole,
                                                std::function<void()> gone) {
  const auto wait = std::make_shared<Wait>(std::move(connection), std::move(whole), std::move(gone));
  wait->start(deadline);
  return [weak = std::weak_ptr(wait)] {
    if (const auto waiting = weak.lock()) waiting->close();
  };
}

RequestGate::RequestGate(std::chrono::milliseconds deadline, GateCounts& counts, Whole whole)
    : deadline_(deadline), counts_(counts), whole_(std::move(whole)) {}

void RequestGate::admit(IncomingConnection connection) {
  if (waiting_ >= room_) make_room();
  const std::string network = counted_network(connection.origin.address);
  Line& line = lines_[network];
  const auto place = line.emplace(line.end());
  ++waiting_;
  *place = await_association_request(
      std::move(connection), deadline_,
      [this, network, place](IncomingConnection whole, ShownRequest request) {
        leave(network, place);
        if (!request.sound) {
          ++counts_.malformed_title;
          return reject(std::move(whole), dicom::Admission::calling_title_not_recognized);
        }
        whole_(std::move(whole), std::move(request));
      },
      [this, network, place] {
        leave(network, place);
        ++counts_.without_request;
      });
}

void RequestGate::make_room() {
  const auto longest = std::max_element(lines_.begin(), lines_.end(), [](const auto& a, const auto& b) {
    return a.second.size() < b.second.size();
  });
  if (longest == lines_.end()) return;
  ++counts_.crowded_out;
  // A copy, because giving up takes the original out of the line.
  const auto give_up = longest->second.front();
  give_up();
}

void RequestGate::leave(const std::string& network, Line::iterator place) {
  const auto line = lines_.find(network);
  line->second.erase(place);
  if (line->second.empty()) lines_.erase(line);
  --waiting_;
}

void reject_for_limit(IncomingConnection connection) {
  reject(std::move(connection), dicom::Admission::limit_exceeded);
}

}  // namespace glisson::server
