#include "dicom/report/report_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "dicom/dicom_file.hpp"

namespace glisson::dicom {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// True where `phrase` stands in `text` as whole words; a phrase that ends in "*" is a beginning of a word.
bool contains_words(std::string_view text, std::string_view phrase) {
  const bool open_end = phrase.back() == '*';
  if (open_end) phrase.remove_suffix(1);
  const auto is_letter = [&](std::size_t i) {
    return std::isalpha(static_cast<unsigned char>(text[i])) != 0;
  };
  for (auto at = text.find(phrase); at != std::string_view::npos; at = text.find(phrase, at + 1)) {
    const auto end = at + phrase.size();
    const bool starts_word = at == 0 || !is_letter(at - 1);
    const bool ends_word = open_end || end == text.size() || !is_letter(end);
    if (starts_word && ends_word) return true;
  }
  return false;
}

}  // namespace

std::string printable_utf8(std::string_view text, bool keep_lines) {
  if (!keep_lines) return valid_utf8(text);
  std::string result;
  while (true) {
    const auto end = text.find('\n');
    result += valid_utf8(text.substr(0, end));
    if (end == std::string_view::npos) return result;
    result += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string cut_utf8(std::string_view text, std::size_t characters) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (is_continuation(text[end])) continue;
    if (characters == 0) break;
    --characters;
  }
  return std::string(text.substr(0, end));
}

bool says_what_a_report_must_not(std::string_view text) {
  static constexpr std::array<std::string_view, 15> phrases{
      "no mvi",    "no microvascular", "no recurrence", "no risk",       "benign",
      "exclude*",  "excluding",        "low",           "recommend*",    "advise*",
      "should be", "suitable for",     "eligible for",  "candidate for", "within milan",
  };
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](std::string_view phrase) { return contains_words(lower, phrase); });
}

}  // namespace glisson::dicom
