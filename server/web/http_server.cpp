#include "server/web/http_server.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <list>
#include <set>

#include "engine/errors.hpp"
#include "server/web/security.hpp"

namespace glisson::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using namespace std::chrono_literals;

/// How long answers in hand may take after stop().
constexpr auto stop_time = 5s;
constexpr auto begin_interval = 2s;
/// A sender who was told that the request is too large may still be sending: what it sends is read for as
/// long, or the answer would be lost in a reset of the connection (RFC 9112 9.6).
constexpr auto linger_time = 2s;

/// Where a connection came in.
struct Entrance {
  tcp::acceptor acceptor;
  asio::steady_timer pause;
  bool health_only;
};

std::string text(beast::string_view view) { return {view.data(), view.size()}; }

Request plain(const http::request<http::string_body>& message) {
  Request request;
  request.method = text(message.method_string());
  request.target = text(message.target());
  for (const auto& field : message) request.add_header(text(field.name_string()), text(field.value()));
  request.body = message.body();
  return request;
}

}  // namespace

class HttpServer::Implementation {
 public:
  class Connection;

  Implementation(HttpHandlers handlers, HttpLimits limits, std::string reverse_proxy)
      : handlers_(std::move(handlers)),
        limits_(limits),
        reverse_proxy_(std::move(reverse_proxy)),
        stop_timer_(loop_),
        usual_(handlers_.usual, limits_.answer_time),
        slow_(handlers_.slow, limits_.slow_time),
        health_(handlers_.health, limits_.health_time) {}

  std::uint16_t listen(const std::string& address, std::uint16_t port, bool health_only);
  void run(int control);
  void stop() {
    asio::post(loop_, [this] { begin_stop(); });
  }

 private:
  friend class Connection;
  void accept(Entrance& entrance);
  void admit(tcp::socket socket, bool health_only);
  bool make_room(bool health_only);
  Desk& desk_of(const Request& request);
  void begin_work(Desk& desk);
  void begin_stop();
  void ended(const std::shared_ptr<Connection>& connection);

  HttpHandlers handlers_;
  HttpLimits limits_;
  std::string reverse_proxy_;
  asio::io_context loop_{1};
  asio::steady_timer stop_timer_;
  std::list<Entrance> entrances_;
  std::set<std::shared_ptr<Connection>> connections_;
  bool stopping_ = false;
  // Their threads post to the loop, so they end first.
  Desk usual_;
  Desk slow_;
  Desk health_;
};

