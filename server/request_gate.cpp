#include "server/request_gate.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <span>

namespace glisson::server {
namespace {

constexpr std::uint8_t associate_request_type = 0x01;
// PS3.8 table 9-11.
constexpr std::size_t called_title_offset = 10;
constexpr std::size_t calling_title_offset = 26;
constexpr std::size_t title_size = 16;
constexpr std::size_t fixed_part_size = 74;  ///< Before the variable items.

void set_low_water_mark(int socket, std::size_t bytes) {
  const int value = static_cast<int>(bytes);
  ::setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &value, sizeof value);
}

/// Without leading and trailing spaces, which are padding (PS3.5 6.2 AE).
std::string title_at(std::span<const std::uint8_t> request, std::size_t offset) {
  const auto field = request.subspan(offset, title_size);
  const std::string text(field.begin(), field.end());
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

class Wait : public std::enable_shared_from_this<Wait> {
 public:
  Wait(IncomingConnection connection, std::function<void(IncomingConnection, AssociationTitles)> whole,
       std::function<void()> gone)
      : connection_(std::move(connection)),
        timer_(connection_.socket.get_executor()),
        whole_(std::move(whole)),
        gone_(std::move(gone)) {}

  void start(std::chrono::milliseconds deadline) {
    timer_.expires_after(deadline);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) self->close();
    });
    wait_for(pdu_header_size);
  }

  void close() {
    if (!connection_.socket.is_open()) return;
    timer_.cancel();
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
                        if (error) return;  // The deadline closed the socket.
                        self->look();
                      });
  }

  void look() {
    std::array<std::uint8_t, largest_association_request> bytes;
    const ssize_t available =
        ::recv(connection_.socket.native_handle(), bytes.data(), needed_, MSG_PEEK | MSG_DONTWAIT);
    // Woken below the mark: the peer has closed its side.
    if (available < static_cast<ssize_t>(needed_)) return close();
    const auto size = association_request_size(std::span(bytes).first<pdu_header_size>());
    if (!size) return close();
    if (needed_ < *size) return wait_for(*size);
    set_low_water_mark(connection_.socket.native_handle(), 1);
    timer_.cancel();
    whole_(std::move(connection_),
           {title_at(bytes, called_title_offset), title_at(bytes, calling_title_offset)});
  }

  IncomingConnection connection_;
  boost::asio::steady_timer timer_;
  std::size_t needed_ = 0;
  std::function<void(IncomingConnection, AssociationTitles)> whole_;
  std::function<void()> gone_;
};

}  // namespace

std::optional<std::size_t> association_request_size(std::span<const std::uint8_t, pdu_header_size> header) {
  if (header[0] != associate_request_type) return std::nullopt;
  const std::size_t size =
      pdu_header_size + ((std::size_t{header[2]} << 24) | (std::size_t{header[3]} << 16) |
                         (std::size_t{header[4]} << 8) | std::size_t{header[5]});
  if (size < fixed_part_size || size > largest_association_request) return std::nullopt;
  return size;
}

std::function<void()> await_association_request(
    IncomingConnection connection, std::chrono::milliseconds deadline,
    std::function<void(IncomingConnection, AssociationTitles)> whole, std::function<void()> gone) {
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
  const std::string address = connection.origin.address;
  Line& line = lines_[address];
  const auto place = line.emplace(line.end());
  ++waiting_;
  *place = await_association_request(
      std::move(connection), deadline_,
      [this, address, place](IncomingConnection whole, AssociationTitles titles) {
        leave(address, place);
        whole_(std::move(whole), std::move(titles));
      },
      [this, address, place] {
        leave(address, place);
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

void RequestGate::leave(const std::string& address, Line::iterator place) {
  const auto line = lines_.find(address);
  line->second.erase(place);
  if (line->second.empty()) lines_.erase(line);
  --waiting_;
}

void reject_for_limit(IncomingConnection connection) {
  static constexpr std::array<std::uint8_t, 10> reject{
      0x03, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00,
      0x02,  // Result: rejected transient.
      0x03,  // Source: service provider, presentation related.
      0x02,  // Reason: local limit exceeded.
  };
  // A socket that was just accepted has room for ten bytes; a peer that is gone already is no concern.
  const int socket = connection.socket.native_handle();
  ::send(socket, reject.data(), reject.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  // Unread request bytes would turn the close into a reset that may overtake the answer.
  std::array<std::uint8_t, 4096> unread;
  while (::recv(socket, unread.data(), unread.size(), MSG_DONTWAIT) > 0) {
  }
  ::shutdown(socket, SHUT_WR);
}

}  // namespace glisson::server
