#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace glisson::dicom {

/// Sequences may be nested this deeply; PS3.3 needs about ten levels.
constexpr int deepest_nesting = 64;

/// Elements, items and delimiters of a data set. The functional groups of 10,000 frames
/// are about a million; DCMTK keeps some 200 bytes for each.
constexpr std::uint64_t most_elements = 4'000'000;

/// Where the pixel data of a file lie; they may end beyond the file.
struct PixelDataPlace {
  std::size_t element = 0;   ///< Where their element begins, from the beginning of the file.
  std::size_t value = 0;     ///< Where their value begins.
  std::uint32_t length = 0;  ///< Of the value, bytes; 0xFFFFFFFF: undefined, as fragments follow.
};

/// What a walk over a Part 10 file finds, without recursion and without memory for what it passes. It ends
/// where DCMTK is told to stop: at the first element behind the pixel data. Deflated data sets are not looked
/// into; bytes that are no data set give whatever they look like, and no error.
struct DataSetStructure {
  int depth = 0;               ///< Of nested sequences.
  std::uint64_t elements = 0;  ///< With items and delimiters.
  /// An element or item is longer than what holds it, an item or delimiter stands where none belongs, or a VR
  /// is one that parsers read differently: what follows could be read in more than one way.
  bool inconsistent = false;
  /// The first pixel data (7FE0,0010) of the data set itself, where the walk reached them.
  std::optional<PixelDataPlace> pixel_data;
};

/// @return with a depth of at most `deepest` + 1 and at most `most` + 1 elements: the walk ends there.
DataSetStructure data_set_structure(std::span<const std::uint8_t> part10, int deepest, std::uint64_t most);

/// What must hold before DCMTK parses a file, which recurses for each level, so that a data set of some
/// thousand levels ends the process, and which keeps every element in memory.
/// @param name of the file, for messages.
/// @throws RejectedInput too_deeply_nested beyond deepest_nesting, too_many_elements beyond most_elements,
///         inconsistent_lengths.
DataSetStructure require_sound_structure(std::span<const std::uint8_t> part10, const std::string& name);

}  // namespace glisson::dicom
