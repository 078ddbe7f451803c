// What peers do wrong, on purpose or not, and what it must not cost.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "dicom/network/association.hpp"
#include "dicom/network/pdu_socket.hpp"
#include "tests/support/scripted_peer.hpp"
#include "tests/support/storage_node.hpp"

namespace glisson::dicom {
namespace {

using namespace std::chrono_literals;
using namespace tests;
using enum CommandElement;

AssociationLimits limits_of_a_pdu(std::chrono::milliseconds timeout, std::uint32_t bytes_per_second) {
  auto limits = StorageNode::short_limits();
  limits.pdu_timeout = timeout;
  limits.minimum_rate = bytes_per_second;
  return limits;
}

/// What a peer sends after its association is accepted; it ends the association and nothing else.
struct Violation {
  const char* name;
  std::string bytes;
};

void PrintTo(const Violation& value, std::ostream* stream) { *stream << value.name; }

class Violations : public testing::TestWithParam<Violation> {};

TEST_P(Violations, EndInAnAbort) {
  StorageNode node;
  auto peer = ScriptedPeer::connect(node.port());
  ASSERT_EQ(peer.associate(pdu::storing_ct()).type, pdu::associate_ac);
  peer.send(GetParam().bytes);
  EXPECT_EQ(peer.receive().type, pdu::abort);
  peer.close();
  EXPECT_EQ(node.summary(0).end.rfind("protocol violated", 0), 0U) << node.summary(0).end;
  EXPECT_TRUE(node.stored().empty());

  const auto next = ScriptedPeer::connect(node.port());
  EXPECT_EQ(next.associate(pdu::storing_ct()).type, pdu::associate_ac);
}

std::string too_large_command() {
  std::string bytes;
  for (int i = 0; i < 5; ++i) bytes += pdu::data(1, true, false, std::string(4000, '\0'));
  return bytes;
}

INSTANTIATE_TEST_SUITE_P(
    Association, Violations,
    testing::Values(
        Violation{"UnknownPduType", pdu::make(0x99, "garbage")},
        Violation{"PduLongerThanNegotiated", std::string("\x04\x00\x7F\xFF\xFF\xFF", 6)},
        Violation{"ValueLongerThanPdu", pdu::make(pdu::p_data, std::string("\x00\x00\xFF\xFF\x01\x03", 6))},
        Violation{"ValueShorterThanItsHeader",
                  pdu::make(pdu::p_data, std::string("\x00\x00\x00\x01\x01", 5))},
        Violation{"EmptyPdu", pdu::make(pdu::p_data, "")},
        Violation{"SecondAssociateRequest", pdu::request(pdu::storing_ct())},
        Violation{"AssociateAccept", pdu::accept(pdu::storing_ct())},
        Violation{"DataSetWithoutCommand", pdu::data(1, false, true, "data")},
        Violation{"ContextThatWasNotAccepted",
                  pdu::command(77, CommandSet::request(dimse::c_echo, 1, false))},
        Violation{"CommandInTwoContexts", pdu::data(1, true, false, "ab") + pdu::data(3, true, true, "cd")},
        Violation{"CommandWithinDataSet", pdu::store_ct(1) + pdu::store_ct(2)},
        Violation{"DataSetInAnotherContext", pdu::store_ct(1) + pdu::data(3, false, true, "data")},
        Violation{"MalformedCommand", pdu::data(1, true, true, "garbage!")},
        Violation{"EmptyCommand", pdu::data(1, true, true, "")},
        Violation{"CommandWithoutEnd", too_large_command()},
        Violation{"ResponseWithoutRequest", pdu::command(1, CommandSet::response_to({}, 0))}),
    [](const auto& parameter) { return parameter.param.name; });

/// What a peer sends instead of a proper A-ASSOCIATE-RQ.
class NoRequest : public testing::TestWithParam<Violation> {};

TEST_P(NoRequest, IsCutAndHarmless) {
  auto limits = StorageNode::short_limits();
  limits.pdu_timeout = 200ms;
  StorageNode node(limits);
  auto peer = ScriptedPeer::connect(node.port());
  peer.send(GetParam().bytes);
  EXPECT_TRUE(peer.is_closed_within(3s));
  peer.close();
  EXPECT_EQ(node.summary(0).end.rfind("no association", 0), 0U) << node.summary(0).end;
  EXPECT_EQ(ScriptedPeer::connect(node.port()).associate(pdu::storing_ct()).type, pdu::associate_ac);
}

INSTANTIATE_TEST_SUITE_P(
    Association, NoRequest,
    testing::Values(Violation{"Silence", ""}, Violation{"HalfAHeader", std::string("\x01\x00\x00", 3)},
                    Violation{"HalfARequest", pdu::request(pdu::storing_ct()).substr(0, 100)},
                    Violation{"LengthOfFourGigabytes",
                              std::string("\x01\x00\xFF\xFF\xFF\xFF", 6) + std::string(100, 'x')},
                    Violation{"Http", "GET / HTTP/1.0\r\n\r\n"},
                    Violation{"TlsClientHello",
                              std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", 11)},
                    Violation{"DataFirst", pdu::data(1, true, true, "garbage!")},
                    Violation{"ReleaseFirst", pdu::release_request()},
                    Violation{"AbortFirst", pdu::abort_by_user()},
                    Violation{"EmptyRequest", pdu::make(pdu::associate_rq, "")},
                    Violation{"GarbageRequest", pdu::make(pdu::associate_rq, std::string(200, '\xFF'))},
                    Violation{"ItemLongerThanRequest",
                              pdu::make(pdu::associate_rq, pdu::request({}).substr(6, 68) +
                                                               std::string("\x20\x00\xFF\xFF", 4))}),
    [](const auto& parameter) { return parameter.param.name; });

TEST(Store, IsRefusedInTheContextOfAnotherSopClass) {
  // C-ECHO is open to everyone: an association for Verification alone must not be a way to store.
  StorageNode node;
  node.admit = [](const AssociationRequest& request) {
    return request.verification_only ? Admission::accepted : Admission::calling_title_not_recognized;
  };
  const auto peer = ScriptedPeer::connect(node.port());
  const pdu::Associate only_echo{
      .contexts = {{1, std::string(verification), {std::string(implicit_little_endian)}}}};
  ASSERT_EQ(peer.associate(only_echo).type, pdu::associate_ac);
  peer.send(pdu::store_ct(1) + pdu::data(1, false, true, "data"));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0x0122);
  peer.send(pdu::command(1, CommandSet::request(dimse::c_echo, 2, false)));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0x0000);
  EXPECT_TRUE(node.stored().empty());
}

TEST(Deadlines, CutAPeerThatFallsSilentAfterAssociating) {
  auto limits = StorageNode::short_limits();
  limits.idle_timeout = 200ms;
  StorageNode node(limits);
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  EXPECT_EQ(peer.receive(3s).type, pdu::abort);
  EXPECT_EQ(node.summary(0).end, "timed out");
}

TEST(Deadlines, CutAPeerThatFallsSilentWithinADataSet) {
  auto limits = StorageNode::short_limits();
  limits.pdu_timeout = 200ms;
  StorageNode node(limits);
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  peer.send(pdu::store_ct(1) + pdu::data(1, false, false, "half of"));
  EXPECT_EQ(peer.receive(3s).type, pdu::abort);
  EXPECT_EQ(node.summary(0).end, "too slow");
  EXPECT_EQ(node.lost(), std::vector<std::string>{"too slow"});
}

TEST(Deadlines, CutAPeerThatDripsBytes) {
  auto limits = StorageNode::short_limits();
  limits.pdu_timeout = 300ms;
  StorageNode node(limits);
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  const auto start = std::chrono::steady_clock::now();
  const std::string bytes = pdu::store_ct(1);
  // Every pause is far below the deadline; all of them together are not.
  for (std::size_t i = 0; i < bytes.size() && !peer.is_closed_within(20ms); ++i)
    peer.send(bytes.substr(i, 1));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
  EXPECT_EQ(node.summary(0).end, "too slow");
}

TEST(Deadlines, CutAPeerThatDripsWholePdus) {
  StorageNode node(limits_of_a_pdu(300ms, 10'000));
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  peer.send(pdu::store_ct(1));
  const auto start = std::chrono::steady_clock::now();
  // What came quickly before buys no time for what comes slowly after.
  for (int i = 0; i < 40; ++i) peer.send(pdu::data(1, false, false, std::string(4000, 'x')));
  for (int i = 0; i < 200 && !peer.is_closed_within(20ms); ++i) peer.send(pdu::data(1, false, false, "x"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
  EXPECT_EQ(node.summary(0).end, "too slow");
}

TEST(Deadlines, CutAPeerThatSendsLittleButHeaders) {
  StorageNode node(limits_of_a_pdu(500ms, 300));
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  peer.send(pdu::store_ct(1));
  const auto start = std::chrono::steady_clock::now();
  // 650 bytes a second, of which 50 are the data set.
  for (int i = 0; i < 500 && !peer.is_closed_within(20ms); ++i) peer.send(pdu::data(1, false, false, "x"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 3s);
  EXPECT_EQ(node.summary(0).end, "too slow");
}

TEST(Hostile, EmptyFragmentsWithoutEndEndTheAssociation) {
  StorageNode node;
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  peer.send(pdu::store_ct(1));
  for (int i = 0; i < 17; ++i) peer.send(pdu::data(1, false, false, ""));
  EXPECT_EQ(peer.receive(3s).type, pdu::abort);
  EXPECT_EQ(node.summary(0).end, "protocol violated: too many empty fragments of a message");
}

TEST(Hostile, AnEmptyLastFragmentEndsADataSet) {
  StorageNode node;
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  peer.send(pdu::store_ct(1) + pdu::data(1, false, false, "some of it") + pdu::data(1, false, true, ""));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0x0000);
}

TEST(Deadlines, HoldThePeerToNoDelayOfTheServersOwn) {
  StorageNode node(limits_of_a_pdu(200ms, 100'000));
  node.open_file = [](const auto&) {
    std::this_thread::sleep_for(500ms);
    return -1;
  };
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  peer.send(pdu::store_ct(1) + pdu::data(1, false, false, "half of ") + pdu::data(1, false, true, "it"));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0xA700);
}

/// Pings without a pause until it is aborted; returns how long that took, at most 5 s.
std::chrono::steady_clock::duration ping_to_the_end(const ScriptedPeer& peer) {
  const auto began = std::chrono::steady_clock::now();
  const auto taken = [&] { return std::chrono::steady_clock::now() - began; };
  auto answer = ReceivedPdu{pdu::p_data, {}};
  for (std::uint16_t id = 1; answer.type == pdu::p_data && taken() < 5s; ++id) {
    peer.send(pdu::command(3, CommandSet::request(dimse::c_echo, id, false)));
    answer = peer.receive();
  }
  EXPECT_EQ(answer.type, pdu::abort);
  return taken();
}

TEST(Deadlines, EndAnAssociationThatOnlyPings) {
  auto limits = StorageNode::short_limits();
  limits.longest_without_storing = 300ms;
  StorageNode node(limits);
  const auto peer = ScriptedPeer::connect(node.port());
  auto request = pdu::storing_ct();
  request.contexts.erase(request.contexts.begin());
  ASSERT_EQ(peer.associate(request).type, pdu::associate_ac);
  EXPECT_LT(ping_to_the_end(peer), 2s);
  EXPECT_EQ(node.summary(0).end, "too long without storing");
  EXPECT_GT(node.summary(0).echoes, 1U);
}

TEST(Deadlines, EndAnAssociationThatMightStoreAndOnlyPings) {
  auto limits = StorageNode::short_limits();
  limits.idle_timeout = 300ms;
  limits.longest_without_storing = 300ms;
  StorageNode node(limits);
  const auto peer = ScriptedPeer::connect(node.port());
  ASSERT_EQ(peer.associate(pdu::storing_ct()).type, pdu::associate_ac);
  EXPECT_LT(ping_to_the_end(peer), 2s);
  EXPECT_EQ(node.summary(0).end, "too long without storing");
}

TEST(Deadlines, BeginAnewWithEachStoredInstanceAndNotWhileOneComes) {
  auto limits = StorageNode::short_limits();
  limits.idle_timeout = 1s;
  limits.longest_without_storing = 1s;
  limits.pdu_timeout = 5s;
  StorageNode node(limits);
  const auto peer = ScriptedPeer::connect(node.port());
  ASSERT_EQ(peer.associate(pdu::storing_ct()).type, pdu::associate_ac);
  peer.send(pdu::store_ct(1));
  std::this_thread::sleep_for(1200ms);
  peer.send(pdu::data(1, false, true, "it"));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0x0000);
  EXPECT_GT(ping_to_the_end(peer), 900ms);
  EXPECT_EQ(node.summary(0).end, "too long without storing");
  EXPECT_EQ(node.summary(0).stored, 1U);
}

TEST(Deadlines, LeaveASlowButSteadyPeerAlone) {
  StorageNode node(limits_of_a_pdu(1s, 50));
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  peer.send(pdu::store_ct(1));
  for (int i = 0; i < 8; ++i) {
    std::this_thread::sleep_for(150ms);
    peer.send(pdu::data(1, false, i == 7, "part"));
  }
  EXPECT_EQ(command_in(peer.receive()).number(status), 0x0000);
}

TEST(Release, DoesNotWaitLongForAPeerThatNeverCloses) {
  StorageNode node;
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  const auto start = std::chrono::steady_clock::now();
  peer.send(pdu::release_request());
  EXPECT_EQ(peer.receive().type, pdu::release_rp);
  EXPECT_EQ(node.summary(0).end, "released");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 3s);
}

/// What tells a node to stop: the other end of its descriptor is closed.
class StopSignal {
 public:
  StopSignal() {
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends_) != 0) std::abort();
  }
  ~StopSignal() {
    give();
    ::close(ends_[0]);
  }
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  int descriptor() const { return ends_[0]; }
  void give() {
    if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
  }

 private:
  int ends_[2]{-1, -1};
};

AssociationLimits limits_with(const StopSignal& stop) {
  auto limits = StorageNode::short_limits();
  limits.idle_timeout = 60s;
  limits.stop = stop.descriptor();
  return limits;
}

constexpr char by_provider = 2;

TEST(Stop, AbortsAnIdleAssociationAtOnce) {
  StopSignal stop;
  StorageNode node(limits_with(stop));
  const auto peer = ScriptedPeer::connect(node.port());
  ASSERT_EQ(peer.associate(pdu::storing_ct()).type, pdu::associate_ac);
  const auto start = std::chrono::steady_clock::now();
  stop.give();
  const auto answer = peer.receive(5s);
  EXPECT_EQ(answer.type, pdu::abort);
  EXPECT_EQ(answer.body.at(2), by_provider);
  EXPECT_EQ(node.summary(0).end, "aborted for a stop");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 3s);
}

TEST(Stop, LetsTheMessageInHandBeFinished) {
  StopSignal stop;
  StorageNode node(limits_with(stop));
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  peer.send(pdu::store_ct(1) + pdu::data(1, false, false, "half of "));
  stop.give();
  // Longer than an association between messages would be left.
  EXPECT_FALSE(peer.is_closed_within(PduDeadlines::stop_silence + 300ms));
  peer.send(pdu::data(1, false, true, "it"));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0x0000);
  EXPECT_EQ(peer.receive(3s).type, pdu::abort);
  EXPECT_EQ(node.summary(0).stored, 1U);
}

TEST(Stop, LeavesABusyPeerTheTimeToRelease) {
  StopSignal stop;
  StorageNode node(limits_with(stop));
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  peer.send(pdu::command(3, CommandSet::request(dimse::c_echo, 1, false)));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0x0000);
  stop.give();
  peer.send(pdu::command(3, CommandSet::request(dimse::c_echo, 2, false)));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0x0000);
  peer.send(pdu::release_request());
  EXPECT_EQ(peer.receive().type, pdu::release_rp);
  EXPECT_EQ(node.summary(0).end, "released");
}

TEST(Stop, EndsAnAssociationForWhichTheNodeCanDoNoMore) {
  StorageNode node;
  std::atomic<bool> spent = false;
  node.spent = [&] { return spent.load(); };
  node.outcome = [&](const auto&) {
    spent = true;
    return StoreOutcome{DimseStatus::out_of_resources, {}};
  };
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  peer.send(pdu::store_ct(1) + pdu::data(1, false, true, "data"));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0xA700);
  EXPECT_EQ(peer.receive().type, pdu::abort);
  EXPECT_EQ(node.summary(0).end, "aborted by this node");
}

}  // namespace
}  // namespace glisson::dicom
