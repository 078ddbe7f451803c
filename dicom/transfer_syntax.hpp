#pragma once

#include <span>
#include <string_view>

namespace glisson::dicom {

/// How pixel data are encoded, as far as it decides who decodes them.
enum class PixelEncoding {
  native,               ///< Uncompressed.
  encapsulated_native,  ///< Uncompressed, in fragments (PS3.5 A.4.11).
  rle,                  ///< RLE Lossless (PS3.5 Annex G).
  jpeg,                 ///< ISO/IEC 10918-1, the processes that DCMTK decodes.
  jpeg_ls,              ///< ISO/IEC 14495-1.
  jpeg_2000,            ///< ISO/IEC 15444-1.
  not_decoded,          ///< Stored as sent, never analysed.
};

/// A transfer syntax (PS3.5 Chapter 10 and PS3.6 Annex A) in which objects are stored as sent.
struct TransferSyntax {
  std::string_view uid;
  std::string_view name;
  PixelEncoding encoding = PixelEncoding::not_decoded;
  bool lossy = false;  ///< The encoding may lose information; of decoded ones only.
};

/// Every transfer syntax that is accepted, in order of preference: the one table behind negotiation, decoding
/// and the conformance statement. Left out on purpose: deflated ones (1 MB can become 1 GiB), JPIP (the
/// pixels are elsewhere), real-time video (no files).
std::span<const TransferSyntax> transfer_syntaxes() noexcept;

/// Its row; null where it is not accepted.
const TransferSyntax* find_transfer_syntax(std::string_view uid) noexcept;

}  // namespace glisson::dicom