/// One browser's connection: request, answer, and again. Kept by the server until it ends.
class HttpServer::Implementation::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Implementation& server, tcp::socket socket, std::string address, bool health_only)
      : server_(server),
        stream_(std::move(socket)),
        answer_timer_(server.loop_),
        address_(std::move(address)),
        health_only_(health_only) {}

  /// Waits for the first byte of a request.
  void await_request(std::chrono::milliseconds at_most) {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(server_.limits_.largest_header));
    parser_->body_limit(server_.limits_.largest_body);
    if (buffer_.size() > 0) return read_header();
    idle_since_ = std::chrono::steady_clock::now();
    answer_timer_.expires_after(at_most);
    answer_timer_.async_wait([self = shared_from_this()](beast::error_code error) {
      if (!error && self->idle_since_) self->close();
    });
    stream_.socket().async_wait(tcp::socket::wait_read, [self = shared_from_this()](beast::error_code error) {
      self->answer_timer_.cancel();
      if (error || !self->idle_since_) return self->close();
      self->idle_since_.reset();
      self->read_header();
    });
  }

  /// Ends now where no request is on its way, else after its answer.
  void end_soon() {
    last_ = true;
    if (idle_since_) close();
  }

  bool health_only() const { return health_only_; }
  /// Since when nothing was asked; none while something is.
  const std::optional<std::chrono::steady_clock::time_point>& idle_since() const { return idle_since_; }

  void close() {
    idle_since_.reset();
    beast::error_code ignored;
    answer_timer_.cancel();
    stream_.socket().close(ignored);
    server_.ended(shared_from_this());
  }

 private:
  void read_header() {
    stream_.expires_after(server_.limits_.header_time);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = shared_from_this()](beast::error_code error, std::size_t) {
                              if (error) return self->refuse(error);
                              self->read_body();
                            });
  }

  void read_body() {
    stream_.expires_after(server_.limits_.body_time);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       if (error) return self->refuse(error);
                       self->handle();
                     });
  }

  /// The request cannot be read: says why, where anybody listens, and ends.
  void refuse(beast::error_code error) {
    last_ = true;
    sender_may_go_on_ = true;
    if (error == http::error::header_limit) {
      write(error_response(431, "header_too_large", "The request's header is too large."), false);
    } else if (error == http::error::body_limit) {
      write(error_response(413, "body_too_large", "The request is too large."), false);
    } else if (error == http::error::end_of_stream ||
               error.category() != http::make_error_code(http::error::bad_method).category()) {
      close();
    } else {
      write(error_response(400, "malformed_request", "This is no HTTP request."), false);
    }
  }

  void handle() {
    Request request = plain(parser_->get());
    request.address = address_;
    request.health_only = health_only_;
    if (!server_.reverse_proxy_.empty() && address_ == server_.reverse_proxy_) believe_proxy(request);
    tls_ = request.tls;
    last_ = last_ || !parser_->get().keep_alive();
    const bool head = request.method == "HEAD";
    if (auto response = server_.handlers_.at_once(request)) return write(std::move(*response), head);
    Desk& desk = server_.desk_of(request);
    if (desk.waiting >= server_.limits_.most_waiting) {
      return write(late(desk, request, "too_busy", "Too much is asked at once. Try again."), head);
    }
    leave_to(desk, std::move(request), head);
  }

  static Response late(const Desk& desk, const Request& request, const char* reason, const char* message) {
    return desk.work.late ? desk.work.late(request) : busy_response(reason, message);
  }

  void leave_to(Desk& desk, Request asked, bool head) {
    const int number = ++asked_;
    const auto request = std::make_shared<const Request>(std::move(asked));
    stream_.expires_never();
    answer_timer_.expires_after(desk.answer_time);
    answer_timer_.async_wait(
        [self = shared_from_this(), &desk, number, head, request](beast::error_code error) {
          if (error || self->asked_ != number) return;
          ++self->asked_;
          self->last_ = true;
          self->write(
              late(desk, *request, "no_answer_in_time", "The database does not answer in time. Try again."),
              head);
        });
    ++desk.waiting;
    desk.post([self = shared_from_this(), &desk, number, head, request] {
      Response response = desk.work.answer(*request);
      asio::post(self->server_.loop_, [self, &desk, number, head, response = std::move(response)]() mutable {
        --desk.waiting;
        if (self->asked_ != number) return;  // It was given up.
        ++self->asked_;
        self->answer_timer_.cancel();
        self->write(std::move(response), head);
      });
    });
  }

  void write(Response response, bool head) {
    add_security_headers(response, tls_);
    response_ = {};
    response_.version(11);
    response_.result(static_cast<unsigned>(response.status));
    for (const auto& [name, value] : response.headers) response_.insert(name, value);
    if (!response.content_type.empty()) response_.set(http::field::content_type, response.content_type);
    response_.keep_alive(!last_);
    response_.content_length(response.body.size());
    if (!head) response_.body() = std::move(response.body);
    stream_.expires_after(server_.limits_.write_time);
    http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error) return self->close();
      if (self->last_ || self->server_.stopping_) return self->end();
      self->await_request(self->server_.limits_.idle_time);
    });
  }

  void end() {
    if (!sender_may_go_on_ || server_.stopping_) return close();
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(linger_time);
    discard();
  }

  void discard() {
    stream_.async_read_some(buffer_.prepare(std::size_t{16} * 1024),
                            [self = shared_from_this()](beast::error_code error, std::size_t) {
                              if (error || self->server_.stopping_) return self->close();
                              self->discard();
                            });
  }

  Implementation& server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  asio::steady_timer answer_timer_;
  std::string address_;
  int asked_ = 0;  ///< Number of the request at the worker.
  bool health_only_;
  bool tls_ = false;
  std::optional<std::chrono::steady_clock::time_point> idle_since_;
  bool last_ = false;  ///< The connection ends with this answer.
  bool sender_may_go_on_ = false;
};

std::uint16_t HttpServer::Implementation::listen(const std::string& address, std::uint16_t port,
                                                 bool health_only) {
  Entrance& entrance =
      entrances_.emplace_back(Entrance{tcp::acceptor(loop_), asio::steady_timer(loop_), health_only});
  try {
    const tcp::endpoint endpoint(asio::ip::make_address(address), port);
    entrance.acceptor.open(endpoint.protocol());
    entrance.acceptor.set_option(tcp::acceptor::reuse_address(true));
    entrance.acceptor.bind(endpoint);
    entrance.acceptor.listen(128);
  } catch (const boost::system::system_error& error) {
    entrances_.pop_back();
    throw RejectedInput(RejectionReason::invalid_settings,
                        fmt::format("cannot listen on {}:{}: {}", address, port, error.code().message()));
  }
  accept(entrance);
  return entrance.acceptor.local_endpoint().port();
}

