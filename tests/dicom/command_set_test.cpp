#include "dicom/network/command_set.hpp"

#include <gtest/gtest.h>

namespace glisson::dicom {
namespace {

using enum CommandElement;

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

TEST(CommandSet, EncodesGroupLengthFirstAndPadsToEvenLength) {
  auto request = CommandSet::request(dimse::c_echo, 7, false);
  request.set_uid(affected_sop_class_uid, "1.2.840.10008.1.1");
  const std::string expected(
      "\x00\x00\x00\x00\x04\x00\x00\x00\x38\x00\x00\x00"  // Command Group Length 56
      "\x00\x00\x02\x00\x12\x00\x00\x00"
      "1.2.840.10008.1.1\x00"                      // padded with NUL
      "\x00\x00\x00\x01\x02\x00\x00\x00\x30\x00"   // C-ECHO-RQ
      "\x00\x00\x10\x01\x02\x00\x00\x00\x07\x00"   // Message ID
      "\x00\x00\x00\x08\x02\x00\x00\x00\x01\x01",  // no data set
      68);
  const auto encoded = request.encode();
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(encoded.data()), encoded.size()), expected);
}

TEST(CommandSet, ReadsWhatItWrites) {
  auto request = CommandSet::request(dimse::c_store, 65535, true);
  request.set_uid(affected_sop_instance_uid, "1.2.3");
  request.set_text(error_comment, "odd");
  const auto decoded = CommandSet::decode(request.encode());
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->number(command_field), dimse::c_store);
  EXPECT_EQ(decoded->number(message_id), 65535);
  EXPECT_TRUE(decoded->data_set_follows());
  EXPECT_EQ(decoded->text(affected_sop_instance_uid), "1.2.3");
  EXPECT_EQ(decoded->text(error_comment), "odd");
  EXPECT_FALSE(decoded->number(status));
}

TEST(CommandSet, DropsPaddingOfEitherKind) {
  const std::string padded_with_space(
      "\x00\x00\x00\x01\x02\x00\x00\x00\x01\x00"
      "\x00\x00\x00\x10\x06\x00\x00\x00"
      "1.2.3 ",
      24);
  const auto decoded = CommandSet::decode(bytes_of(padded_with_space));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->text(affected_sop_instance_uid), "1.2.3");
}

TEST(CommandSet, RefusesWhatIsNone) {
  const std::string field("\x00\x00\x00\x01\x02\x00\x00\x00\x01\x00", 10);
  ASSERT_TRUE(CommandSet::decode(bytes_of(field)));
  for (std::size_t length = 0; length < field.size(); ++length) {
    EXPECT_FALSE(CommandSet::decode(bytes_of(field.substr(0, length)))) << length;
  }
  const std::string another_group("\x08\x00\x00\x01\x02\x00\x00\x00\x01\x00", 10);
  EXPECT_FALSE(CommandSet::decode(bytes_of(another_group)));
  const std::string undefined_length("\x00\x00\x00\x10\xFF\xFF\xFF\xFF", 8);
  EXPECT_FALSE(CommandSet::decode(bytes_of(field + undefined_length)));
  const std::string length_beyond_the_end("\x00\x00\x00\x10\x04\x00\x00\x00\x31", 9);
  EXPECT_FALSE(CommandSet::decode(bytes_of(field + length_beyond_the_end)));
}

TEST(CommandSet, RespondsWithTheRequestsIdsAndUids) {
  auto request = CommandSet::request(dimse::c_store, 4711, true);
  request.set_uid(affected_sop_class_uid, "1.2.3");
  request.set_uid(affected_sop_instance_uid, "1.2.3.4");
  const auto response = CommandSet::response_to(request, 0xA700);
  EXPECT_EQ(response.number(command_field), 0x8001);
  EXPECT_EQ(response.number(message_id_being_responded_to), 4711);
  EXPECT_EQ(response.number(status), 0xA700);
  EXPECT_EQ(response.text(affected_sop_class_uid), "1.2.3");
  EXPECT_EQ(response.text(affected_sop_instance_uid), "1.2.3.4");
  EXPECT_FALSE(response.number(message_id));
  EXPECT_FALSE(response.data_set_follows());
}

TEST(CommandSet, AnswersRequestedWithAffectedUids) {
  auto n_action = CommandSet::request(0x0130, 3, true);
  n_action.set_uid(requested_sop_class_uid, "1.2.840.10008.1.20.1");
  const auto response = CommandSet::response_to(n_action, 0x0211);
  EXPECT_EQ(response.number(command_field), 0x8130);
  EXPECT_EQ(response.text(affected_sop_class_uid), "1.2.840.10008.1.20.1");
}

}  // namespace
}  // namespace glisson::dicom
