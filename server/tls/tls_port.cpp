#include "server/tls/tls_port.hpp"

#include <sys/socket.h>

#include "server/tls/tls_context.hpp"

namespace glisson::server {

using boost::asio::ip::tcp;
using boost::asio::posix::stream_descriptor;
using boost::system::error_code;

namespace {

/// Until a tls process that did not take a connection is offered it again.
constexpr std::chrono::milliseconds retry_interval{10};

}  // namespace

TlsPort::TlsPort(boost::asio::io_context& loop, const config::Settings& settings, Handlers handlers)
    : loop_(loop), settings_(settings), handlers_(std::move(handlers)), listener_(loop), retry_(loop) {}

void TlsPort::bind() { listener_.bind(settings_.bind_address, settings_.tls_port); }

void TlsPort::check_files() const { static_cast<void>(make_server_context(settings_)); }

void TlsPort::connect(Descriptor control) {
  control_ = std::make_shared<stream_descriptor>(loop_, control.release());
  // A tls process that does not keep up must not hold up the plain port.
  control_->non_blocking(true);
  receive(control_);
  pass_on();
}

void TlsPort::disconnect() {
  listener_.suspend();
  retry_.cancel();
  error_code ignored;
  if (control_) control_->close(ignored);  // receive() has a share in it.
  control_.reset();
}

void TlsPort::stop() {
  listener_.close();
  disconnect();
  held_.reset();
}

void TlsPort::pass_on() {
  if (!pass_held()) return pass_on_later();
  listener_.accept([this](tcp::socket socket, const ConnectionOrigin& origin) {
    held_.emplace(Accepted{std::move(socket), origin});
    if (!pass_held()) pass_on_later();
  });
}

void TlsPort::pass_on_later() {
  listener_.suspend();
  retry_.expires_after(retry_interval);
  retry_.async_wait([this](const error_code& cancelled) {
    if (!cancelled && control_) pass_on();
  });
}

/// False while the process has no room for it, or is dead already.
bool TlsPort::pass_held() {
  if (held_ && !send_connection(control_->native_handle(), held_->socket.native_handle(), held_->origin)) {
    return false;
  }
  held_.reset();
  return true;
}

void TlsPort::receive(const Control& control) {
  control->async_wait(stream_descriptor::wait_read, [this, control](const error_code& error) {
    if (error || control != control_) return;
    auto handed = receive_connection(control->native_handle());
    if (!handed && is_closed(control->native_handle())) return;  // It is dying; disconnect() follows.
    handlers_.alive();
    if (handed) {
      using Stream = boost::asio::generic::stream_protocol;
      handlers_.whole(
          {Stream::socket(loop_, Stream(AF_UNIX, 0), handed->socket.release()), std::move(handed->origin)});
    }
    receive(control);
  });
}

}  // namespace glisson::server
