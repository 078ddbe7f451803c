#include "server/control_socket.hpp"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>
#include <system_error>

namespace glisson::server {
namespace {

constexpr std::size_t longest_subject = 1024;
constexpr std::size_t longest_origin = 2048;
constexpr const char* sign_of_life = "A";

/// Five texts with NULs between them; the subject is the last, so that whatever it holds stays in it.
std::string encode(const ConnectionOrigin& origin) {
  std::string text = origin.address;
  (text += '\0') += std::to_string(origin.local_port);
  (text += '\0') += origin.is_logged ? "logged" : "";
  (text += '\0') += origin.certificate_fingerprint;
  (text += '\0') += origin.certificate_subject.substr(0, longest_subject);
  return text;
}

std::optional<ConnectionOrigin> decode(std::string_view text) {
  std::array<std::string_view, 4> fields;
  for (std::string_view& field : fields) {
    const auto end = text.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    field = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  const auto [address, port, logged, fingerprint] = fields;
  std::uint16_t local_port = 0;
  if (std::from_chars(port.data(), port.data() + port.size(), local_port).ec != std::errc()) {
    return std::nullopt;
  }
  return ConnectionOrigin{std::string(address), local_port, std::string(fingerprint), std::string(text),
                          !logged.empty()};
}

}  // namespace

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

bool send_connection(int control, int socket, const ConnectionOrigin& origin) {
  std::string encoded = encode(origin);
  iovec text{encoded.data(), encoded.size()};
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
  std::array<char, longest_origin> text{};
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
  Descriptor owned(socket);
  auto origin = decode({text.data(), static_cast<std::size_t>(length)});
  if (!origin) return std::nullopt;
  return HandedConnection{std::move(owned), std::move(*origin)};
}

bool is_closed(int control) {
  char ignored = 0;
  return ::recv(control, &ignored, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void take_no_more(int control) { ::shutdown(control, SHUT_RD); }

bool report_ready(int control, Ready ready) {
  const char word = static_cast<char>(ready);
  return ::send(control, &word, 1, MSG_NOSIGNAL) == 1;
}

void report_alive(int control) { static_cast<void>(send_report(control, sign_of_life)); }

bool is_sign_of_life(std::string_view report) { return report == sign_of_life; }

bool send_report(int control, const std::string& report) {
  return ::send(control, report.data(), report.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

std::vector<std::string> read_reports(int control) {
  std::vector<std::string> reports;
  const auto next_length = [control] {
    return ::recv(control, nullptr, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
  };
  for (ssize_t length = 0; (length = next_length()) > 0;) {
    std::string& report = reports.emplace_back(static_cast<std::size_t>(length), '\0');
    ::recv(control, report.data(), report.size(), MSG_DONTWAIT);
  }
  return reports;
}

}  // namespace glisson::server
