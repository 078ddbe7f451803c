#include "server/tls/tls_port.hpp"

#include <sys/socket.h>

#include "server/log.hpp"
#include "server/tls/tls_context.hpp"

namespace glisson::server {

using boost::asio::ip::tcp;
using boost::asio::posix::stream_descriptor;
using boost::system::error_code;

TlsPort::TlsPort(boost::asio::io_context& loop, const config::Settings& settings,
                 std::function<void(IncomingConnection)> whole)
    : loop_(loop), settings_(settings), whole_(std::move(whole)), listener_(loop) {}

void TlsPort::bind() { listener_.bind(settings_.bind_address, settings_.tls_port); }

void TlsPort::check_files() const { static_cast<void>(make_server_context(settings_)); }

void TlsPort::connect(Descriptor control) {
  control_.emplace(loop_, control.release());
  // A tls process that does not keep up must not hold up the plain port.
  control_->non_blocking(true);
  listener_.accept([this](tcp::socket socket, const ConnectionOrigin& origin) {
    if (!send_connection(control_->native_handle(), socket.native_handle(), origin)) {
      log::warning("a TLS connection is closed: the tls process does not keep up");
    }
  });
  receive();
}

void TlsPort::disconnect() {
  listener_.suspend();
  control_.reset();
}

void TlsPort::stop() {
  listener_.close();
  control_.reset();
}

void TlsPort::receive() {
  control_->async_wait(stream_descriptor::wait_read, [this](const error_code& error) {
    if (error || !control_) return;
    const int control = control_->native_handle();
    auto handed = receive_connection(control);
    if (!handed && is_closed(control)) return;  // The process is dying; disconnect() follows.
    if (handed) {
      using Stream = boost::asio::generic::stream_protocol;
      whole_(
          {Stream::socket(loop_, Stream(AF_UNIX, 0), handed->socket.release()), std::move(handed->origin)});
    }
    receive();
  });
}

}  // namespace glisson::server