void HttpServer::Implementation::accept(Entrance& entrance) {
  entrance.acceptor.async_accept(
      [this, &entrance](const boost::system::error_code& error, tcp::socket socket) {
        if (stopping_) return;
        if (error) {
          // Out of descriptors, most likely: accepting again at once would spin.
          entrance.pause.expires_after(100ms);
          entrance.pause.async_wait([this, &entrance](const boost::system::error_code& cancelled) {
            if (!cancelled) accept(entrance);
          });
          return;
        }
        admit(std::move(socket), entrance.health_only);
        accept(entrance);
      });
}

void HttpServer::Implementation::admit(tcp::socket socket, bool health_only) {
  boost::system::error_code error;
  const std::string address = unmapped(socket.remote_endpoint(error).address().to_string());
  const bool here = is_loopback(address);
  if (error || (!health_only && !here && address != reverse_proxy_)) return;
  if (!make_room(health_only)) return;
  socket.set_option(tcp::no_delay(true), error);
  const auto connection = std::make_shared<Connection>(*this, std::move(socket), address, health_only);
  connections_.insert(connection);
  connection->await_request(limits_.header_time);
}

/// Each entrance has its own room. Where it is full, whoever has asked nothing for the longest time goes.
bool HttpServer::Implementation::make_room(bool health_only) {
  int here = 0;
  std::shared_ptr<Connection> idlest;
  for (const auto& connection : connections_) {
    if (connection->health_only() != health_only) continue;
    ++here;
    const auto& since = connection->idle_since();
    if (since && (!idlest || since < idlest->idle_since())) idlest = connection;
  }
  if (here < limits_.most_connections) return true;
  if (idlest) idlest->close();
  return idlest != nullptr;
}

void HttpServer::Implementation::ended(const std::shared_ptr<Connection>& connection) {
  connections_.erase(connection);
  if (stopping_ && connections_.empty()) loop_.stop();
}

Desk& HttpServer::Implementation::desk_of(const Request& request) {
  const RequestKind kind = handlers_.kind_of ? handlers_.kind_of(request) : RequestKind::usual;
  if (kind == RequestKind::usual) return usual_;
  return kind == RequestKind::slow ? slow_ : health_;
}

void HttpServer::Implementation::begin_work(Desk& desk) {
  if (!desk.work.begin) return;
  desk.post([this, &desk] {
    if (desk.work.begin()) return;
    asio::post(loop_, [this, &desk] {
      const auto timer = std::make_shared<asio::steady_timer>(loop_, begin_interval);
      timer->async_wait([this, &desk, timer](const boost::system::error_code&) {
        if (!stopping_) begin_work(desk);
      });
    });
  });
}

void HttpServer::Implementation::begin_stop() {
  if (stopping_) return;
  stopping_ = true;
  boost::system::error_code ignored;
  for (Entrance& entrance : entrances_) entrance.acceptor.close(ignored);
  for (const auto& connection : std::set(connections_)) connection->end_soon();
  if (connections_.empty()) return loop_.stop();
  stop_timer_.expires_after(stop_time);
  stop_timer_.async_wait([this](const boost::system::error_code&) { loop_.stop(); });
}

void HttpServer::Implementation::run(int control) {
  asio::posix::stream_descriptor end(loop_);
  if (control >= 0) {
    end.assign(::dup(control));
    end.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
      if (!error) begin_stop();
    });
  }
  for (Desk* desk : {&usual_, &slow_, &health_}) begin_work(*desk);
  while (!loop_.stopped()) {
    if (handlers_.alive) handlers_.alive();
    loop_.run_for(1s);
  }
}

HttpServer::HttpServer(HttpHandlers handlers, HttpLimits limits, std::string reverse_proxy)
    : implementation_(
          std::make_unique<Implementation>(std::move(handlers), limits, std::move(reverse_proxy))) {}
HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::listen(const std::string& address, std::uint16_t port, bool health_only) {
  return implementation_->listen(address, port, health_only);
}
void HttpServer::run(int control) { implementation_->run(control); }
void HttpServer::stop() { implementation_->stop(); }

}  // namespace glisson::server
