#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <fstream>
#include <iterator>

#include "dicom/network/association.hpp"
#include "dicom/network/part10.hpp"
#include "tests/support/scripted_peer.hpp"
#include "tests/support/storage_node.hpp"

namespace glisson::dicom {
namespace {

using namespace std::chrono_literals;
using namespace tests;
using enum CommandElement;

std::string text_of(std::string_view text) { return std::string(text); }

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Results of an A-ASSOCIATE-AC by Presentation Context ID, with the accepted transfer syntax.
std::map<int, std::pair<int, std::string>> results_in(const ReceivedPdu& accept) {
  EXPECT_EQ(accept.type, pdu::associate_ac);
  std::map<int, std::pair<int, std::string>> results;
  const auto length_at = [&](std::size_t offset) {
    return std::size_t{static_cast<unsigned char>(accept.body[offset])} << 8 |
           static_cast<unsigned char>(accept.body[offset + 1]);
  };
  for (std::size_t offset = 68; offset + 4 <= accept.body.size(); offset += 4 + length_at(offset + 2)) {
    if (accept.body[offset] != 0x21) continue;
    const auto syntax_length = length_at(offset + 10);
    results[static_cast<unsigned char>(accept.body[offset + 4])] = {
        accept.body[offset + 6], accept.body.substr(offset + 12, syntax_length)};
  }
  return results;
}

std::string rejection(std::uint8_t result, std::uint8_t source, std::uint8_t reason) {
  return {'\0', static_cast<char>(result), static_cast<char>(source), static_cast<char>(reason)};
}

TEST(Negotiation, TakesTheFirstProposedTransferSyntaxThatIsAccepted) {
  StorageNode node;
  const auto peer = ScriptedPeer::connect(node.port());
  pdu::Associate request;
  request.contexts = {
      {1, text_of(ct_image_storage), {text_of(implicit_little_endian), text_of(explicit_little_endian)}},
      {3, text_of(ct_image_storage), {"1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.201"}},
      {5, text_of(ct_image_storage), {"1.2.840.10008.1.2.1.99"}},
      {7, "1.2.840.10008.1.2.3", {text_of(implicit_little_endian)}},
      {9, "1.2.840.113619.4.27", {"1.2.840.10008.1.2.4.70"}},
      {11, text_of(verification), {text_of(implicit_little_endian)}},
      {13, "1.2.840.10008.5.1.4.1.2.2.1", {text_of(implicit_little_endian)}},
  };
  const auto results = results_in(peer.associate(request));
  EXPECT_EQ(results.at(1), std::pair(0, text_of(implicit_little_endian)));
  EXPECT_EQ(results.at(3), std::pair(0, std::string("1.2.840.10008.1.2.4.201")));
  EXPECT_EQ(results.at(5).first, 4) << "transfer syntaxes not supported";
  EXPECT_EQ(results.at(7).first, 3) << "abstract syntax not supported";
  EXPECT_EQ(results.at(9), std::pair(0, std::string("1.2.840.10008.1.2.4.70")));
  EXPECT_EQ(results.at(11).first, 0);
  EXPECT_EQ(results.at(13).first, 3);
}

TEST(Negotiation, AcceptsAllOf128Contexts) {
  StorageNode node;
  const auto peer = ScriptedPeer::connect(node.port());
  pdu::Associate request;
  for (int id = 1; id <= 255; id += 2) {
    request.contexts.push_back(
        {static_cast<std::uint8_t>(id), text_of(ct_image_storage), {text_of(explicit_little_endian)}});
  }
  const auto results = results_in(peer.associate(request));
  EXPECT_EQ(results.size(), 128U);
  for (const auto& [id, result] : results) EXPECT_EQ(result.first, 0) << id;
}

TEST(Negotiation, TellsTheServerWhoAsksForWhat) {
  StorageNode node;
  AssociationRequest seen;
  node.admit = [&](const AssociationRequest& request) {
    seen = request;
    return Admission::not_authorized;
  };
  auto request = pdu::storing_ct();
  request.contexts.push_back({5, "1.2.840.10008.1.2.1.99", {text_of(explicit_little_endian)}});
  request.contexts.push_back({7, "1.2.3.4", {"1.2.840.10008.1.2.1.99"}});
  ScriptedPeer::connect(node.port()).associate(request);
  EXPECT_EQ(node.summary(0).end, "rejected");
  EXPECT_EQ(seen.calling, AeTitle("SCRIPT"));
  EXPECT_EQ(seen.called, AeTitle("GLISSON"));
  EXPECT_EQ(seen.address, "127.0.0.1");
  EXPECT_FALSE(seen.verification_only);
  EXPECT_EQ(seen.storage_classes, std::vector{SopClassUid(ct_image_storage)});

  request.contexts = {{1, text_of(verification), {text_of(implicit_little_endian)}}};
  ScriptedPeer::connect(node.port()).associate(request);
  EXPECT_EQ(node.summary(1).admission, Admission::not_authorized);
  EXPECT_TRUE(seen.verification_only);
}

TEST(Rejection, CarriesResultSourceAndReason) {
  StorageNode node;
  Admission admission{};
  node.admit = [&](const AssociationRequest&) { return admission; };
  const auto answer = [&](Admission to_give) {
    admission = to_give;
    const auto received = ScriptedPeer::connect(node.port()).associate(pdu::storing_ct());
    EXPECT_EQ(received.type, pdu::associate_rj);
    return received.body;
  };
  EXPECT_EQ(answer(Admission::calling_title_not_recognized), rejection(1, 1, 3));
  EXPECT_EQ(answer(Admission::called_title_not_recognized), rejection(1, 1, 7));
  EXPECT_EQ(answer(Admission::not_authorized), rejection(1, 1, 1));
  EXPECT_EQ(answer(Admission::congested), rejection(2, 3, 1));
}

TEST(Rejection, AnswersWhatIsWrongByItself) {
  StorageNode node;
  node.admit = [](const AssociationRequest&) -> Admission { throw std::runtime_error("no database"); };
  auto request = pdu::storing_ct();
  EXPECT_EQ(ScriptedPeer::connect(node.port()).associate(request).body, rejection(2, 3, 1));
  request.calling = "";
  EXPECT_EQ(ScriptedPeer::connect(node.port()).associate(request).body, rejection(1, 1, 3));
  request.calling = "SCRIPT";
  request.called = "A\\B";
  EXPECT_EQ(ScriptedPeer::connect(node.port()).associate(request).body, rejection(1, 1, 7));
  request.called = "GLISSON";
  request.application_context = "1.2.3";
  EXPECT_EQ(ScriptedPeer::connect(node.port()).associate(request).body, rejection(1, 1, 2));
}

TEST(Echo, IsAnswered) {
  StorageNode node;
  auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  auto echo = CommandSet::request(dimse::c_echo, 99, false);
  echo.set_uid(affected_sop_class_uid, verification);
  peer.send(pdu::command(3, echo));
  const auto response = command_in(peer.receive());
  EXPECT_EQ(response.number(command_field), 0x8030);
  EXPECT_EQ(response.number(message_id_being_responded_to), 99);
  EXPECT_EQ(response.number(status), 0x0000);
  EXPECT_EQ(response.text(affected_sop_class_uid), verification);
  peer.send(pdu::release_request());
  EXPECT_EQ(peer.receive().type, pdu::release_rp);
  peer.close();
  EXPECT_EQ(node.summary(0).end, "released");
  EXPECT_EQ(node.summary(0).echoes, 1U);
}

TEST(Store, KeepsTheDataSetBitForBit) {
  StorageNode node;
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  // No valid data set: nothing here may look inside.
  const std::string data_set =
      std::string("\x10\x00\x10\x00PN\x0C\x00NotADataSet\xFF", 20) + std::string(999, '\0') + "x";
  peer.send(pdu::store_ct(7) + pdu::data(1, false, false, data_set.substr(0, 8)) +
            pdu::data(1, false, false, "") + pdu::data(1, false, true, data_set.substr(8)));
  const auto answer = peer.receive();
  EXPECT_EQ(only_value(answer).context_id, 1);
  const auto response = command_in(answer);
  EXPECT_EQ(response.number(command_field), 0x8001);
  EXPECT_EQ(response.number(message_id_being_responded_to), 7);
  EXPECT_EQ(response.number(status), 0x0000);
  EXPECT_EQ(response.text(affected_sop_class_uid), ct_image_storage);
  EXPECT_EQ(response.text(affected_sop_instance_uid), "1.2.3.4");

  const auto stored = node.stored().at(0);
  EXPECT_EQ(stored.request.transfer_syntax_uid.value(), explicit_little_endian);
  EXPECT_EQ(stored.received.bytes, data_set.size());
  EXPECT_EQ(stored.received.digest, sha256(data_set));
  const FileMeta meta{SopClassUid(ct_image_storage), SopInstanceUid("1.2.3.4"),
                      TransferSyntaxUid(explicit_little_endian), AeTitle("SCRIPT")};
  EXPECT_EQ(content_of(stored.file), encode_file_header(meta) + data_set);
}

TEST(Store, ReadsCommandAndDataSetFromOnePdu) {
  StorageNode node;
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  const std::string command = pdu::store_ct(1).substr(6);
  peer.send(pdu::make(pdu::p_data, command + pdu::value(1, false, true, "data")));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0x0000);
  EXPECT_EQ(node.stored().at(0).received.bytes, 4U);
}

TEST(Store, AnswersWhatTheServerSays) {
  StorageNode node;
  node.outcome = [](const StorageNode::Stored& stored) -> StoreOutcome {
    if (stored.request.sop_instance_uid.value() == "1.1") throw std::runtime_error("no database");
    return {DimseStatus::data_set_does_not_match_sop_class, std::string(80, 'c')};
  };
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  peer.send(pdu::store_ct(1, "1.2") + pdu::data(1, false, true, "data"));
  const auto refused = command_in(peer.receive());
  EXPECT_EQ(refused.number(status), 0xA900);
  EXPECT_EQ(refused.text(error_comment), std::string(64, 'c'));
  peer.send(pdu::store_ct(2, "1.1") + pdu::data(1, false, true, "data"));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0xA700);
  peer.send(pdu::abort_by_user());
  EXPECT_EQ(node.summary(0).stored, 0U);
  EXPECT_EQ(node.summary(0).refused, 2U);
}

