#include "dicom/nesting.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/errors.hpp"

namespace glisson::dicom {
namespace {

constexpr std::uint32_t undefined_length = 0xFFFFFFFF;
constexpr std::uint32_t item_tag = 0xFFFEE000;
constexpr std::uint32_t item_delimitation_tag = 0xFFFEE00D;
constexpr std::uint32_t sequence_delimitation_tag = 0xFFFEE0DD;
constexpr std::uint32_t transfer_syntax_tag = 0x00020010;
constexpr std::uint32_t pixel_data_tag = 0x7FE00010;

struct Encoding {
  bool explicit_vr = true;
  bool big_endian = false;
};

/// None for deflated data sets. Compressed and unknown transfer syntaxes are explicit VR little endian.
std::optional<Encoding> encoding_of(std::string_view transfer_syntax) {
  const auto end = transfer_syntax.find_first_of(std::string_view("\0 ", 2));
  const std::string_view uid = transfer_syntax.substr(0, end);
  if (uid == "1.2.840.10008.1.2") return Encoding{false, false};
  if (uid == "1.2.840.10008.1.2.2") return Encoding{true, true};
  if (uid == "1.2.840.10008.1.2.1.99" || uid == "1.2.840.10008.1.2.4.95") return std::nullopt;
  return Encoding{};
}

/// VRs whose length has four bytes after two reserved ones (PS3.5 7.1.2).
bool has_long_length(std::string_view vr) {
  static constexpr std::array<std::string_view, 13> long_ones{"OB", "OD", "OF", "OL", "OV", "OW", "SQ",
                                                              "SV", "UC", "UN", "UR", "UT", "UV"};
  return std::find(long_ones.begin(), long_ones.end(), vr) != long_ones.end();
}

struct Element {
  std::uint32_t tag = 0;
  std::string_view vr;  ///< Empty where implicit.
  std::uint32_t length = 0;
};

/// Walks the elements of a data set one after the other, entering sequences and items.
class Walker {
 public:
  Walker(std::span<const std::uint8_t> bytes, std::size_t start) : bytes_(bytes), position_(start) {}

  DataSetStructure walk(int deepest, std::uint64_t most) {
    while (found_.depth <= deepest && found_.elements <= most && step()) {
    }
    return found_;
  }

 private:
  /// A sequence or an item that has been entered.
  struct Container {
    bool is_sequence = false;
    std::size_t end = 0;       ///< Where it ends; 0: at its delimiter.
    std::size_t limit = 0;     ///< Where the innermost that has an end ends.
    Encoding encoding_before;  ///< To go on with after it.
  };

  bool step() {
    while (!containers_.empty() && containers_.back().end != 0 && position_ >= containers_.back().end)
      leave();
    const auto element = read_element();
    if (!element) return false;
    ++found_.elements;
    // Beyond the end of the file it is cut off, which is for the parser to tell.
    const std::size_t end = element->length == undefined_length ? position_ : position_ + element->length;
    if (end > limit() && limit() < bytes_.size()) found_.overrun = true;
    if (element->tag == item_tag) {
      enter(false, element->length);
    } else if (element->tag == item_delimitation_tag || element->tag == sequence_delimitation_tag) {
      if (!containers_.empty()) leave();
    } else if (is_sequence(*element)) {
      enter(true, element->length);
      // The items of a UN sequence are implicit VR little endian (PS3.5 6.2.2).
      if (element->vr == "UN") encoding_ = {false, false};
    } else {
      return skip_value(*element);
    }
    return true;
  }

  bool is_sequence(const Element& element) const {
    if (element.vr == "SQ") return true;
    if (element.tag == pixel_data_tag) return false;
    if (element.length == undefined_length) return true;
    // Implicit VR does not say; only a sequence starts with an item.
    return element.vr.empty() && element.length >= 8 && has(8) && tag_at(position_) == item_tag;
  }

