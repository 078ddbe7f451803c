#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace glisson::dicom {

/// Elements of group 0000 that Glisson reads or writes (PS3.7 E.1), by element number.
enum class CommandElement : std::uint16_t {
  affected_sop_class_uid = 0x0002,
  requested_sop_class_uid = 0x0003,
  command_field = 0x0100,
  message_id = 0x0110,
  message_id_being_responded_to = 0x0120,
  move_destination = 0x0600,
  priority = 0x0700,
  command_data_set_type = 0x0800,
  status = 0x0900,
  error_comment = 0x0902,
  affected_sop_instance_uid = 0x1000,
  requested_sop_instance_uid = 0x1001,
  action_type_id = 0x1008,
};

/// Command Field (0000,0100) of the services that Glisson speaks; a response has `response_bit` set.
namespace dimse {
inline constexpr std::uint16_t c_store = 0x0001;
inline constexpr std::uint16_t c_move = 0x0021;
inline constexpr std::uint16_t c_echo = 0x0030;
inline constexpr std::uint16_t n_event_report = 0x0100;
inline constexpr std::uint16_t n_action = 0x0130;
inline constexpr std::uint16_t c_cancel = 0x0FFF;
inline constexpr std::uint16_t response_bit = 0x8000;
}  // namespace dimse

/// The command set of a DIMSE message: elements of group 0000 in implicit VR little endian, without
/// sequences (PS3.7 6.3.1).
class CommandSet {
 public:
  /// Bytes beyond which a command set is refused unread; what the standard knows needs less than 1 KiB.
  static constexpr std::size_t largest = 16384;

  CommandSet() = default;
  /// A request, or a response to one: with its command field, message id and whether a data set follows.
  static CommandSet request(std::uint16_t command_field, std::uint16_t message_id, bool data_set_follows);
  static CommandSet response_to(const CommandSet& request, std::uint16_t status);

  /// None when the bytes are no command set.
  static std::optional<CommandSet> decode(std::span<const std::byte> bytes);
  /// With Command Group Length (0000,0000) first.
  std::vector<std::byte> encode() const;

  std::optional<std::uint16_t> number(CommandElement element) const;  ///< Of VR US.
  /// Of VR UI or LO, without padding; empty where absent.
  std::string text(CommandElement element) const;
  void set(CommandElement element, std::uint16_t value);
  void set_uid(CommandElement element, std::string_view value);
  void set_text(CommandElement element, std::string_view value);

  bool data_set_follows() const;

 private:
  std::map<std::uint16_t, std::string> values_;  ///< By element number, encoded.
};

}  // namespace glisson::dicom
