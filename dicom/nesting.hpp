#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace glisson::dicom {

/// Sequences may be nested this deeply; PS3.3 needs about ten levels.
constexpr int deepest_nesting = 64;

/// How deeply sequences are nested in a Part 10 file, up to the pixel data, found without recursion. DCMTK
/// recurses for each level, so a data set of some thousand levels ends the process that parses it. Deflated
/// data sets are not looked into; bytes that are no data set give whatever they look like, and no error.
/// @return at most `limit` + 1.
int nesting_depth(std::span<const std::uint8_t> part10, int limit);

/// @throws RejectedInput too_deeply_nested beyond deepest_nesting.
/// @throws TransientError when the file cannot be read.
void require_shallow_nesting(const std::filesystem::path& file);

}  // namespace glisson::dicom