TEST(Store, RefusesMalformedUidsAndGoesOn) {
  StorageNode node;
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  for (const auto& uid :
       {std::string(), std::string("../../etc/passwd"), std::string("1.2\0.3", 6), std::string(70, '1')}) {
    peer.send(pdu::store_ct(5, uid) + pdu::data(1, false, true, "data"));
    EXPECT_EQ(command_in(peer.receive()).number(status), 0xC000) << uid;
  }
  peer.send(pdu::store_request(1, 6, verification, "1.2.3") + pdu::data(1, false, true, "data"));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0x0122);
  peer.send(pdu::store_ct(7) + pdu::data(1, false, true, "data"));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0x0000);
  EXPECT_EQ(node.stored().size(), 1U);
}

TEST(Store, AnswersOutOfResourcesWhenTheDiskIsFullAndGoesOn) {
  StorageNode node;
  bool full = true;
  node.open_file = [&](const StoreRequest&) {
    return ::open(full ? "/dev/full" : "/dev/null", O_WRONLY | O_CLOEXEC);
  };
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  peer.send(pdu::store_ct(1) + pdu::data(1, false, false, "data") + pdu::data(1, false, true, "data"));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0xA700);
  EXPECT_EQ(node.lost(), std::vector<std::string>{"could not be written: No space left on device"});
  full = false;
  peer.send(pdu::store_ct(2) + pdu::data(1, false, true, "data"));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0x0000);
}

