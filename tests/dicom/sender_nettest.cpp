#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <ostream>
#include <thread>

#include "dicom/network/part10.hpp"
#include "dicom/network/sender.hpp"
#include "engine/errors.hpp"
#include "tests/support/scripted_peer.hpp"
#include "tests/support/storage_node.hpp"

namespace glisson::dicom {
namespace {

using namespace std::chrono_literals;
using namespace tests;

constexpr std::string_view comprehensive_3d_sr = "1.2.840.10008.5.1.4.1.1.88.34";

/// A data set with a sequence of undefined length, which survives as it is only where nothing is re-encoded.
std::string report_data_set() {
  return std::string(
      "\x08\x00\x16\x00UI\x1E\x00"
      "1.2.840.10008.5.1.4.1.1.88.34\0"
      "\x08\x00\x18\x00UI\x08\x00"
      "1.2.3.4\0"
      "\x40\x00\x30\xA7SQ\x00\x00\xFF\xFF\xFF\xFF"
      "\xFE\xFF\x00\xE0\xFF\xFF\xFF\xFF"
      "\x40\x00\x40\xA0"
      "CS\x04\x00TEXT"
      "\xFE\xFF\x0D\xE0\x00\x00\x00\x00"
      "\xFE\xFF\xDD\xE0\x00\x00\x00\x00",
      8 + 30 + 8 + 8 + 12 + 8 + 12 + 8 + 8);
}

std::string report(std::string_view transfer_syntax = explicit_little_endian) {
  return encode_file_header({SopClassUid(comprehensive_3d_sr), SopInstanceUid("1.2.3.4"),
                             TransferSyntaxUid(transfer_syntax), AeTitle("GLISSON")}) +
         report_data_set();
}

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

Destination destination(std::uint16_t port, std::chrono::milliseconds timeout = 5s) {
  return {AeTitle("GLISSON"), AeTitle("PACS"), "127.0.0.1", port, timeout};
}

SendOutcome send_report(const Destination& to) {
  const std::string file = report();
  return send_instance(to, bytes_of(file));
}

/// The contexts that send_instance() proposes for the report.
pdu::Associate proposed() {
  return {.contexts = {{1, std::string(comprehensive_3d_sr), {std::string(explicit_little_endian)}},
                       {3, std::string(comprehensive_3d_sr), {std::string(implicit_little_endian)}}}};
}

/// Accepts the association, reads the C-STORE and answers it with the status.
std::function<void(ScriptedPeer&)> answering(std::uint16_t status, std::string comment = {}) {
  return [=](ScriptedPeer& peer) {
    peer.receive();
    peer.send(pdu::accept(proposed()));
    const auto request = command_in(peer.receive());
    for (bool last = false; !last;) last = (only_value(peer.receive()).control & 2) != 0;
    auto response = CommandSet::response_to(request, status);
    if (!comment.empty()) response.set_text(CommandElement::error_comment, comment);
    peer.send(pdu::command(1, response));
    if (peer.receive().type == pdu::release_rq) peer.send(pdu::release_response());
  };
}

struct Answer {
  const char* name;
  std::uint16_t status;
  SendResult result;
};

void PrintTo(const Answer& value, std::ostream* stream) { *stream << value.name; }

class Statuses : public testing::TestWithParam<Answer> {};

TEST_P(Statuses, AreSortedByWhatCanBeDone) {
  ScriptedListener pacs(answering(GetParam().status, "its own words"));
  const auto outcome = send_report(destination(pacs.port()));
  EXPECT_EQ(outcome.result, GetParam().result);
  EXPECT_EQ(outcome.status, GetParam().status);
  EXPECT_EQ(outcome.detail, "its own words");
}

// The comment goes into the database and to terminals.
TEST(Comments, OfPeersArePrintableUtf8) {
  ScriptedListener pacs(answering(0xA700, "Platte f\xFCll\x1B[2J\n voll"));
  EXPECT_EQ(send_report(destination(pacs.port())).detail, "Platte f\u00FCll[2J voll");
}

INSTANTIATE_TEST_SUITE_P(Send, Statuses,
                         testing::Values(Answer{"Success", 0x0000, SendResult::accepted},
                                         Answer{"Coercion", 0xB000, SendResult::accepted},
                                         Answer{"DataSetMismatchWarning", 0xB007, SendResult::accepted},
                                         Answer{"AttributeListWarning", 0x0107, SendResult::accepted},
                                         Answer{"OutOfResources", 0xA700, SendResult::transient},
                                         Answer{"OutOfResourcesMatching", 0xA702, SendResult::transient},
                                         Answer{"SopClassNotSupported", 0x0122, SendResult::no_context},
                                         Answer{"DataSetMismatch", 0xA900, SendResult::refused},
                                         Answer{"CannotUnderstand", 0xC000, SendResult::refused},
                                         Answer{"ProcessingFailure", 0x0110, SendResult::refused},
                                         Answer{"NotAuthorized", 0x0124, SendResult::refused}),
                         [](const auto& parameter) { return parameter.param.name; });

TEST(Send, ProposesTheObjectsClassInBothUncompressedTransferSyntaxes) {
  ReceivedPdu request;
  ScriptedListener pacs([&](ScriptedPeer& peer) {
    request = peer.receive();
    peer.send(pdu::reject(1, 1, 1));
  });
  send_report(destination(pacs.port()));
  ASSERT_EQ(request.type, pdu::associate_rq);
  EXPECT_EQ(request.body.substr(4, 16), "PACS            ");
  EXPECT_EQ(request.body.substr(20, 16), "GLISSON         ");
  const auto count = [&](const std::string& item) {
    std::size_t found = 0;
    for (auto at = request.body.find(item); at != std::string::npos; at = request.body.find(item, at + 1))
      ++found;
    return found;
  };
  EXPECT_EQ(count(std::string("\x30\x00\x00\x1D", 4) + std::string(comprehensive_3d_sr)), 2U);
  EXPECT_EQ(count(std::string("\x40\x00\x00\x13", 4) + std::string(explicit_little_endian)), 1U);
  EXPECT_EQ(count(std::string("\x40\x00\x00\x11", 4) + std::string(implicit_little_endian)), 1U);
  EXPECT_EQ(count(std::string("\x30\x00", 2)), 2U) << "abstract syntaxes";
}

TEST(Send, SendsTheSameBytesWhereThePeerTakesThem) {
  StorageNode node;
  EXPECT_EQ(send_report(destination(node.port())).result, SendResult::accepted);
  const auto stored = node.stored().at(0);
  EXPECT_EQ(stored.request.sop_class_uid.value(), comprehensive_3d_sr);
  EXPECT_EQ(stored.request.sop_instance_uid.value(), "1.2.3.4");
  EXPECT_EQ(stored.request.transfer_syntax_uid.value(), explicit_little_endian);
  EXPECT_EQ(stored.received.digest, sha256(report_data_set()));
  EXPECT_EQ(node.summary(0).end, "released");
}

TEST(Send, ConvertsWhereThePeerTakesImplicitOnly) {
  std::string received;
  ScriptedListener pacs([&](ScriptedPeer& peer) {
    peer.receive();
    peer.send(pdu::accept(proposed(), {1}));
    const auto request = command_in(peer.receive());
    for (bool last = false; !last;) {
      const auto value = only_value(peer.receive());
      EXPECT_EQ(value.context_id, 3);
      received += value.bytes;
      last = (value.control & 2) != 0;
    }
    peer.send(pdu::command(3, CommandSet::response_to(request, 0)));
    if (peer.receive().type == pdu::release_rq) peer.send(pdu::release_response());
  });
  EXPECT_EQ(send_report(destination(pacs.port())).result, SendResult::accepted);
  const std::string expected(
      "\x08\x00\x16\x00\x1E\x00\x00\x00"
      "1.2.840.10008.5.1.4.1.1.88.34\0"
      "\x08\x00\x18\x00\x08\x00\x00\x00"
      "1.2.3.4\0"
      "\x40\x00\x30\xA7\xFF\xFF\xFF\xFF"
      "\xFE\xFF\x00\xE0\xFF\xFF\xFF\xFF"
      "\x40\x00\x40\xA0\x04\x00\x00\x00TEXT"
      "\xFE\xFF\x0D\xE0\x00\x00\x00\x00"
      "\xFE\xFF\xDD\xE0\x00\x00\x00\x00",
      8 + 30 + 8 + 8 + 8 + 8 + 12 + 8 + 8);
  EXPECT_EQ(received, expected);
}

TEST(Send, KeepsToThePeersPduLength) {
  std::size_t largest = 0;
  std::size_t total = 0;
  ScriptedListener pacs([&](ScriptedPeer& peer) {
    peer.receive();
    auto answer = proposed();
    answer.max_length = 4096;
    peer.send(pdu::accept(answer));
    const auto request = command_in(peer.receive());
    for (bool last = false; !last;) {
      const auto pdu = peer.receive();
      largest = std::max(largest, pdu.body.size());
      total += only_value(pdu).bytes.size();
      last = (only_value(pdu).control & 2) != 0;
    }
    peer.send(pdu::command(1, CommandSet::response_to(request, 0)));
    if (peer.receive().type == pdu::release_rq) peer.send(pdu::release_response());
  });
  const std::string file =
      report() + std::string("\xE0\x7F\x10\x00OW\x00\x00\x40\x0D\x03\x00", 12) + std::string(200'000, 'p');
  EXPECT_EQ(send_instance(destination(pacs.port()), bytes_of(file)).result, SendResult::accepted);
  EXPECT_LE(largest, 4096U);
  EXPECT_EQ(total, report_data_set().size() + 12 + 200'000);
}

TEST(Send, FindsNoContextWhereThePeerAcceptsNone) {
  ScriptedListener pacs([](ScriptedPeer& peer) {
    peer.receive();
    peer.send(pdu::accept(proposed(), {1, 3}));
    if (peer.receive().type == pdu::release_rq) peer.send(pdu::release_response());
  });
  EXPECT_EQ(send_report(destination(pacs.port())).result, SendResult::no_context);
}

TEST(Send, TellsTransientFromPermanentRejections) {
  ScriptedListener busy([](ScriptedPeer& peer) {
    peer.receive();
    peer.send(pdu::reject(2, 3, 2));
  });
  const auto transient = send_report(destination(busy.port()));
  EXPECT_EQ(transient.result, SendResult::transient);
  EXPECT_NE(transient.detail, "");
  ScriptedListener strict([](ScriptedPeer& peer) {
    peer.receive();
    peer.send(pdu::reject(1, 1, 3));
  });
  const auto permanent = send_report(destination(strict.port()));
  EXPECT_EQ(permanent.result, SendResult::not_admitted);
  EXPECT_NE(permanent.detail.find("Calling"), std::string::npos) << permanent.detail;
}

TEST(Send, TriesAgainWhenNobodyListens) {
  std::uint16_t port = 0;
  ::close(listen_on_loopback(port));
  const auto outcome = send_report(destination(port));
  EXPECT_EQ(outcome.result, SendResult::transient);
  EXPECT_NE(outcome.detail.find("refused"), std::string::npos) << outcome.detail;
  auto nowhere = destination(port);
  nowhere.host = "host.invalid";
  EXPECT_EQ(send_report(nowhere).result, SendResult::transient);
}

/// Where a peer stops playing along.
struct Misbehaviour {
  const char* name;
  const char* detail;
  std::function<void(ScriptedPeer&)> script;
};

void PrintTo(const Misbehaviour& value, std::ostream* stream) { *stream << value.name; }

class Misbehaviours : public testing::TestWithParam<Misbehaviour> {};

TEST_P(Misbehaviours, AreTransientAndEndInTime) {
  ScriptedListener pacs(GetParam().script);
  const auto start = std::chrono::steady_clock::now();
  const auto outcome = send_report(destination(pacs.port(), 200ms));
  EXPECT_EQ(outcome.result, SendResult::transient);
  EXPECT_FALSE(outcome.status);
  EXPECT_NE(outcome.detail.find(GetParam().detail), std::string::npos) << outcome.detail;
  EXPECT_LT(std::chrono::steady_clock::now() - start, 3s);
}

/// Until the sender gives up.
void hang(ScriptedPeer& peer) { peer.is_closed_within(5s); }

void accept_and_read(ScriptedPeer& peer) {
  peer.receive();
  peer.send(pdu::accept(proposed()));
  peer.receive();
  peer.receive();
}

INSTANTIATE_TEST_SUITE_P(
    Send, Misbehaviours,
    testing::Values(Misbehaviour{"HangsBeforeItAccepts", "in time", hang},
                    Misbehaviour{"ClosesAtOnce", "Peer aborted", [](ScriptedPeer& peer) { peer.close(); }},
                    Misbehaviour{"AnswersGarbage", "Unrecognized PDU type",
                                 [](ScriptedPeer& peer) {
                                   peer.receive();
                                   peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
                                   hang(peer);
                                 }},
                    Misbehaviour{"HangsBeforeItResponds", "timed out",
                                 [](ScriptedPeer& peer) {
                                   accept_and_read(peer);
                                   hang(peer);
                                 }},
                    Misbehaviour{"AbortsWithinTheDataSet", "aborted by peer",
                                 [](ScriptedPeer& peer) {
                                   peer.receive();
                                   peer.send(pdu::accept(proposed()) + pdu::abort_by_user());
                                   hang(peer);
                                 }},
                    Misbehaviour{"ClosesBeforeItResponds", "connection lost",
                                 [](ScriptedPeer& peer) {
                                   accept_and_read(peer);
                                   peer.close();
                                 }},
                    Misbehaviour{"ReleasesInsteadOfResponding", "released before it answered",
                                 [](ScriptedPeer& peer) {
                                   accept_and_read(peer);
                                   peer.send(pdu::release_request());
                                   hang(peer);
                                 }},
                    Misbehaviour{"RespondsToAnotherMessage", "not the response to the request",
                                 [](ScriptedPeer& peer) {
                                   accept_and_read(peer);
                                   const auto another = CommandSet::request(dimse::c_store, 999, true);
                                   peer.send(pdu::command(1, CommandSet::response_to(another, 0)));
                                   hang(peer);
                                 }}),
    [](const auto& parameter) { return parameter.param.name; });

TEST(Send, KeepsTheAnswerOfAPeerThatBreaksOffDuringRelease) {
  ScriptedListener pacs([](ScriptedPeer& peer) {
    peer.receive();
    peer.send(pdu::accept(proposed()));
    const auto request = command_in(peer.receive());
    peer.receive();
    peer.send(pdu::command(1, CommandSet::response_to(request, 0)));
    peer.close();
  });
  EXPECT_EQ(send_report(destination(pacs.port(), 500ms)).result, SendResult::accepted);
}

TEST(Send, DoesNotHangOnAPeerThatNeverReads) {
  ScriptedListener pacs([](ScriptedPeer& peer) {
    peer.receive();
    peer.send(pdu::accept(proposed()));
    std::this_thread::sleep_for(400ms);
  });
  const std::string file = report() + std::string(32 << 20, 'p');
  EXPECT_EQ(send_instance(destination(pacs.port(), 200ms), bytes_of(file)).result, SendResult::transient);
}

TEST(Send, RefusesToSendWhatIsNoPart10File) {
  const std::string garbage(500, 'x');
  EXPECT_THROW(send_instance(destination(1), bytes_of(garbage)), RejectedInput);
}

TEST(Echo, IsAcceptedByANode) {
  StorageNode node;
  const auto outcome = echo(destination(node.port()));
  EXPECT_EQ(outcome.result, SendResult::accepted);
  EXPECT_EQ(outcome.status, 0x0000);
  EXPECT_EQ(node.summary(0).echoes, 1U);
}

TEST(Echo, SaysWhyNot) {
  StorageNode node;
  node.admit = [](const auto&) { return Admission::called_title_not_recognized; };
  EXPECT_EQ(echo(destination(node.port())).result, SendResult::not_admitted);
}

}  // namespace
}  // namespace glisson::dicom
