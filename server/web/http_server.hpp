#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/web/http_message.hpp"

namespace glisson::server {

/// What one browser, or somebody who is none, may take.
struct HttpLimits {
  std::size_t largest_header = std::size_t{16} * 1024;  ///< Bytes; more: 431.
  std::size_t largest_body = std::size_t{256} * 1024;   ///< Bytes; more: 413.
  std::chrono::milliseconds header_time{10'000};        ///< For all of a header, from its first byte.
  std::chrono::milliseconds body_time{20'000};          ///< For all of a body.
  std::chrono::milliseconds idle_time{60'000};          ///< Silence between two requests on one connection.
  std::chrono::milliseconds answer_time{15'000};        ///< For the worker; then 503.
  std::chrono::milliseconds slow_time{120'000};         ///< The same for what is slow.
  std::chrono::milliseconds write_time{30'000};         ///< For the browser to take an answer.
  /// At the pages, and as many at health and metrics; the idlest makes room for one more.
  int most_connections = 256;
  int most_waiting = 64;  ///< Requests at the worker; more: 503. Half for the address of health alone.
};

/// Who answers.
struct HttpHandlers {
  /// On the network's thread, so it must not block; none leaves the request to the worker.
  std::function<std::optional<Response>(const Request&)> at_once;
  /// On the worker's thread, one request at a time. Never throws.
  std::function<Response(const Request&)> work;
  /// Requests that may take long go to a worker of their own, so that they keep nobody waiting. Both may be
  /// empty.
  std::function<bool(const Request&)> is_slow;
  std::function<Response(const Request&)> work_slowly;
  /// On the worker's thread before the first request and every two seconds, until it returns true. May be
  /// empty.
  std::function<bool()> begin;
};

/// An HTTP/1.1 server: one thread for the network, one worker for what may block, so that health is answered
/// while the database is silent. Every step of a connection has a deadline, every response the security
/// headers.
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