TEST(Store, AnswersOutOfResourcesWithoutAFile) {
  StorageNode node;
  node.open_file = [](const StoreRequest& request) -> int {
    if (request.sop_instance_uid.value() == "1.1") throw std::runtime_error("no folder");
    return -1;
  };
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  for (const char* uid : {"1.1", "1.2"}) {
    peer.send(pdu::store_ct(1, uid) + pdu::data(1, false, true, "data"));
    EXPECT_EQ(command_in(peer.receive()).number(status), 0xA700);
  }
  EXPECT_TRUE(node.stored().empty());
  EXPECT_TRUE(node.lost().empty());
}

TEST(Store, AnswersADataSetAboveTheLimitAndCutsAnEndlessOne) {
  auto limits = StorageNode::short_limits();
  limits.largest_data_set = 10'000;
  StorageNode node(limits);
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  const std::string chunk(8'000, 'x');
  peer.send(pdu::store_ct(1) + pdu::data(1, false, false, chunk) + pdu::data(1, false, true, chunk));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0xA700);
  EXPECT_EQ(node.lost(), std::vector<std::string>{"data set too large"});

  peer.send(pdu::store_ct(2));
  for (int i = 0; i < 1000 && peer.send(pdu::data(1, false, false, chunk)); ++i) continue;
  EXPECT_TRUE(peer.is_closed_within(5s));
  EXPECT_EQ(node.summary(0).end, "data set too large");
}

