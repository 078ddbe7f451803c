#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <list>
#include <thread>

#include "server/tls/handshakes.hpp"
#include "tests/support/certificates.hpp"

namespace glisson::server {
namespace {

using boost::asio::ip::tcp;
using namespace std::chrono_literals;

/// The first flight of a client (RFC 8446 4.1.2).
std::vector<unsigned char> client_hello() {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> client(SSL_new(context.get()), &SSL_free);
  BIO* const sent = BIO_new(BIO_s_mem());
  SSL_set_bio(client.get(), BIO_new(BIO_s_mem()), sent);
  SSL_connect(client.get());
  std::vector<unsigned char> bytes(65536);
  bytes.resize(static_cast<std::size_t>(BIO_read(sent, bytes.data(), static_cast<int>(bytes.size()))));
  return bytes;
}

class TlsHandshakes : public testing::Test {
 protected:
  static void SetUpTestSuite() { authority_ = new tests::TestAuthority({"node"}); }
  static void TearDownTestSuite() { delete authority_; }

  TlsHandshakes() {
    config::Settings settings;
    settings.tls_certificate = authority_->certificate("node");
    settings.tls_key = authority_->key("node");
    settings.tls_trusted = authority_->authority();
    context_ = make_server_context(settings);
  }

  Handshakes& open(HandshakeLimits limits) {
    return handshakes_.emplace(
        loop_, limits, [](const AdmittedPeer&) {},
        [this](const std::string& address, const std::string& reason) {
          refused_.emplace_back(address, reason);
        });
  }

  /// A connection that the supervisor says is of this address.
  tcp::socket& arrive(const std::string& address) {
    tcp::socket& peer = peers_.emplace_back(loop_);
    peer.connect(acceptor_.local_endpoint());
    handshakes_->begin({Descriptor(acceptor_.accept().release()), {address, 2762, {}, {}}}, context_);
    return peer;
  }

  tcp::socket& arrive_with_hello(const std::string& address) {
    tcp::socket& peer = arrive(address);
    boost::asio::write(peer, boost::asio::buffer(hello_));
    return peer;
  }

  static bool is_answered(tcp::socket& peer) {
    char byte = 0;
    return ::recv(peer.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  }

  int answered() {
    return static_cast<int>(
        std::count_if(peers_.begin(), peers_.end(), [](tcp::socket& peer) { return is_answered(peer); }));
  }

  static inline tests::TestAuthority* authority_ = nullptr;
  boost::asio::io_context loop_{1};
  std::vector<unsigned char> hello_ = client_hello();
  TlsContext context_;
  tcp::acceptor acceptor_{loop_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::list<tcp::socket> peers_;
  std::vector<std::pair<std::string, std::string>> refused_;
  std::optional<Handshakes> handshakes_;
};

TEST_F(TlsHandshakes, OfOneAddressWaitBehindTheFirstOfAnother) {
  open({.room = 200, .a_second = 200, .deadline = 60s});
  for (int i = 0; i < 100; ++i) arrive_with_hello("192.0.2.9");
  loop_.poll_one();
  tcp::socket& honest = arrive_with_hello("192.0.2.1");
  while (!is_answered(honest) && loop_.run_one_for(1s) > 0) {
  }
  EXPECT_TRUE(is_answered(honest));
  EXPECT_LE(answered(), 10);
  while (answered() < 101 && loop_.run_one_for(1s) > 0) {
  }
  EXPECT_EQ(answered(), 101) << "and then they come";
  EXPECT_TRUE(refused_.empty());
}

TEST_F(TlsHandshakes, OfOneAddressBeginAsOftenInASecondAsTheyMayAndTheRestInTheNext) {
  open({.room = 200, .a_second = 5, .deadline = 60s});
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 8; ++i) arrive_with_hello("192.0.2.9");
  while (answered() < 5 && loop_.run_one_for(1s) > 0) {
  }
  tcp::socket& honest = arrive_with_hello("192.0.2.1");
  while (!is_answered(honest) && loop_.run_one_for(1s) > 0) {
  }
  EXPECT_TRUE(is_answered(honest));
  EXPECT_EQ(answered(), 6) << "the others wait";
  while (answered() < 9 && loop_.run_one_for(2s) > 0) {
  }
  EXPECT_EQ(answered(), 9) << "and then they come";
  EXPECT_GE(std::chrono::steady_clock::now() - began, 1s);
}

TEST_F(TlsHandshakes, LoseTheOldestOfTheAddressThatHasTheMostForWantOfRoom) {
  open({.room = 3, .a_second = 200, .deadline = 60s});
  arrive("192.0.2.1");
  arrive("192.0.2.9");
  arrive("192.0.2.9");
  arrive("192.0.2.2");
  ASSERT_EQ(refused_.size(), 1U);
  EXPECT_EQ(refused_.front().first, "192.0.2.9");
}

TEST_F(TlsHandshakes, BeginAgainOnceTheyAreNoLongerHeld) {
  Handshakes& handshakes = open({.room = 3, .a_second = 200, .deadline = 60s});
  handshakes.hold(true);
  arrive_with_hello("192.0.2.1");
  loop_.run_for(50ms);
  EXPECT_EQ(answered(), 0);
  handshakes.hold(false);
  loop_.run_for(100ms);
  EXPECT_EQ(answered(), 1);
}

TEST_F(TlsHandshakes, AreNotLateForWhatTheLoopDidNotRead) {
  open({.room = 3, .a_second = 200, .deadline = 200ms});
  tcp::socket& peer = arrive("192.0.2.1");
  loop_.poll();
  boost::asio::write(peer, boost::asio::buffer(hello_));
  std::this_thread::sleep_for(300ms);  // The loop is stalled, and the deadline passes meanwhile.
  while (!is_answered(peer) && refused_.empty() && loop_.run_one_for(1s) > 0) {
  }
  EXPECT_TRUE(is_answered(peer));
  EXPECT_TRUE(refused_.empty());
}

TEST_F(TlsHandshakes, SayWhyTheyDidNotHappen) {
  open({.room = 9, .a_second = 1, .deadline = 100ms});
  arrive("192.0.2.1");
  arrive("192.0.2.2").close();
  arrive_with_hello("192.0.2.3");
  arrive_with_hello("192.0.2.3");
  loop_.run_for(400ms);
  std::ranges::sort(refused_);
  const std::vector<std::pair<std::string, std::string>> expected{
      {"192.0.2.1", "silent: no TLS handshake within the deadline"},
      {"192.0.2.2", ""},
      {"192.0.2.3", "the TLS handshake did not end within the deadline"},
      {"192.0.2.3", "too many handshakes of its address at once"}};
  EXPECT_EQ(refused_, expected);
}

}  // namespace
}  // namespace glisson::server
