#include "dicom/nesting.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcxfer.h>

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
constexpr std::uint32_t meta_length_tag = 0x00020000;
constexpr std::uint32_t transfer_syntax_tag = 0x00020010;
constexpr std::uint32_t pixel_data_tag = 0x7FE00010;
constexpr std::uint32_t meta_group = 0x0002;

struct Encoding {
  bool explicit_vr = true;
  bool big_endian = false;
};

/// None for deflated data sets. What DCMTK does not know it is told to read as explicit VR little endian.
std::optional<Encoding> encoding_of(const std::string& transfer_syntax) {
  const DcmXfer known(transfer_syntax.c_str());
  if (known.getXfer() == EXS_Unknown) return Encoding{};
  if (known.getStreamCompression() != ESC_none) return std::nullopt;
  return Encoding{known.isExplicitVR() != OFFalse, known.isBigEndian() != OFFalse};
}

/// VRs whose length has two bytes (PS3.5 7.1.2).
bool has_short_length(std::string_view vr) {
  static constexpr std::array<std::string_view, 21> short_ones{"AE", "AS", "AT", "CS", "DA", "DS", "DT",
                                                               "FD", "FL", "IS", "LO", "LT", "PN", "SH",
                                                               "SL", "SS", "ST", "TM", "UI", "UL", "US"};
  return std::find(short_ones.begin(), short_ones.end(), vr) != short_ones.end();
}

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_small(char c) { return c >= 'a' && c <= 'z'; }

struct Element {
  std::uint32_t tag = 0;
  std::string_view vr;  ///< Empty where implicit.
  std::uint32_t length = 0;
};

/// Walks the elements of a file one after the other, entering sequences and items. It must read as DCMTK
/// does: where the two could differ, the data set is inconsistent, and the walk ends.
class Walker {
 public:
  Walker(std::span<const std::uint8_t> bytes, std::size_t start) : bytes_(bytes), position_(start) {}

