#include "server/doctor/reachability.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

namespace glisson::server {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }

 private:
  int value_;
};

std::string text_of(const sockaddr_in& address) {
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
  return text.data();
}

/// Connects within the timeout; the error number, 0 for none.
int connect_to(int socket, const std::string& address, std::uint16_t port,
               std::chrono::milliseconds timeout) {
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(port);
  if (::inet_pton(AF_INET, address.c_str(), &peer.sin_addr) != 1) return EAFNOSUPPORT;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting{socket, POLLOUT, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return ETIMEDOUT;
    if (ready < 0) return errno;
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
  }
}

PortState::Kind kind_of(int error) {
  switch (error) {
    case 0:
      return PortState::Kind::open;
    case ECONNREFUSED:
      return PortState::Kind::refused;
    case ETIMEDOUT:
      return PortState::Kind::timed_out;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
      return PortState::Kind::unreachable;
    case EACCES:
    case EPERM:
      return PortState::Kind::forbidden;
    default:
      return PortState::Kind::failed;
  }
}

}  // namespace

Resolution resolve_host(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  Resolution resolution;
  if (error != 0) {
    resolution.problem = error == EAI_SYSTEM ? std::generic_category().message(errno) : ::gai_strerror(error);
    resolution.no_answer = error == EAI_AGAIN;
    return resolution;
  }
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    const std::string address = text_of(*reinterpret_cast<const sockaddr_in*>(entry->ai_addr));
    if (std::ranges::find(resolution.addresses, address) == resolution.addresses.end()) {
      resolution.addresses.push_back(address);
    }
  }
  return resolution;
}

PortState try_port(const std::string& address, std::uint16_t port, std::chrono::milliseconds timeout) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int error = socket.get() < 0 ? errno : connect_to(socket.get(), address, port, timeout);
  PortState state{kind_of(error), error == 0 ? "" : std::generic_category().message(error), {}};
  sockaddr_in ours{};
  socklen_t size = sizeof ours;
  if (error == 0 && ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&ours), &size) == 0) {
    state.our_address = text_of(ours);
  }
  return state;
}

bool speaks_tls(const std::string& address, std::uint16_t port, std::chrono::milliseconds timeout) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0 || connect_to(socket.get(), address, port, timeout) != 0) return false;
  ::fcntl(socket.get(), F_SETFL, ::fcntl(socket.get(), F_GETFL) & ~O_NONBLOCK);
  const timeval limit{static_cast<time_t>(timeout.count() / 1000),
                      static_cast<suseconds_t>(timeout.count() % 1000 * 1000)};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  // Nothing is said over this stream, so it does not matter who is at its other end.
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> stream(SSL_new(context.get()), &SSL_free);
  SSL_set_fd(stream.get(), socket.get());
  ERR_clear_error();
  if (SSL_connect(stream.get()) == 1) return true;
  // An alert of the peer's is TLS as well.
  return ERR_GET_REASON(ERR_peek_error()) > SSL_AD_REASON_OFFSET;
}

}  // namespace glisson::server
