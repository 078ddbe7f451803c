#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <list>
#include <optional>

#include "server/tls/tls_port.hpp"

namespace glisson::server {
namespace {

using boost::asio::ip::tcp;
using boost::asio::posix::stream_descriptor;
using boost::system::error_code;
using namespace std::chrono_literals;

std::uint16_t free_port(boost::asio::io_context& loop) {
  return tcp::acceptor(loop, {boost::asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
}

/// What the other side has done to a connection: sent something, closed it, or nothing.
enum class Seen { nothing, bytes, closed };

Seen seen_by(tcp::socket& peer) {
  std::array<char, 1> byte{};
  const ssize_t got = ::recv(peer.native_handle(), byte.data(), byte.size(), MSG_PEEK | MSG_DONTWAIT);
  if (got > 0) return Seen::bytes;
  return got < 0 && errno == EAGAIN ? Seen::nothing : Seen::closed;
}

/// A TLS port with this test in the place of the tls process.
class TlsPortOfASupervisor : public testing::Test {
 protected:
  TlsPortOfASupervisor() : port_number_(free_port(loop_)) {
    settings_.bind_address = "127.0.0.1";
    settings_.tls_port = port_number_;
    port_.emplace(loop_, settings_, TlsPort::Handlers{.whole = [](IncomingConnection) {}, .alive = [] {}});
    port_->bind();
  }

  /// A tls process begins; the death of it is told as the supervisor would, as soon as its end is seen.
  void begin_process() {
    auto [ours, theirs] = make_control_sockets();
    port_->connect(std::move(ours));
    process_ = std::move(theirs);
  }

  tcp::socket& connect() {
    tcp::socket& peer = peers_.emplace_back(loop_);
    peer.connect({boost::asio::ip::address_v4::loopback(), port_number_});
    return peer;
  }

  /// Whether the process was given a connection within a second.
  bool process_gets_one() {
    const auto is_there = [this] {
      char byte = 0;
      return ::recv(process_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
    };
    const auto until = std::chrono::steady_clock::now() + 1s;
    while (!is_there() && !is_closed(process_.get()) && std::chrono::steady_clock::now() < until) {
      loop_.restart();
      loop_.run_for(5ms);
    }
    return is_there() && receive_connection(process_.get()).has_value();
  }

  boost::asio::io_context loop_;
  std::uint16_t port_number_;
  config::Settings settings_;
  std::optional<TlsPort> port_;
  Descriptor process_;
  std::list<tcp::socket> peers_;
};

/// Whether the death is seen before or after the connections of the same look of the loop.
class TlsPortAtADeath : public TlsPortOfASupervisor, public testing::WithParamInterface<bool> {};

TEST_P(TlsPortAtADeath, WritesToNobodyAndTakesNoMoreConnections) {
  begin_process();
  auto [death, news] = make_control_sockets();  // As SIGCHLD comes to the supervisor.
  stream_descriptor signal(loop_, news.release());
  signal.async_wait(stream_descriptor::wait_read, [this](const error_code&) { port_->disconnect(); });
  loop_.poll();
  if (GetParam()) death.reset();
  for (int i = 0; i < 3; ++i) connect();
  death.reset();
  loop_.restart();
  loop_.run_for(50ms);
  int taken = 0;
  while (process_gets_one()) ++taken;
  tcp::socket& later = connect();
  loop_.restart();
  loop_.run_for(50ms);
  int closed = 0;
  for (tcp::socket& peer : peers_) {
    EXPECT_NE(seen_by(peer), Seen::bytes);
    closed += seen_by(peer) == Seen::closed ? 1 : 0;
  }
  EXPECT_EQ(closed, taken) << "and nobody is closed that no process had";
  EXPECT_EQ(seen_by(later), Seen::nothing);

  begin_process();
  int left = 0;
  while (process_gets_one()) ++left;
  EXPECT_EQ(left, 4 - taken);
}

INSTANTIATE_TEST_SUITE_P(SeenBeforeAndAfterTheConnections, TlsPortAtADeath, testing::Bool());

TEST_F(TlsPortOfASupervisor, KeepsWhatAProcessThatIsGoneNoMoreTakesForTheNextOne) {
  begin_process();
  process_.reset();  // It is dead, and the supervisor has not been told yet.
  tcp::socket& peer = connect();
  loop_.run_for(50ms);
  EXPECT_EQ(seen_by(peer), Seen::nothing);
  port_->disconnect();
  begin_process();
  EXPECT_TRUE(process_gets_one());
  EXPECT_EQ(seen_by(peer), Seen::closed) << "the process let go of it";
}

TEST_F(TlsPortOfASupervisor, TellsTheProcessToEndWhenItStops) {
  begin_process();
  loop_.poll();
  EXPECT_FALSE(is_closed(process_.get()));
  port_->stop();
  loop_.restart();
  loop_.poll();
  EXPECT_TRUE(is_closed(process_.get()));
  boost::system::error_code refused;
  peers_.emplace_back(loop_).connect({boost::asio::ip::address_v4::loopback(), port_number_}, refused);
  EXPECT_EQ(refused, boost::asio::error::connection_refused);
}

TEST_F(TlsPortOfASupervisor, AcceptsNoMoreThanAProcessThatDoesNotReadCanHoldAndLosesNone) {
  begin_process();
  constexpr int many = 600;  // A control socket holds fewer.
  for (int i = 0; i < many; ++i) connect();
  loop_.run_for(200ms);
  int closed = 0;
  for (tcp::socket& peer : peers_) closed += seen_by(peer) == Seen::nothing ? 0 : 1;
  EXPECT_EQ(closed, 0);
  int received = 0;
  while (process_gets_one()) ++received;
  EXPECT_EQ(received, many);
}

}  // namespace
}  // namespace glisson::server
