#pragma once

#include <span>
#include <string_view>

namespace glisson {

/// A text file that the build compiled into the binary (see cmake/embed.cmake).
struct EmbeddedFile {
  std::string_view path;     ///< Relative to the embedded folder, e.g. "pyradiomics-native.toml".
  std::string_view content;  ///< Byte for byte as in the source tree.
};

}  // namespace glisson
