#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "server/control_socket.hpp"

namespace glisson::server {

/// A TCP port on which connections are accepted, with the origin of each. A connection leaves the kernel's
/// queue only when the taker is there to have it: after suspend() or close() returns, the taker is called no
/// more.
class Listener {
 public:
  using Taker = std::function<void(boost::asio::ip::tcp::socket, const ConnectionOrigin&)>;

  explicit Listener(boost::asio::io_context& loop) : acceptor_(loop), pause_(loop) {}

  /// @param address numeric; `::` and `0.0.0.0` are all.
  /// @throws RejectedInput invalid_settings when the port is taken.
  void bind(const std::string& address, std::uint16_t port);
  /// Accepts until suspend() or close(), which the taker may call.
  void accept(Taker taker);
  /// Who connects from now on waits in the kernel's queue until accept() is called again.
  void suspend();
  /// Who connects from now on is refused.
  void close();

 private:
  void await_connections();
  void take_connections();
  void pause();

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::uint16_t port_ = 0;
  Taker taker_;
  std::uint64_t turn_ = 0;  ///< Of accepting; what was armed in an earlier one is void.
};

}  // namespace glisson::server
