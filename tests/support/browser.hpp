#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>

namespace glisson::tests {

/// A browser that sends what it is told, byte for byte.
class Browser {
 public:
  explicit Browser(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      ADD_FAILURE() << "connect";
  }
  ~Browser() { ::close(socket_); }
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  /// False when the server is gone.
  bool send(const std::string& text) const {
    return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  /// All until the server closes, or `time` is over ("... and stays open" is appended then).
  std::string read(std::chrono::milliseconds time = std::chrono::seconds(5)) const {
    std::string text;
    const auto until = std::chrono::steady_clock::now() + time;
    for (;;) {
      const auto rest =
          std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      pollfd readable{socket_, POLLIN, 0};
      if (rest.count() <= 0 || ::poll(&readable, 1, static_cast<int>(rest.count())) <= 0) {
        return text + "... and stays open";
      }
      std::array<char, 4096> piece{};
      const ssize_t count = ::recv(socket_, piece.data(), piece.size(), 0);
      if (count <= 0) return text;
      text.append(piece.data(), static_cast<std::size_t>(count));
    }
  }
  /// As many whole responses as were asked for, for connections that stay open.
  std::string read_until(const std::string& end) const {
    std::string text;
    while (text.find(end) == std::string::npos) {
      std::array<char, 4096> piece{};
      pollfd readable{socket_, POLLIN, 0};
      if (::poll(&readable, 1, 5000) <= 0) return text + "... and no more";
      const ssize_t count = ::recv(socket_, piece.data(), piece.size(), 0);
      if (count <= 0) return text + "... and the end";
      text.append(piece.data(), static_cast<std::size_t>(count));
    }
    return text;
  }
  int socket() const { return socket_; }

 private:
  int socket_;
};

}  // namespace glisson::tests
