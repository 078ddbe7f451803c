#include <gmock/gmock.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <random>
#include <thread>

#include "engine/errors.hpp"
#include "server/tls/tls_client.hpp"
#include "server/tls/tls_context.hpp"
#include "server/tls/tls_relay.hpp"
#include "tests/support/certificates.hpp"

namespace glisson::server {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;
using Bytes = std::vector<unsigned char>;

/// A server behind one relay, a client before another: what one writes on its local stream the other reads.
class Tls : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    authority_ = new tests::TestAuthority({"node", "modality", "expired=-1"});
    stranger_ = new tests::TestAuthority({"modality"});
  }
  static void TearDownTestSuite() {
    delete authority_;
    delete stranger_;
  }

  static config::Settings settings(const std::string& name) {
    config::Settings settings;
    settings.tls_certificate = authority_->certificate(name);
    settings.tls_key = authority_->key(name);
    settings.tls_trusted = authority_->authority();
    return settings;
  }

  ~Tls() override {
    for (PlainStream* stream : {&client_plain_, &server_plain_}) {
      error_code ignored;
      stream->close(ignored);
    }
    if (server_.joinable()) server_.join();
  }

  /// Accepts one connection as the TLS port would, and relays it until it ends.
  void serve(const config::Settings& settings, std::chrono::milliseconds stall = 5s) {
    port_ = acceptor_.local_endpoint().port();
    auto stream = std::make_shared<std::unique_ptr<TlsStream>>(
        std::make_unique<TlsStream>(tcp::socket(server_loop_), *(context_ = make_server_context(settings))));
    PlainStream relayed(server_loop_);
    boost::asio::local::connect_pair(relayed, server_plain_);
    acceptor_.async_accept((*stream)->next_layer(), [this, stream, stall, relayed = std::move(relayed)](
                                                        const error_code& failed) mutable {
      ASSERT_FALSE(failed);
      TlsStream& accepted = **stream;
      accepted.async_handshake(TlsStream::server, [this, stream, stall, relayed = std::move(relayed)](
                                                      const error_code& refused) mutable {
        if (refused) return static_cast<void>(refusal_ = failure_of(**stream, refused));
        relay(std::move(*stream), std::move(relayed), stall, [this](const std::string&) { ended_ = true; });
      });
    });
    server_ = std::thread([this] { server_loop_.run(); });
  }

  /// The client's local stream; what kept it from one is thrown.
  void connect(const config::Settings& settings, const std::string& host = "localhost",
               const std::string& binding = "") {
    client_.emplace(settings, host, binding, 5s);
    tcp::socket socket(loop_);
    socket.connect({boost::asio::ip::address_v4::loopback(), port_});
    client_plain_.assign(boost::asio::local::stream_protocol(), client_->secure(socket.release()));
  }

  std::string refused_as(const config::Settings& settings, const std::string& host = "localhost",
                         const std::string& binding = "") {
    try {
      connect(settings, host, binding);
    } catch (const TransientError& error) {
      return error.what();
    }
    return "";
  }

  static Bytes noise(std::size_t size) {
    std::mt19937 random(1);
    Bytes bytes(size);
    for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random());
    return bytes;
  }

  static inline tests::TestAuthority* authority_ = nullptr;
  static inline tests::TestAuthority* stranger_ = nullptr;
  boost::asio::io_context loop_;
  boost::asio::io_context server_loop_;
  TlsContext context_;
  tcp::acceptor acceptor_{server_loop_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::uint16_t port_ = 0;
  std::optional<TlsClient> client_;
  PlainStream client_plain_{loop_};
  PlainStream server_plain_{loop_};
  std::string refusal_;
  std::atomic<bool> ended_ = false;
  std::thread server_;
};

TEST_F(Tls, CarriesEveryByteBothWaysAtOnce) {
  serve(settings("node"));
  connect(settings("modality"));
  const Bytes sent = noise(5'000'003);
  Bytes received(sent.size());
  Bytes echoed(sent.size());
  std::thread server([&] {
    boost::asio::read(server_plain_, boost::asio::buffer(received));
    boost::asio::write(server_plain_, boost::asio::buffer(received));
  });
  boost::asio::write(client_plain_, boost::asio::buffer(sent));
  boost::asio::read(client_plain_, boost::asio::buffer(echoed));
  server.join();
  EXPECT_EQ(received, sent);
  EXPECT_EQ(echoed, sent);
}

