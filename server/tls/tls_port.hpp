#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "config/settings.hpp"
#include "server/incoming_connection.hpp"
#include "server/listener.hpp"

namespace glisson::server {

/// The supervisor's side of the TLS port: accepts, passes each raw socket to the tls process, and gets back
/// the plain end of those that shook hands and sent a whole A-ASSOCIATE-RQ. While there is no tls process, or
/// it does not keep up, nothing is accepted; who connects meanwhile waits in the kernel's queue.
class TlsPort {
 public:
  struct Handlers {
    std::function<void(IncomingConnection)> whole;  ///< Called with each connection that came back.
    std::function<void()> alive;                    ///< At each sign of life of the tls process.
  };
  TlsPort(boost::asio::io_context& loop, const config::Settings& settings, Handlers handlers);

  /// @throws RejectedInput invalid_settings when the port is taken.
  void bind();
  /// Proves that this user can use the certificate, key and trusted certificates.
  /// @throws RejectedInput invalid_settings, as make_server_context().
  void check_files() const;
  /// A tls process has started; this is the other end of its control socket.
  void connect(Descriptor control);
  /// The tls process has ended, and with it every association that it relayed.
  void disconnect();
  /// Accepts no more, and lets the tls process end with the last association in hand.
  void stop();

 private:
  using Control = std::shared_ptr<boost::asio::posix::stream_descriptor>;
  void receive(const Control& control);
  void pass_on();
  void pass_on_later();
  bool pass_held();

  boost::asio::io_context& loop_;
  const config::Settings& settings_;
  Handlers handlers_;
  Listener listener_;
  Control control_;  ///< Null while there is no tls process.
  boost::asio::steady_timer retry_;
  struct Accepted {
    boost::asio::ip::tcp::socket socket;
    ConnectionOrigin origin;
  };
  std::optional<Accepted> held_;  ///< Accepted, and not passed on yet.
};

}  // namespace glisson::server
