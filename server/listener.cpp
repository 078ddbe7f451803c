#include "server/listener.hpp"

#include <fmt/format.h>

#include "engine/errors.hpp"

namespace glisson::server {

using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

/// IPv4 in dotted form also where it came in over IPv6.
std::string numeric(const boost::asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

}  // namespace

void Listener::bind(const std::string& address, std::uint16_t port) {
  try {
    const tcp::endpoint endpoint(boost::asio::ip::make_address(address), port);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(4096);
    port_ = port;
  } catch (const boost::system::system_error& error) {
    throw RejectedInput(RejectionReason::invalid_settings,
                        fmt::format("cannot listen on {}:{}: {}", address, port, error.code().message()));
  }
}

void Listener::accept(Taker taker) {
  taker_ = std::move(taker);
  accept_next();
}

void Listener::accept_next() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (error == boost::asio::error::operation_aborted || !acceptor_.is_open()) return;
    if (error) {
      // Out of descriptors, most likely: accepting again at once would spin.
      pause_.expires_after(std::chrono::milliseconds(100));
      pause_.async_wait([this](const error_code& cancelled) {
        if (!cancelled) accept_next();
      });
      return;
    }
    error_code gone;
    const auto peer = socket.remote_endpoint(gone);
    if (!gone) taker_(std::move(socket), {numeric(peer.address()), port_, {}, {}});
    accept_next();
  });
}

void Listener::suspend() {
  error_code ignored;
  acceptor_.cancel(ignored);
  pause_.cancel();
}

void Listener::close() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

}  // namespace glisson::server
