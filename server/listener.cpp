#include "server/listener.hpp"

#include <fmt/format.h>

#include "engine/errors.hpp"

namespace glisson::server {

using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

/// After so many connections whatever else the loop has to do gets its turn.
constexpr int most_at_a_time = 64;

/// IPv4 in dotted form also where it came in over IPv6; without the interface, which no network names.
std::string numeric(const boost::asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  if (!address.is_v6()) return address.to_string();
  auto without_scope = address.to_v6();
  without_scope.scope_id(0);
  return without_scope.to_string();
}

}  // namespace

void Listener::bind(const std::string& address, std::uint16_t port) {
  try {
    const tcp::endpoint endpoint(boost::asio::ip::make_address(address), port);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(4096);
    acceptor_.non_blocking(true);
    port_ = port;
  } catch (const boost::system::system_error& error) {
    throw RejectedInput(RejectionReason::invalid_settings,
                        fmt::format("cannot listen on {}:{}: {}", address, port, error.code().message()));
  }
}

void Listener::accept(Taker taker) {
  suspend();
  taker_ = std::move(taker);
  await_connections();
}

void Listener::await_connections() {
  acceptor_.async_wait(tcp::acceptor::wait_read, [this, turn = turn_](const error_code& error) {
    if (!error && turn == turn_) take_connections();
  });
}

void Listener::take_connections() {
  const std::uint64_t turn = turn_;
  for (int taken = 0; taken < most_at_a_time && turn == turn_; ++taken) {
    error_code error;
    tcp::socket socket = acceptor_.accept(error);
    if (error == boost::asio::error::would_block) break;
    if (error == boost::asio::error::connection_aborted) continue;
    // Out of descriptors, most likely: accepting again at once would spin.
    if (error) return pause();
    error_code gone;
    const auto peer = socket.remote_endpoint(gone);
    if (!gone) taker_(std::move(socket), {numeric(peer.address()), port_, {}, {}});
  }
  if (turn == turn_) await_connections();
}

void Listener::pause() {
  pause_.expires_after(std::chrono::milliseconds(100));
  pause_.async_wait([this, turn = turn_](const error_code& cancelled) {
    if (!cancelled && turn == turn_) await_connections();
  });
}

void Listener::suspend() {
  ++turn_;
  error_code ignored;
  acceptor_.cancel(ignored);
  pause_.cancel();
}

void Listener::close() {
  suspend();
  error_code ignored;
  acceptor_.close(ignored);
}

}  // namespace glisson::server
