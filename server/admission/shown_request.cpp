#include "server/admission/shown_request.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace glisson::server {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t called_title_offset = 10;
constexpr std::size_t calling_title_offset = 26;
constexpr std::size_t title_size = 16;
// PS3.8 9.3.2.2.
constexpr std::uint8_t presentation_context_item = 0x20;
constexpr std::uint8_t abstract_syntax_item = 0x30;
constexpr std::size_t before_syntaxes = 4;  ///< Context ID and reserved bytes.
constexpr std::string_view verification = "1.2.840.10008.1.1";

std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::string_view without_padding(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  return begin == text.npos ? std::string_view() : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

struct Item {
  std::uint8_t type = 0;
  Bytes content;
};

/// Takes the next of a row of items (type, reserved byte, length, content); none at its end, or where the
/// length goes beyond it.
std::optional<Item> next_item(Bytes& row) {
  constexpr std::size_t header = 4;
  if (row.size() < header) return std::nullopt;
  const std::size_t size = (std::size_t{row[2]} << 8) | std::size_t{row[3]};
  if (row.size() - header < size) return std::nullopt;
  const Item item{row[0], row.subspan(header, size)};
  row = row.subspan(header + size);
  return item;
}

bool proposes_beyond_verification(Bytes items) {
  while (const auto item = next_item(items)) {
    if (item->type != presentation_context_item || item->content.size() < before_syntaxes) continue;
    Bytes syntaxes = item->content.subspan(before_syntaxes);
    while (const auto syntax = next_item(syntaxes)) {
      if (syntax->type != abstract_syntax_item) continue;
      const std::string_view uid = text_of(syntax->content);
      const auto end = uid.find_last_not_of(std::string_view("\0 ", 2));
      if (uid.substr(0, end == uid.npos ? 0 : end + 1) != verification) return true;
    }
  }
  return false;
}

}  // namespace

ShownRequest read_shown_request(Bytes request) {
  ShownRequest shown;
  const auto read = [&](std::size_t offset, std::string& title) {
    const std::string_view field = text_of(request.subspan(offset, title_size));
    const auto end = std::min(field.find('\0'), field.size());
    title = without_padding(field.substr(0, end));
    if (field.find_first_not_of(std::string_view("\0 ", 2), end) != field.npos) shown.sound = false;
  };
  read(called_title_offset, shown.called);
  read(calling_title_offset, shown.calling);
  shown.beyond_verification = proposes_beyond_verification(request.subspan(fixed_part_of_request));
  return shown;
}

}  // namespace glisson::server
