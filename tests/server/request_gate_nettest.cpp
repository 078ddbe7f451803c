#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <ctime>
#include <list>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "server/request_gate.hpp"

namespace glisson::server {
namespace {

using boost::asio::ip::tcp;
using namespace std::chrono_literals;

/// A connected pair on loopback, and what became of the accepted end.
class AssociationRequestGate : public testing::Test {
 protected:
  void SetUp() override {
    tcp::acceptor acceptor(loop_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    peer_.connect(acceptor.local_endpoint());
    accepted_ = acceptor.accept();
  }

  void open_gate(std::chrono::milliseconds deadline) {
    descriptor_ = accepted_.native_handle();
    await_association_request(
        {std::move(accepted_), {"127.0.0.1", 104, {}, {}}}, deadline,
        [this](IncomingConnection connection, ShownRequest request) {
          whole_.emplace(std::move(connection));
          shown_ = std::move(request);
        },
        [this] { gone_ = true; });
  }

  void send(const std::vector<unsigned char>& bytes) {
    boost::asio::write(peer_, boost::asio::buffer(bytes));
  }

  /// The first bytes of an A-ASSOCIATE-RQ whose body has this length, and as many body bytes as asked for.
  static std::vector<unsigned char> request(std::size_t body_length, std::size_t body_bytes) {
    std::vector<unsigned char> bytes(6 + body_bytes, 0x20);
    bytes[0] = 0x01;
    bytes[1] = 0x00;
    for (std::size_t i = 0; i < 4; ++i)
      bytes[2 + i] = static_cast<unsigned char>(body_length >> (8 * (3 - i)));
    return bytes;
  }

  boost::asio::io_context loop_;
  tcp::socket peer_{loop_};
  tcp::socket accepted_{loop_};
  int descriptor_ = -1;  ///< Of the accepted end while it is open.
  std::optional<IncomingConnection> whole_;
  ShownRequest shown_;
  bool gone_ = false;
};

TEST_F(AssociationRequestGate, HandsOnAWholeRequestWithEveryByteStillUnread) {
  open_gate(5s);
  const auto bytes = request(200, 200);
  send(bytes);
  loop_.run();
  ASSERT_TRUE(whole_);
  std::vector<unsigned char> received(bytes.size());
  boost::asio::read(whole_->socket, boost::asio::buffer(received));
  EXPECT_EQ(received, bytes);
  EXPECT_FALSE(gone_);
}

TEST_F(AssociationRequestGate, ReadsTheTitlesAtTheirOffsetsWithoutPadding) {
  open_gate(5s);
  auto bytes = request(200, 200);
  const std::string_view called = "GLISSON", calling = "  CT 1 ";
  std::copy(called.begin(), called.end(), bytes.begin() + 10);
  std::copy(calling.begin(), calling.end(), bytes.begin() + 26);
  send(bytes);
  loop_.run();
  ASSERT_TRUE(whole_);
  EXPECT_EQ(shown_.called, "GLISSON");
  EXPECT_EQ(shown_.calling, "CT 1");
  EXPECT_EQ(whole_->origin.address, "127.0.0.1");
}

TEST_F(AssociationRequestGate, ClosesARequestWithoutRoomForItsTitles) {
  open_gate(5s);
  send(request(67, 67));
  loop_.run();
  EXPECT_TRUE(gone_);
}

TEST_F(AssociationRequestGate, WaitsForARequestThatComesInPieces) {
  open_gate(5s);
  for (const unsigned char byte : request(80, 79)) send({byte});
  loop_.run_for(50ms);
  EXPECT_FALSE(whole_);
  send({0x20});
  loop_.run();
  EXPECT_TRUE(whole_);
}

TEST_F(AssociationRequestGate, SleepsWhileARequestIsPartial) {
  open_gate(5s);
  send(request(1000, 10));
  const std::clock_t before = std::clock();
  const auto handlers = loop_.run_for(200ms);
  EXPECT_LT(handlers, 10U);
  EXPECT_LT(std::clock() - before, CLOCKS_PER_SEC / 10);
  EXPECT_FALSE(gone_);
}

TEST_F(AssociationRequestGate, ClosesASilentConnectionAtTheDeadline) {
  open_gate(50ms);
  loop_.run();
  EXPECT_TRUE(gone_);
  EXPECT_FALSE(whole_);
}

TEST_F(AssociationRequestGate, ClosesAPartialRequestAtTheDeadline) {
  open_gate(50ms);
  send(request(1000, 999));
  loop_.run();
  EXPECT_TRUE(gone_);
}

TEST_F(AssociationRequestGate, ClosesWhatIsNoAssociationRequest) {
  open_gate(5s);
  send({'G', 'E', 'T', ' ', '/', ' '});
  loop_.run();
  EXPECT_TRUE(gone_);
}

TEST_F(AssociationRequestGate, ClosesARequestThatClaimsToBeHuge) {
  open_gate(5s);
  send(request(largest_association_request, 0));
  loop_.run();
  EXPECT_TRUE(gone_);
}

TEST_F(AssociationRequestGate, ClosesWhenThePeerGivesUp) {
  open_gate(5s);
  send(request(100, 20));
  peer_.close();
  loop_.run();
  EXPECT_TRUE(gone_);
}

TEST_F(AssociationRequestGate, DoesNotCountTheTimeInWhichTheLoopDidNothing) {
  open_gate(200ms);
  loop_.poll();
  send(request(100, 100));
  std::this_thread::sleep_for(300ms);  // The loop is stalled, and the deadline passes meanwhile.
  loop_.run();
  EXPECT_TRUE(whole_);
  EXPECT_FALSE(gone_);
}

TEST_F(AssociationRequestGate, WaitsOnWhereTheSystemWakesItForFewerBytesThanItAskedFor) {
  open_gate(5s);
  loop_.poll();
  loop_.restart();
  const int low_water_mark = 1;
  const int socket = descriptor_;
  send(request(100, 0));
  loop_.run_for(20ms);
  ASSERT_EQ(::setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &low_water_mark, sizeof low_water_mark), 0);
  send(std::vector<unsigned char>(10, 0x20));
  loop_.restart();
  loop_.run_for(20ms);
  EXPECT_FALSE(gone_);
  send(std::vector<unsigned char>(90, 0x20));
  loop_.restart();
  loop_.run_for(1s);
  EXPECT_TRUE(whole_);
}

TEST_F(AssociationRequestGate, ReadsTitlesAsFarAsTheyArePaddedWithNuls) {
  open_gate(5s);
  auto bytes = request(200, 200);
  const std::string_view calling("PACS \0\0 \0", 9);
  std::copy(calling.begin(), calling.end(), bytes.begin() + 26);
  send(bytes);
  loop_.run();
  ASSERT_TRUE(whole_);
  EXPECT_EQ(shown_.calling, "PACS");
  EXPECT_TRUE(shown_.sound);
}

TEST_F(AssociationRequestGate, ReadsNoMoreThanOneRequestOfAPeerThatItRejects) {
  const Descriptor kept(::dup(accepted_.native_handle()));
  send(request(100, 100));
  send(std::vector<unsigned char>(3 * largest_association_request));
  int before = 0;
  ASSERT_EQ(::ioctl(kept.get(), FIONREAD, &before), 0);
  ASSERT_GT(before, static_cast<int>(largest_association_request));
  reject_for_limit({std::move(accepted_), {}});
  int left = 0;
  ASSERT_EQ(::ioctl(kept.get(), FIONREAD, &left), 0);
  EXPECT_GE(left, before - static_cast<int>(largest_association_request));
}

TEST_F(AssociationRequestGate, RejectsForALimitWithAProperAnswer) {
  send(request(100, 100));
  reject_for_limit({std::move(accepted_), {}});
  std::array<unsigned char, 10> answer{};
  boost::asio::read(peer_, boost::asio::buffer(answer));
  EXPECT_EQ(answer, (std::array<unsigned char, 10>{0x03, 0, 0, 0, 0, 4, 0, 2, 3, 2}));
}

/// A crowd at the gate, each of its connections from the address that the test says.
class Crowd : public testing::Test {
 protected:
  tcp::socket& arrive(const std::string& address) {
    tcp::socket& peer = peers_.emplace_back(loop_);
    peer.connect(acceptor_.local_endpoint());
    gate_.admit({acceptor_.accept(), {address, 104, {}, {}}});
    return peer;
  }
  bool is_closed(tcp::socket& peer) {
    loop_.poll();
    peer.non_blocking(true);
    std::array<char, 1> byte{};
    boost::system::error_code error;
    peer.receive(boost::asio::buffer(byte), 0, error);
    return error != boost::asio::error::would_block;
  }