TEST(Store, ReportsWhatWasLost) {
  StorageNode node;
  const auto begin = [&] {
    auto peer = ScriptedPeer::connect(node.port());
    peer.associate(pdu::storing_ct());
    peer.send(pdu::store_ct(1) + pdu::data(1, false, false, "half of"));
    return peer;
  };
  begin().send(pdu::abort_by_user());
  EXPECT_EQ(node.summary(0).end, "aborted by peer");
  begin().close();
  EXPECT_EQ(node.summary(1).end, "connection lost");
  begin().reset();
  EXPECT_EQ(node.summary(2).end, "connection lost");
  auto releasing = begin();
  releasing.send(pdu::release_request());
  EXPECT_EQ(node.summary(3).end, "protocol violated: release within a message");
  EXPECT_EQ(node.lost().size(), 4U);
  EXPECT_TRUE(node.stored().empty());
}

TEST(OtherServices, AreAnsweredAsUnrecognized) {
  StorageNode node;
  const auto peer = ScriptedPeer::connect(node.port());
  peer.associate(pdu::storing_ct());
  auto find = CommandSet::request(0x0020, 12, true);
  find.set_uid(affected_sop_class_uid, ct_image_storage);
  peer.send(pdu::command(1, find) + pdu::data(1, false, true, "identifier"));
  auto response = command_in(peer.receive());
  EXPECT_EQ(response.number(command_field), 0x8020);
  EXPECT_EQ(response.number(status), 0x0211);
  EXPECT_EQ(response.number(message_id_being_responded_to), 12);
  peer.send(pdu::command(1, CommandSet::request(dimse::c_cancel, 12, false)));
  peer.send(pdu::command(3, CommandSet::request(dimse::c_echo, 13, false)));
  EXPECT_EQ(command_in(peer.receive()).number(message_id_being_responded_to), 13);
}

TEST(Associations, AreServedOverTheLocalSocketOfARelay) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  ScriptedPeer peer(ends[1]);
  AssociationHandlers handlers;
  std::string address;
  handlers.admit = [&](const AssociationRequest& request) {
    address = request.address;
    return Admission::accepted;
  };
  AssociationSummary summary;
  std::thread server(
      [&] { summary = serve_association(ends[0], handlers, StorageNode::short_limits(), "192.0.2.7"); });
  EXPECT_EQ(peer.associate(pdu::storing_ct()).type, pdu::associate_ac);
  peer.send(pdu::command(3, CommandSet::request(dimse::c_echo, 1, false)));
  EXPECT_EQ(command_in(peer.receive()).number(status), 0x0000);
  peer.send(pdu::release_request());
  EXPECT_EQ(peer.receive().type, pdu::release_rp);
  peer.close();
  server.join();
  EXPECT_EQ(address, "192.0.2.7");
  EXPECT_EQ(summary.end, "released");
}

TEST(Associations, AreServedSideBySideWhileOneIsSilent) {
  StorageNode node;
  const auto silent = ScriptedPeer::connect(node.port());
  const auto half = ScriptedPeer::connect(node.port());
  half.send(pdu::request(pdu::storing_ct()).substr(0, 50));
  std::this_thread::sleep_for(50ms);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(ScriptedPeer::connect(node.port()).associate(pdu::storing_ct()).type, pdu::associate_ac);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
}

}  // namespace
}  // namespace glisson::dicom
