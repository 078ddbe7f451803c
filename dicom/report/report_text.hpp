#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace glisson::dicom {

/// `text` as valid_utf8() makes it: UTF-8 without control characters, but for the line feeds where
/// `keep_lines`.
std::string printable_utf8(std::string_view text, bool keep_lines = false);

/// The first `characters` characters of valid UTF-8.
std::string cut_utf8(std::string_view text, std::size_t characters);

/// True where the text says what a report must never say: that something is absent or excluded, benign or
/// low, or what to do about it. Texts that come from elsewhere (labels of segments, wordings of models) are
/// left out where this holds.
bool says_what_a_report_must_not(std::string_view text);

}  // namespace glisson::dicom
