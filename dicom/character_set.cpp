#include "dicom/character_set.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <optional>

#include "dicom/dicom_file.hpp"

namespace glisson::dicom {
namespace {

/// How the bytes of a code element become those of an encoding that iconv knows.
enum class Form {
  plain,      ///< As they are.
  high_bit,   ///< Seven-bit code: the encoding has it with the high bit set.
  euc_three,  ///< JIS X 0212: EUC's code set 3, pairs with the high bit set after 0x8F.
};

/// A code element in G0 (bytes below 0x80) or G1 (bytes from 0x80 on).
struct CodeElement {
  std::string_view encoding;  ///< Name for iconv.
  Form form = Form::plain;
  bool pairs = false;  ///< Two bytes a character, so that no byte in it is a delimiter.
};

/// The single bytes of Shift JIS are JIS X 0201, for which the C library has no name of its own.
constexpr std::string_view jis_x0201 = "SHIFT_JIS";
constexpr CodeElement ascii{"ASCII"};

struct Term {
  std::string_view number;  ///< After "ISO_IR " or "ISO 2022 IR ".
  std::string_view encoding;
};

/// Defined terms of single-byte character sets (PS3.3 tables C.12-2 and C.12-3); multi-byte ones start as
/// ASCII and are called up by escape sequences.
constexpr std::array<Term, 13> single_byte_terms{{{"100", "ISO-8859-1"},
                                                  {"101", "ISO-8859-2"},
                                                  {"109", "ISO-8859-3"},
                                                  {"110", "ISO-8859-4"},
                                                  {"144", "ISO-8859-5"},
                                                  {"127", "ISO-8859-6"},
                                                  {"126", "ISO-8859-7"},
                                                  {"138", "ISO-8859-8"},
                                                  {"148", "ISO-8859-9"},
                                                  {"203", "ISO-8859-15"},
                                                  {"13", jis_x0201},
                                                  {"166", "TIS-620"},
                                                  {"192", "UTF-8"}}};

struct Escape {
  std::string_view sequence;  ///< After ESC.
  int target;                 ///< 0 for G0, 1 for G1.
  CodeElement element;
};

constexpr std::array<Escape, 19> escapes{{{"(B", 0, ascii},
                                          {"(J", 0, {jis_x0201}},
                                          {"(I", 0, {jis_x0201, Form::high_bit}},
                                          {"$B", 0, {"EUC-JP", Form::high_bit, true}},
                                          {"$@", 0, {"EUC-JP", Form::high_bit, true}},
                                          {"$(D", 0, {"EUC-JP", Form::euc_three, true}},
                                          {")I", 1, {jis_x0201}},
                                          {"$)C", 1, {"EUC-KR"}},
                                          {"$)A", 1, {"GB2312"}},
                                          {"-A", 1, {"ISO-8859-1"}},
                                          {"-B", 1, {"ISO-8859-2"}},
                                          {"-C", 1, {"ISO-8859-3"}},
                                          {"-D", 1, {"ISO-8859-4"}},
                                          {"-L", 1, {"ISO-8859-5"}},
                                          {"-G", 1, {"ISO-8859-6"}},
                                          {"-F", 1, {"ISO-8859-7"}},
                                          {"-H", 1, {"ISO-8859-8"}},
                                          {"-M", 1, {"ISO-8859-9"}},
                                          {"-T", 1, {"TIS-620"}}}};

/// None where `bytes` are not of that encoding.
std::optional<std::string> converted(std::string bytes, std::string_view encoding) {
  const auto converter = iconv_open("UTF-8", std::string(encoding).c_str());
  // iconv_open() reports failure by the value -1 in place of a pointer.
  if (converter == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  std::string text(bytes.size() * 4, '\0');
  char* input = bytes.data();
  char* output = text.data();
  std::size_t input_left = bytes.size();
  std::size_t output_left = text.size();
  const auto result = iconv(converter, &input, &input_left, &output, &output_left);
  iconv_close(converter);
  if (result == static_cast<std::size_t>(-1)) return std::nullopt;
  text.resize(text.size() - output_left);
  return text;
}

/// Bytes of one code element.
std::string decoded(std::string_view run, const CodeElement& element) {
  std::string bytes;
  for (std::size_t i = 0; i < run.size(); ++i) {
    if (element.form == Form::euc_three && i % 2 == 0) bytes += '\x8F';
    bytes += element.form == Form::plain ? run[i] : static_cast<char>(run[i] | '\x80');
  }
  auto text = converted(std::move(bytes), element.encoding);
  return text ? *text : valid_utf8(run);
}

bool is_high(char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; }

/// Reads text with escape sequences; the state of PS3.5 6.1.2.5.3.
class CodeExtensionReader {
 public:
  CodeExtensionReader(const CodeElement& initial_g0, const CodeElement& initial_g1)
      : initial_{initial_g0, initial_g1}, active_(initial_) {}

  std::string read(std::string_view bytes) {
    std::string text;
    while (!bytes.empty()) {
      if (bytes.front() == '\x1B') {
        bytes.remove_prefix(escape(bytes));
        continue;
      }
      if (ends_component(bytes.front())) active_ = initial_;
      const auto length = run_length(bytes);
      text += decoded(bytes.substr(0, length), active_[is_high(bytes.front()) ? 1 : 0]);
      bytes.remove_prefix(length);
    }
    return text;
  }

 private:
  /// Switches the code element and returns the length of the sequence; an unknown one is skipped by its ESC.
  std::size_t escape(std::string_view bytes) {
    for (const auto& known : escapes) {
      if (bytes.substr(1, known.sequence.size()) != known.sequence) continue;
      active_[static_cast<std::size_t>(known.target)] = known.element;
      return 1 + known.sequence.size();
    }
    return 1;
  }

  /// True at the delimiters that bring the initial code elements back.
  bool ends_component(char c) const {
    return !active_[0].pairs && (c == '^' || c == '=' || c == '\\' || c == '\r' || c == '\n');
  }

  /// Bytes of the same half up to the next escape sequence or delimiter.
  std::size_t run_length(std::string_view bytes) const {
    std::size_t length = 1;
    while (length < bytes.size() && bytes[length] != '\x1B' && !ends_component(bytes[length]) &&
           is_high(bytes[length]) == is_high(bytes.front())) {
      ++length;
    }
    return length;
  }

  std::array<CodeElement, 2> initial_;
  std::array<CodeElement, 2> active_;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// The encoding of a defined term, empty for ASCII, multi-byte code extensions and unknown terms.
std::string_view encoding_of(std::string_view term) {
  if (term == "GB18030" || term == "GBK") return term;
  for (const std::string_view prefix : {"ISO_IR ", "ISO 2022 IR "}) {
    if (term.substr(0, prefix.size()) != prefix) continue;
    const auto number = term.substr(prefix.size());
    const auto found = std::find_if(single_byte_terms.begin(), single_byte_terms.end(),
                                    [&](const Term& known) { return known.number == number; });
    if (found != single_byte_terms.end()) return found->encoding;
  }
  return {};
}

}  // namespace

std::string to_utf8(std::string_view bytes, std::string_view character_set) {
  const auto encoding = encoding_of(trimmed(character_set.substr(0, character_set.find('\\'))));
  if (bytes.find('\x1B') != std::string_view::npos) {
    const CodeElement g0 = encoding == jis_x0201 ? CodeElement{jis_x0201} : ascii;
    const CodeElement g1 = encoding.empty() ? ascii : CodeElement{encoding};
    return valid_utf8(CodeExtensionReader(g0, g1).read(bytes));
  }
  const auto text = encoding.empty() ? std::nullopt : converted(std::string(bytes), encoding);
  return valid_utf8(text ? *text : bytes);
}

}  // namespace glisson::dicom