TEST_F(Tls, PassesOnTheEndOfOneSideAfterItsLastByte) {
  serve(settings("node"));
  connect(settings("modality"));
  const Bytes last_words = noise(100'000);
  boost::asio::write(client_plain_, boost::asio::buffer(last_words));
  client_plain_.close();
  Bytes received(last_words.size());
  boost::asio::read(server_plain_, boost::asio::buffer(received));
  EXPECT_EQ(received, last_words);
  error_code end;
  boost::asio::read(server_plain_, boost::asio::buffer(received), end);
  EXPECT_EQ(end, boost::asio::error::eof);
}

TEST_F(Tls, EndsWhenBothSidesHaveClosed) {
  serve(settings("node"));
  connect(settings("modality"));
  client_plain_.close();
  server_plain_.close();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(client_->finish(), "");
  server_.join();
  EXPECT_TRUE(ended_);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1s) << "no time-out was needed";
}

TEST_F(Tls, TakesNoMoreThanItsBuffersForAPeerThatDoesNotReadAndGivesItUp) {
  serve(settings("node"), 300ms);
  connect(settings("modality"));
  server_plain_.non_blocking(true);
  const Bytes chunk(65536, 0x20);
  std::size_t taken = 0;
  error_code error;
  // The client's local stream is never read: what the server's side takes fills the buffers between them.
  for (const auto until = std::chrono::steady_clock::now() + 20s; std::chrono::steady_clock::now() < until;) {
    taken += server_plain_.write_some(boost::asio::buffer(chunk), error);
    if (error && error != boost::asio::error::would_block) break;
    if (error) std::this_thread::sleep_for(5ms);
  }
  EXPECT_EQ(error, boost::asio::error::broken_pipe);
  EXPECT_LT(taken, std::size_t{16} << 20) << "buffers of two sockets, of which Linux grants some megabytes";
  server_.join();
  EXPECT_TRUE(ended_);
}

TEST_F(Tls, AcceptsTheServerByNameOrAddress) {
  serve(settings("node"));
  EXPECT_EQ(refused_as(settings("modality"), "127.0.0.1"), "");
}

TEST_F(Tls, RefusesAServerOfAnotherName) {
  serve(settings("node"));
  EXPECT_THAT(refused_as(settings("modality"), "pacs.example"), testing::HasSubstr("hostname mismatch"));
}

TEST_F(Tls, AcceptsTheServerThatItIsBoundToWhateverItsName) {
  serve(settings("node"));
  EXPECT_EQ(refused_as(settings("modality"), "pacs.example", "CN=node,O=Hospital"), "");
}

TEST_F(Tls, RefusesAServerThatItIsNotBoundTo) {
  serve(settings("node"));
  EXPECT_THAT(refused_as(settings("modality"), "192.0.2.1", "CN=other,O=Hospital"),
              testing::HasSubstr("IP address mismatch"));
}

TEST_F(Tls, RefusesAServerWhoseCertificateIsOver) {
  serve(settings("expired"));
  EXPECT_THAT(refused_as(settings("modality")), testing::HasSubstr("has expired; it has to be renewed"));
}

TEST_F(Tls, RefusesAForeignServerAlsoWhenItBearsTheBoundName) {
  config::Settings foreign = settings("node");
  foreign.tls_certificate = stranger_->certificate("modality");
  foreign.tls_key = stranger_->key("modality");
  serve(foreign);
  EXPECT_THAT(refused_as(settings("modality"), "pacs.example", "CN=modality,O=Hospital"),
              testing::HasSubstr("add its CA's certificate to the file tls.trusted"));
}

TEST_F(Tls, SaysWhatTheServerHadAgainstOurCertificate) {
  serve(settings("node"));
  config::Settings foreign = settings("modality");
  foreign.tls_certificate = stranger_->certificate("modality");
  foreign.tls_key = stranger_->key("modality");
  ASSERT_EQ(refused_as(foreign), "") << "in TLS 1.3 the client's handshake ends first";
  Bytes nothing(1);
  error_code end;
  boost::asio::read(client_plain_, boost::asio::buffer(nothing), end);
  client_plain_.close();
  EXPECT_THAT(client_->finish(), testing::HasSubstr("does not trust our certificate's CA"));
  server_.join();
  EXPECT_THAT(refusal_, testing::HasSubstr("the peer's certificate is not accepted"));
}

TEST_F(Tls, GivesUpAServerThatNeverAnswers) {
  port_ = acceptor_.local_endpoint().port();  // Accepted by the system, answered by nobody.
  const config::Settings modality = settings("modality");
  client_.emplace(modality, "localhost", "", 200ms);
  tcp::socket socket(loop_);
  socket.connect({boost::asio::ip::address_v4::loopback(), port_});
  try {
    client_->secure(socket.release());
    FAIL() << "there was no answer";
  } catch (const TransientError& error) {
    EXPECT_STREQ(error.what(), "TLS: the peer did not finish the handshake in time");
  }
}

}  // namespace
}  // namespace glisson::server
