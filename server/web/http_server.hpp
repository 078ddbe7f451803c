#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/web/desk.hpp"

namespace glisson::server {

/// What one browser, or somebody who is none, may take.
struct HttpLimits {
  std::size_t largest_header = std::size_t{16} * 1024;  ///< Bytes; more: 431.
  std::size_t largest_body = std::size_t{256} * 1024;   ///< Bytes; more: 413.
  std::chrono::milliseconds header_time{10'000};        ///< For all of a header, from its first byte.
  std::chrono::milliseconds body_time{20'000};          ///< For all of a body.
  std::chrono::milliseconds idle_time{60'000};          ///< Silence between two requests on one connection.
  std::chrono::milliseconds answer_time{15'000};        ///< For what is usual; then 503.
  std::chrono::milliseconds slow_time{120'000};         ///< The same for what is slow.
  std::chrono::milliseconds health_time{3'000};         ///< The same for health: monitors do not wait long.
  std::chrono::milliseconds write_time{30'000};         ///< For the browser to take an answer.
  /// At the pages, and as many at health and metrics; the idlest makes room for one more.
  int most_connections = 256;
  int most_waiting = 64;  ///< Requests at one desk; more: 503.
};

/// Who answers.
struct HttpHandlers {
  /// On the network's thread, so it must not block; none leaves the request to a desk.
  std::function<std::optional<Response>(const Request&)> at_once;
  std::function<RequestKind(const Request&)> kind_of;  ///< Whose desk. Empty: all are usual.
  DeskWork usual;
  DeskWork slow;
  DeskWork health;
  std::function<void()> alive{};  ///< On the network's thread, once a second. May be empty.
};

/// An HTTP/1.1 server: one thread for the network, and a desk for each kind of what may block, so that health
/// is answered while the database is silent. Every step of a connection has a deadline, every response the
/// security headers.
class HttpServer {
 public:
  /// @param reverse_proxy address whose X-Forwarded-For and X-Forwarded-Proto are believed; where set, other
  ///        hosts' connections to the pages are closed. Empty: none.
  HttpServer(HttpHandlers handlers, HttpLimits limits, std::string reverse_proxy);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// @param port 0: any that is free.
  /// @param health_only serves health and metrics, to every host.
  /// @return the port.
  /// @throws RejectedInput invalid_settings when the port is taken or the address is none of this host.
  std::uint16_t listen(const std::string& address, std::uint16_t port, bool health_only = false);

  /// Serves until the other end of `control` is closed, or stop(). Answers in hand are finished, for at most
  /// five seconds.
  void run(int control);
  /// From any thread.
  void stop();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace glisson::server