  DataSetStructure walk(int deepest, std::uint64_t most) {
    if (!walk_meta_information()) return found_;
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

  /// It ends where its length says, or without one at the first element of another group.
  /// @return false where no data set can be read after it.
  bool walk_meta_information() {
    std::size_t end = 0;
    std::string transfer_syntax;
    for (bool first = true; end != 0 ? position_ < end : next_is_meta(); first = false) {
      const auto element = read_element();
      if (!element) return false;
      ++found_.elements;
      const std::size_t value = position_;
      position_ += element->length;
      if ((element->tag >> 16) != meta_group || element->vr == "SQ" || element->length == undefined_length ||
          (end != 0 && position_ > end)) {
        return inconsistent();
      }
      if (position_ > bytes_.size()) return false;
      if (first && element->tag == meta_length_tag) {
        if (element->length != 4) return inconsistent();
        end = position_ + number(value, 4);
      } else if (element->tag == transfer_syntax_tag) {
        if (!transfer_syntax.empty()) return inconsistent();
        transfer_syntax.assign(reinterpret_cast<const char*>(bytes_.data() + value), element->length);
      }
    }
    // DCMTK would take one of big endian for more meta information.
    if (end == 0 && has(4) && tag_at(position_) >> 16 == 0x0200) return inconsistent();
    return begin_data_set(transfer_syntax);
  }

  bool next_is_meta() const { return has(8) && tag_at(position_) >> 16 == meta_group; }

  bool begin_data_set(const std::string& padded) {
    const auto last = padded.find_last_not_of(std::string_view("\0 ", 2));
    const std::string transfer_syntax = padded.substr(0, last == std::string::npos ? 0 : last + 1);
    if (transfer_syntax.empty()) return false;
    if (transfer_syntax.find_first_not_of("0123456789.") != std::string::npos) return inconsistent();
    const auto encoding = encoding_of(transfer_syntax);
    if (encoding) encoding_ = *encoding;
    return encoding.has_value();
  }

  bool step() {
    while (!containers_.empty() && containers_.back().end != 0 && position_ >= containers_.back().end)
      leave();
    // DCMTK is told to stop behind the pixel data.
    if (containers_.empty() && has(4) && tag_at(position_) > pixel_data_tag) return false;
    const auto element = read_element();
    if (!element) return false;
    ++found_.elements;
    const bool in_sequence = !containers_.empty() && containers_.back().is_sequence;
    if (element->tag >> 16 == 0xFFFE) return step_into_or_out_of(*element, in_sequence);
    if (in_sequence || element->tag >> 16 == meta_group) return inconsistent();
    if (!stays_inside(element->length)) return inconsistent();
    if (element->tag == pixel_data_tag && containers_.empty() && !found_.pixel_data) {
      found_.pixel_data = {element_begin_, position_, element->length};
    }
    if (element->tag == pixel_data_tag && element->length == undefined_length && element->vr != "SQ") {
      return skip_fragments(*element);
    }
    if (is_sequence(*element)) {
      enter(true, element->length);
      // The items of a UN sequence are implicit VR little endian (PS3.5 6.2.2).
      if (element->vr == "UN") encoding_ = {false, false};
      return true;
    }
    if (element->length == undefined_length) return inconsistent();
    return skip(element->length);
  }

  /// Items and delimiters, each only where it belongs.
  bool step_into_or_out_of(const Element& element, bool in_sequence) {
    if (element.tag == item_tag) {
      if (!in_sequence || !stays_inside(element.length)) return inconsistent();
      enter(false, element.length);
      return true;
    }
    const bool of_sequence = element.tag == sequence_delimitation_tag;
    const bool expected = !containers_.empty() && containers_.back().end == 0 && of_sequence == in_sequence;
    if (!expected || (!of_sequence && element.tag != item_delimitation_tag)) return inconsistent();
    leave();
    return true;
  }

  bool is_sequence(const Element& element) const {
    if (element.vr == "SQ") return true;
    if (element.length == undefined_length) return element.vr.empty() || element.vr == "UN";
    // Implicit VR does not say; only a sequence starts with an item or a delimiter.
    return element.vr.empty() && element.length >= 8 && has(8) && tag_at(position_) >> 16 == 0xFFFE;
  }

  /// Pixel data in fragments (PS3.5 A.4).
  bool skip_fragments(const Element& pixel_data) {
    if (!pixel_data.vr.empty() && pixel_data.vr != "OB" && pixel_data.vr != "OW") return inconsistent();
    while (const auto fragment = read_element()) {
      ++found_.elements;
      if (fragment->tag == sequence_delimitation_tag) return true;
      if (fragment->tag != item_tag || fragment->length == undefined_length ||
          !stays_inside(fragment->length))
        return inconsistent();
      if (!skip(fragment->length)) return false;
    }
    return false;
  }

  /// False at the end of the file: what is cut off there is for the parser to tell.
  bool skip(std::uint32_t length) {
    if (!has(length)) return false;
    position_ += length;
    return true;
  }

  bool inconsistent() {
    found_.inconsistent = true;
    return false;
  }

  std::optional<Element> read_element() {
    if (!has(8)) return std::nullopt;
    element_begin_ = position_;
    Element element{tag_at(position_), {}, 0};
    position_ += 4;
    const bool is_delimiter = element.tag == item_tag || element.tag == item_delimitation_tag ||
                              element.tag == sequence_delimitation_tag;
    if (is_delimiter || !encoding_.explicit_vr) {
      element.length = number(position_, 4);
      position_ += 4;
      return element;
    }
    element.vr = {reinterpret_cast<const char*>(bytes_.data() + position_), 2};
    position_ += 2;
    // DCMTK has names of its own in small letters, and takes two unknown capitals for a VR of times to come.
    if (is_small(element.vr[0]) || is_small(element.vr[1])) {
      found_.inconsistent = true;
      return std::nullopt;
    }
    if (has_short_length(element.vr) || !is_capital(element.vr[0]) || !is_capital(element.vr[1])) {
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

  /// Whether so many bytes from here end within all that is open; beyond the end of the file nothing is.
  bool stays_inside(std::uint32_t length) const {
    const std::size_t end = length == undefined_length ? position_ : position_ + length;
    return end <= limit() || limit() >= bytes_.size();
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
  if (!has_prefix) found.inconsistent = false;
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
  if (found.inconsistent) {
    refuse(RejectionReason::inconsistent_lengths,
           "lengths, delimiters or value representations contradict each other");
  }
  return found;
}

}  // namespace glisson::dicom
