#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace glisson::dicom {

/// Sequences may be nested this deeply; PS3.3 needs about ten levels.
constexpr int deepest_nesting = 64;

/// Elements, items and delimiters of a data set up to its pixel data. The functional groups of 10,000 frames
/// are about a million; DCMTK keeps some 200 bytes for each.
constexpr std::uint64_t most_elements = 4'000'000;

/// What a walk over a Part 10 file finds, up to the pixel data, without recursion and without memory for what
/// it passes. Deflated data sets are not looked into; bytes that are no data set give whatever they look
/// like, and no error.
struct DataSetStructure {
  int depth = 0;               ///< Of nested sequences.
  std::uint64_t elements = 0;  ///< With items and delimiters.
  bool overrun = false;        ///< An element or item is longer than the item or sequence that holds it.
};

/// @return with a depth of at most `deepest` + 1 and at most `most` + 1 elements: the walk ends there.
DataSetStructure data_set_structure(std::span<const std::uint8_t> part10, int deepest, std::uint64_t most);

/// What must hold before DCMTK parses a file, which recurses for each level, so that a data set of some
/// thousand levels ends the process, and which keeps every element in memory.
/// @throws RejectedInput too_deeply_nested beyond deepest_nesting, too_many_elements beyond most_elements,
///         inconsistent_lengths.
/// @throws TransientError when the file cannot be read.
void require_sound_structure(const std::filesystem::path& file);

}  // namespace glisson::dicom