  bool skip_value(const Element& element) {
    if (containers_.empty() && element.tag == pixel_data_tag) {
      found_.pixel_data = {element_begin_, position_, element.length};
      return false;
    }
    if (element.length == undefined_length || !has(element.length)) return false;
    if (in_meta_information_ && element.tag == transfer_syntax_tag) {
      transfer_syntax_ = {reinterpret_cast<const char*>(bytes_.data() + position_), element.length};
    }
    position_ += element.length;
    return true;
  }

  std::optional<Element> read_element() {
    if (!has(8)) return std::nullopt;
    if (in_meta_information_ && containers_.empty() && (tag_at(position_) >> 16) != 2) {
      const auto encoding = encoding_of(transfer_syntax_);
      if (!encoding) return std::nullopt;
      encoding_ = *encoding;
      in_meta_information_ = false;
    }
    element_begin_ = position_;
    Element element{tag_at(position_), {}, 0};
    position_ += 4;
    const bool is_delimiter = (element.tag >> 16) == 0xFFFE;
    if (is_delimiter || !encoding_.explicit_vr) {
      element.length = number(position_, 4);
      position_ += 4;
      return element;
    }
    element.vr = {reinterpret_cast<const char*>(bytes_.data() + position_), 2};
    position_ += 2;
    if (!has_long_length(element.vr)) {
      element.length = number(position_, 2);
      position_ += 2;
      return element;
    }
    if (!has(6)) return std::nullopt;
    element.length = number(position_ + 2, 4);
    position_ += 6;
    return element;
  }

  void enter(bool is_sequence, std::uint32_t length) {
    const std::size_t end = length == undefined_length ? 0 : position_ + length;
    containers_.push_back({is_sequence, end, end == 0 ? limit() : end, encoding_});
    if (is_sequence) found_.depth = std::max(found_.depth, ++open_sequences_);
  }

  std::size_t limit() const { return containers_.empty() ? bytes_.size() : containers_.back().limit; }

  void leave() {
    if (containers_.back().is_sequence) --open_sequences_;
    encoding_ = containers_.back().encoding_before;
    containers_.pop_back();
  }

  bool has(std::size_t count) const { return position_ + count <= bytes_.size(); }

  std::uint32_t number(std::size_t at, std::size_t width) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      value = value << 8 | bytes_[at + (encoding_.big_endian ? i : width - 1 - i)];
    }
    return value;
  }
  std::uint32_t tag_at(std::size_t at) const { return number(at, 2) << 16 | number(at + 2, 2); }

  std::span<const std::uint8_t> bytes_;
  std::size_t position_;
  std::size_t element_begin_ = 0;
  Encoding encoding_;
  bool in_meta_information_ = true;
  std::string_view transfer_syntax_;
  std::vector<Container> containers_;
  int open_sequences_ = 0;
  DataSetStructure found_;
};

}  // namespace

DataSetStructure data_set_structure(std::span<const std::uint8_t> part10, int deepest, std::uint64_t most) {
  constexpr std::size_t preamble = 128;
  const bool has_prefix =
      part10.size() >= preamble + 4 &&
      std::string_view(reinterpret_cast<const char*>(part10.data() + preamble), 4) == "DICM";
  DataSetStructure found = Walker(part10, has_prefix ? preamble + 4 : 0).walk(deepest, most);
  // What is no Part 10 file has no lengths that could be wrong.
  if (!has_prefix) found.overrun = false;
  return found;
}

DataSetStructure require_sound_structure(std::span<const std::uint8_t> part10, const std::string& name) {
  const DataSetStructure found = data_set_structure(part10, deepest_nesting, most_elements);
  const auto refuse = [&](RejectionReason reason, const std::string& what) {
    throw RejectedInput(reason, name + ": " + what);
  };
  if (found.depth > deepest_nesting) {
    refuse(RejectionReason::too_deeply_nested,
           "more than " + std::to_string(deepest_nesting) + " sequences within each other");
  }
  if (found.elements > most_elements) {
    refuse(RejectionReason::too_many_elements, "more than " + std::to_string(most_elements) + " elements");
  }
  if (found.overrun) {
    refuse(RejectionReason::inconsistent_lengths,
           "an element or item is longer than the item or sequence that holds it");
  }
  return found;
}

}  // namespace glisson::dicom
