#include "server/tls/tls_relay.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <optional>

namespace glisson::server {
namespace {

using boost::system::error_code;
using Clock = std::chrono::steady_clock;

/// How long the peer may take to close after us.
constexpr std::chrono::seconds linger{2};
/// A TLS record's content (RFC 8446 5.1).
constexpr std::size_t buffer_size = 16384;

class Relay : public std::enable_shared_from_this<Relay> {
 public:
  Relay(std::unique_ptr<TlsStream> peer, PlainStream plain, std::chrono::milliseconds stall,
        std::function<void(const std::string&)> ended)
      : peer_(std::move(peer)),
        plain_(std::move(plain)),
        stall_(stall),
        ended_(std::move(ended)),
        watch_(plain_.get_executor()),
        linger_(plain_.get_executor()) {}

  void start() {
    decrypt();
    encrypt();
    watch();
  }

 private:
  void decrypt() {
    peer_->async_read_some(boost::asio::buffer(received_), [self = shared_from_this()](
                                                               const error_code& error, std::size_t size) {
      if (self->finished_) return;
      if (error) return self->peer_ended(error);
      acknowledge_at_once(*self->peer_);
      // A write that fails finds nobody who reads: what follows is dropped until the peer closes.
      boost::asio::async_write(self->plain_, boost::asio::buffer(self->received_, size),
                               [self](const error_code&, std::size_t) {
                                 if (!self->finished_) self->decrypt();
                               });
    });
  }

  void encrypt() {
    plain_.async_read_some(boost::asio::buffer(answered_), [self = shared_from_this()](
                                                               const error_code& error, std::size_t size) {
      if (self->finished_) return;
      if (error) return self->plain_ended();
      self->writing_since_ = Clock::now();
      boost::asio::async_write(*self->peer_, boost::asio::buffer(self->answered_, size),
                               [self](const error_code& failure, std::size_t) {
                                 self->writing_since_.reset();
                                 if (failure) return self->finish();
                                 self->encrypt();
                               });
    });
  }

  void peer_ended(const error_code& error) {
    peer_ended_ = true;
    if (error.category() == boost::asio::error::get_ssl_category()) problem_ = failure_of(*peer_, error);
    error_code ignored;
    plain_.shutdown(PlainStream::shutdown_send, ignored);
    if (told_peer_) finish();
  }

  /// close_notify, then the end of the TCP stream; the peer does the same.
  void plain_ended() {
    linger_.expires_after(linger);
    linger_.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->finish();
    });
    peer_->async_shutdown([self = shared_from_this()](const error_code&) {
      if (self->finished_) return;
      self->told_peer_ = true;
      error_code ignored;
      self->peer_->next_layer().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
      if (self->peer_ended_) self->finish();
    });
  }

  void watch() {
    watch_.expires_after(stall_);
    watch_.async_wait([self = shared_from_this()](const error_code& error) {
      if (error) return;
      if (self->writing_since_ && Clock::now() - *self->writing_since_ >= self->stall_) return self->finish();
      self->watch();
    });
  }

  void finish() {
    if (finished_) return;
    finished_ = true;
    error_code ignored;
    peer_->next_layer().close(ignored);
    plain_.close(ignored);
    watch_.cancel();
    linger_.cancel();
    ended_(problem_);
  }

  std::unique_ptr<TlsStream> peer_;
  PlainStream plain_;
  std::chrono::milliseconds stall_;
  std::function<void(const std::string&)> ended_;
  boost::asio::steady_timer watch_;
  boost::asio::steady_timer linger_;
  std::array<unsigned char, buffer_size> received_;
  std::array<unsigned char, buffer_size> answered_;
  std::optional<Clock::time_point> writing_since_;
  std::string problem_;
  bool peer_ended_ = false;  ///< Nothing more comes from the peer.
  bool told_peer_ = false;   ///< The peer has been told that nothing more comes from us.
  bool finished_ = false;
};

}  // namespace

void relay(std::unique_ptr<TlsStream> peer, PlainStream plain, std::chrono::milliseconds stall,
           std::function<void(const std::string&)> ended) {
  std::make_shared<Relay>(std::move(peer), std::move(plain), stall, std::move(ended))->start();
}

}  // namespace glisson::server