  boost::asio::io_context loop_;
  tcp::acceptor acceptor_{loop_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
  std::list<tcp::socket> peers_;
  GateCounts counts_;
  int whole_ = 0;
  RequestGate gate_{60s, counts_, [this](const IncomingConnection&, const ShownRequest&) { ++whole_; }};
};

TEST_F(Crowd, LosesItsOldestWhenThereIsNoRoom) {
  gate_.set_room(3);
  tcp::socket& honest = arrive("192.0.2.1");
  tcp::socket& oldest = arrive("192.0.2.9");
  tcp::socket& second = arrive("192.0.2.9");
  EXPECT_FALSE(is_closed(oldest));
  tcp::socket& newcomer = arrive("192.0.2.2");
  EXPECT_TRUE(is_closed(oldest));
  EXPECT_FALSE(is_closed(second));
  EXPECT_FALSE(is_closed(honest));
  EXPECT_FALSE(is_closed(newcomer));
  EXPECT_EQ(counts_.crowded_out, 1U);
  EXPECT_EQ(counts_.without_request, 1U);
}

TEST_F(Crowd, LetsThroughWhoSpeaksUp) {
  gate_.set_room(2);
  arrive("192.0.2.9");
  tcp::socket& honest = arrive("192.0.2.1");
  std::vector<unsigned char> request(80, 0x20);
  std::copy_n(std::array<unsigned char, 6>{1, 0, 0, 0, 0, 74}.begin(), 6, request.begin());
  boost::asio::write(honest, boost::asio::buffer(request));
  loop_.run_for(50ms);
  EXPECT_EQ(whole_, 1);
  tcp::socket& next = arrive("192.0.2.9");
  EXPECT_FALSE(is_closed(next));
  EXPECT_EQ(counts_.crowded_out, 0U);
}

TEST_F(Crowd, RejectsATitleThatGoesOnBehindANul) {
  tcp::socket& peer = arrive("192.0.2.1");
  std::vector<unsigned char> request(80, 0x20);
  std::copy_n(std::array<unsigned char, 6>{1, 0, 0, 0, 0, 74}.begin(), 6, request.begin());
  const std::string_view calling("PACS\0", 5);
  std::copy(calling.begin(), calling.end(), request.begin() + 26);
  request[26 + 5] = '1';
  boost::asio::write(peer, boost::asio::buffer(request));
  loop_.run_for(50ms);
  std::array<unsigned char, 10> answer{};
  boost::asio::read(peer, boost::asio::buffer(answer));
  EXPECT_EQ(answer, (std::array<unsigned char, 10>{0x03, 0, 0, 0, 0, 4, 0, 1, 1, 3}));
  EXPECT_EQ(whole_, 0);
  EXPECT_EQ(counts_.malformed_title, 1U);
}

}  // namespace
}  // namespace glisson::server
