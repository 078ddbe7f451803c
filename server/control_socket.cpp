#include "server/control_socket.hpp"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace glisson::server {

void Descriptor::reset() noexcept {
  if (value_ >= 0) ::close(std::exchange(value_, -1));
}

std::pair<Descriptor, Descriptor> make_control_sockets() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

bool send_connection(int control, int socket, const std::string& address) {
  iovec text{const_cast<char*>(address.data()), address.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> ancillary{};
  msghdr message{};
  message.msg_iov = &text;
  message.msg_iovlen = 1;
  message.msg_control = ancillary.data();
  message.msg_controllen = ancillary.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &socket, sizeof(int));
  return ::sendmsg(control, &message, MSG_NOSIGNAL) >= 0;
}

std::optional<HandedConnection> receive_connection(int control) {
  std::array<char, 64> text{};
  iovec buffer{text.data(), text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> ancillary{};
  msghdr message{};
  message.msg_iov = &buffer;
  message.msg_iovlen = 1;
  message.msg_control = ancillary.data();
  message.msg_controllen = ancillary.size();
  ssize_t length = 0;
  do {
    length = ::recvmsg(control, &message, MSG_CMSG_CLOEXEC);
  } while (length < 0 && errno == EINTR);
  if (length <= 0) return std::nullopt;
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return std::nullopt;
  int socket = -1;
  std::memcpy(&socket, CMSG_DATA(header), sizeof(int));
  return HandedConnection{Descriptor(socket), std::string(text.data(), static_cast<std::size_t>(length))};
}

bool report_ready(int control) {
  const char ready = 'R';
  return ::send(control, &ready, 1, MSG_NOSIGNAL) == 1;
}

}  // namespace glisson::server
