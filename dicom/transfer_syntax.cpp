#include "dicom/transfer_syntax.hpp"

#include <algorithm>
#include <array>

namespace glisson::dicom {
namespace {

using enum PixelEncoding;

constexpr std::array table{
    TransferSyntax{"1.2.840.10008.1.2.1", "Explicit VR Little Endian", native, false},
    TransferSyntax{"1.2.840.10008.1.2", "Implicit VR Little Endian", native, false},
    TransferSyntax{"1.2.840.10008.1.2.1.98", "Encapsulated Uncompressed Explicit VR Little Endian",
                   encapsulated_native, false},
    TransferSyntax{"1.2.840.10008.1.2.4.50", "JPEG Baseline (Process 1)", jpeg, true},
    TransferSyntax{"1.2.840.10008.1.2.4.51", "JPEG Extended (Processes 2 and 4)", jpeg, true},
    TransferSyntax{"1.2.840.10008.1.2.4.57", "JPEG Lossless, Non-Hierarchical (Process 14)", jpeg, false},
    TransferSyntax{"1.2.840.10008.1.2.4.70",
                   "JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 14, Selection Value 1)",
                   jpeg, false},
    TransferSyntax{"1.2.840.10008.1.2.4.52", "JPEG Extended (Processes 3 and 5), retired", not_decoded,
                   false},
    TransferSyntax{"1.2.840.10008.1.2.4.53",
                   "JPEG Spectral Selection, Non-Hierarchical (Processes 6 and 8), retired", not_decoded,
                   false},
    TransferSyntax{"1.2.840.10008.1.2.4.54",
                   "JPEG Spectral Selection, Non-Hierarchical (Processes 7 and 9), retired", not_decoded,
                   false},
    TransferSyntax{"1.2.840.10008.1.2.4.55",
                   "JPEG Full Progression, Non-Hierarchical (Processes 10 and 12), retired", not_decoded,
                   false},
    TransferSyntax{"1.2.840.10008.1.2.4.56",
                   "JPEG Full Progression, Non-Hierarchical (Processes 11 and 13), retired", not_decoded,
                   false},
    TransferSyntax{"1.2.840.10008.1.2.4.58", "JPEG Lossless, Non-Hierarchical (Process 15), retired",
                   not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.59", "JPEG Extended, Hierarchical (Processes 16 and 18), retired",
                   not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.60", "JPEG Extended, Hierarchical (Processes 17 and 19), retired",
                   not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.61",
                   "JPEG Spectral Selection, Hierarchical (Processes 20 and 22), retired", not_decoded,
                   false},
    TransferSyntax{"1.2.840.10008.1.2.4.62",
                   "JPEG Spectral Selection, Hierarchical (Processes 21 and 23), retired", not_decoded,
                   false},
    TransferSyntax{"1.2.840.10008.1.2.4.63",
                   "JPEG Full Progression, Hierarchical (Processes 24 and 26), retired", not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.64",
                   "JPEG Full Progression, Hierarchical (Processes 25 and 27), retired", not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.65", "JPEG Lossless, Hierarchical (Process 28), retired", not_decoded,
                   false},
    TransferSyntax{"1.2.840.10008.1.2.4.66", "JPEG Lossless, Hierarchical (Process 29), retired", not_decoded,
                   false},
    TransferSyntax{"1.2.840.10008.1.2.4.80", "JPEG-LS Lossless", jpeg_ls, false},
    TransferSyntax{"1.2.840.10008.1.2.4.81", "JPEG-LS Lossy (Near-Lossless)", jpeg_ls, true},
    TransferSyntax{"1.2.840.10008.1.2.4.90", "JPEG 2000 (Lossless Only)", jpeg_2000, false},
    TransferSyntax{"1.2.840.10008.1.2.4.91", "JPEG 2000", jpeg_2000, true},
    TransferSyntax{"1.2.840.10008.1.2.4.92", "JPEG 2000 Part 2 Multi-component (Lossless Only)", not_decoded,
                   false},
    TransferSyntax{"1.2.840.10008.1.2.4.93", "JPEG 2000 Part 2 Multi-component", not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.100", "MPEG2 Main Profile / Main Level", not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.101", "MPEG2 Main Profile / High Level", not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264 High Profile / Level 4.1", not_decoded,
                   false},
    TransferSyntax{"1.2.840.10008.1.2.4.103", "MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1",
                   not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.104", "MPEG-4 AVC/H.264 High Profile / Level 4.2 for 2D Video",
                   not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.105", "MPEG-4 AVC/H.264 High Profile / Level 4.2 for 3D Video",
                   not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.106", "MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2", not_decoded,
                   false},
    TransferSyntax{"1.2.840.10008.1.2.4.107", "HEVC/H.265 Main Profile / Level 5.1", not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.108", "HEVC/H.265 Main 10 Profile / Level 5.1", not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.110", "JPEG XL Lossless", not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.111", "JPEG XL JPEG Recompression", not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.112", "JPEG XL", not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 Lossless", not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.4.202", "High-Throughput JPEG 2000 with RPCL Lossless", not_decoded,
                   false},
    TransferSyntax{"1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000", not_decoded, false},
    TransferSyntax{"1.2.840.10008.1.2.5", "RLE Lossless", rle, false},
    TransferSyntax{"1.2.840.10008.1.2.2", "Explicit VR Big Endian, retired", native, false},
};

}  // namespace

std::span<const TransferSyntax> transfer_syntaxes() noexcept { return table; }

const TransferSyntax* find_transfer_syntax(std::string_view uid) noexcept {
  const auto* const found = std::find_if(table.begin(), table.end(),
                                         [&](const TransferSyntax& syntax) { return syntax.uid == uid; });
  return found == table.end() ? nullptr : found;
}

}  // namespace glisson::dicom
