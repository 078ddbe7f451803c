#include "dicom/network/command_set.hpp"

#include <algorithm>

namespace glisson::dicom {
namespace {

constexpr std::uint16_t group_length = 0x0000;
constexpr std::uint16_t no_data_set = 0x0101;  // PS3.7 E.1: any other value means that one follows
constexpr std::uint16_t data_set_there = 0x0001;
constexpr std::size_t element_header = 8;

std::uint16_t key(CommandElement element) { return static_cast<std::uint16_t>(element); }

void append_little_endian(std::vector<std::byte>& bytes, std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
}

std::uint32_t little_endian(std::span<const std::byte> bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = (value << 8) | std::to_integer<std::uint32_t>(bytes[i]);
  return value;
}

void append_element(std::vector<std::byte>& bytes, std::uint16_t element, std::string_view value) {
  append_little_endian(bytes, 0x0000, 2);
  append_little_endian(bytes, element, 2);
  append_little_endian(bytes, value.size(), 4);
  const auto content = std::as_bytes(std::span(value));
  bytes.insert(bytes.end(), content.begin(), content.end());
}

std::string padded(std::string_view value, char padding) {
  std::string text(value);
  if (text.size() % 2 != 0) text.push_back(padding);
  return text;
}

}  // namespace

CommandSet CommandSet::request(std::uint16_t command_field, std::uint16_t message_id, bool data_set_follows) {
  CommandSet command;
  command.set(CommandElement::command_field, command_field);
  command.set(CommandElement::message_id, message_id);
  command.set(CommandElement::command_data_set_type, data_set_follows ? data_set_there : no_data_set);
  return command;
}

CommandSet CommandSet::response_to(const CommandSet& request, std::uint16_t status) {
  CommandSet response;
  const auto field = request.number(CommandElement::command_field).value_or(0);
  response.set(CommandElement::command_field, static_cast<std::uint16_t>(field | dimse::response_bit));
  response.set(CommandElement::message_id_being_responded_to,
               request.number(CommandElement::message_id).value_or(0));
  response.set(CommandElement::command_data_set_type, no_data_set);
  response.set(CommandElement::status, status);
  // Normalized services ask with Requested and answer with Affected SOP UIDs (PS3.7 10.3).
  const auto copy = [&](CommandElement affected, CommandElement requested) {
    const auto uid = request.text(affected).empty() ? request.text(requested) : request.text(affected);
    if (!uid.empty() && uid.size() <= 64) response.set_uid(affected, uid);
  };
  copy(CommandElement::affected_sop_class_uid, CommandElement::requested_sop_class_uid);
  copy(CommandElement::affected_sop_instance_uid, CommandElement::requested_sop_instance_uid);
  return response;
}

std::optional<CommandSet> CommandSet::decode(std::span<const std::byte> bytes) {
  CommandSet command;
  while (!bytes.empty()) {
    if (bytes.size() < element_header || little_endian(bytes.first(2)) != 0x0000) return std::nullopt;
    const auto element = static_cast<std::uint16_t>(little_endian(bytes.subspan(2, 2)));
    const std::size_t length = little_endian(bytes.subspan(4, 4));
    bytes = bytes.subspan(element_header);
    if (length > bytes.size()) return std::nullopt;
    if (element != group_length) {
      command.values_.insert_or_assign(element,
                                       std::string(reinterpret_cast<const char*>(bytes.data()), length));
    }
    bytes = bytes.subspan(length);
  }
  if (!command.number(CommandElement::command_field)) return std::nullopt;
  return command;
}

std::vector<std::byte> CommandSet::encode() const {
  std::vector<std::byte> elements;
  for (const auto& [element, value] : values_) append_element(elements, element, value);
  std::vector<std::byte> length;
  append_little_endian(length, elements.size(), 4);
  std::vector<std::byte> bytes;
  append_element(bytes, group_length, {reinterpret_cast<const char*>(length.data()), length.size()});
  bytes.insert(bytes.end(), elements.begin(), elements.end());
  return bytes;
}

std::optional<std::uint16_t> CommandSet::number(CommandElement element) const {
  const auto found = values_.find(key(element));
  if (found == values_.end() || found->second.size() != 2) return std::nullopt;
  return static_cast<std::uint16_t>(little_endian(std::as_bytes(std::span(found->second))));
}

std::string CommandSet::text(CommandElement element) const {
  const auto found = values_.find(key(element));
  if (found == values_.end()) return {};
  const std::string_view padding("\0 ", 2);
  const auto last = found->second.find_last_not_of(padding);
  return last == std::string::npos ? std::string() : found->second.substr(0, last + 1);
}

void CommandSet::set(CommandElement element, std::uint16_t value) {
  values_[key(element)] = {static_cast<char>(value & 0xFF), static_cast<char>(value >> 8)};
}

void CommandSet::set_uid(CommandElement element, std::string_view value) {
  values_[key(element)] = padded(value, '\0');
}

void CommandSet::set_text(CommandElement element, std::string_view value) {
  values_[key(element)] = padded(value, ' ');
}

bool CommandSet::data_set_follows() const {
  return number(CommandElement::command_data_set_type).value_or(no_data_set) != no_data_set;
}

}  // namespace glisson::dicom
