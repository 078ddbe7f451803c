#include "dicom/network/transfer_capability.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcuid.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace glisson::dicom {
namespace {

using namespace std::string_view_literals;

constexpr auto standard_root = "1.2.840.10008."sv;
constexpr auto patient_storage_root = "1.2.840.10008.5.1.4.1.1."sv;

// Stored as sent. Left out on purpose: deflated ones (1 MB can become 1 GiB), JPIP (the pixels are
// elsewhere), big endian (retired), real-time video (no files).
constexpr std::array accepted_transfer_syntaxes{
    "1.2.840.10008.1.2.1"sv,      // Explicit VR Little Endian
    "1.2.840.10008.1.2"sv,        // Implicit VR Little Endian
    "1.2.840.10008.1.2.1.98"sv,   // Encapsulated Uncompressed Explicit VR Little Endian
    "1.2.840.10008.1.2.4.50"sv,   // JPEG Baseline (Process 1)
    "1.2.840.10008.1.2.4.51"sv,   // JPEG Extended (Process 2 and 4)
    "1.2.840.10008.1.2.4.57"sv,   // JPEG Lossless (Process 14)
    "1.2.840.10008.1.2.4.70"sv,   // JPEG Lossless, First-Order Prediction
    "1.2.840.10008.1.2.4.52"sv,   // JPEG, retired: Extended (Process 3 and 5)
    "1.2.840.10008.1.2.4.53"sv,   // Spectral Selection (Process 6 and 8)
    "1.2.840.10008.1.2.4.54"sv,   // Spectral Selection (Process 7 and 9)
    "1.2.840.10008.1.2.4.55"sv,   // Full Progression (Process 10 and 12)
    "1.2.840.10008.1.2.4.56"sv,   // Full Progression (Process 11 and 13)
    "1.2.840.10008.1.2.4.58"sv,   // Lossless (Process 15)
    "1.2.840.10008.1.2.4.59"sv,   // Extended, Hierarchical (Process 16 and 18)
    "1.2.840.10008.1.2.4.60"sv,   // Extended, Hierarchical (Process 17 and 19)
    "1.2.840.10008.1.2.4.61"sv,   // Spectral Selection, Hierarchical (Process 20 and 22)
    "1.2.840.10008.1.2.4.62"sv,   // Spectral Selection, Hierarchical (Process 21 and 23)
    "1.2.840.10008.1.2.4.63"sv,   // Full Progression, Hierarchical (Process 24 and 26)
    "1.2.840.10008.1.2.4.64"sv,   // Full Progression, Hierarchical (Process 25 and 27)
    "1.2.840.10008.1.2.4.65"sv,   // Lossless, Hierarchical (Process 28)
    "1.2.840.10008.1.2.4.66"sv,   // Lossless, Hierarchical (Process 29)
    "1.2.840.10008.1.2.4.80"sv,   // JPEG-LS Lossless
    "1.2.840.10008.1.2.4.81"sv,   // JPEG-LS Near-Lossless
    "1.2.840.10008.1.2.4.90"sv,   // JPEG 2000 Lossless
    "1.2.840.10008.1.2.4.91"sv,   // JPEG 2000
    "1.2.840.10008.1.2.4.92"sv,   // JPEG 2000 Part 2 Lossless
    "1.2.840.10008.1.2.4.93"sv,   // JPEG 2000 Part 2
    "1.2.840.10008.1.2.4.100"sv,  // MPEG2 Main Profile / Main Level
    "1.2.840.10008.1.2.4.101"sv,  // MPEG2 Main Profile / High Level
    "1.2.840.10008.1.2.4.102"sv,  // MPEG-4 AVC/H.264 High Profile / Level 4.1
    "1.2.840.10008.1.2.4.103"sv,  // MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1
    "1.2.840.10008.1.2.4.104"sv,  // MPEG-4 AVC/H.264 High Profile / Level 4.2 for 2D Video
    "1.2.840.10008.1.2.4.105"sv,  // MPEG-4 AVC/H.264 High Profile / Level 4.2 for 3D Video
    "1.2.840.10008.1.2.4.106"sv,  // MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2
    "1.2.840.10008.1.2.4.107"sv,  // HEVC/H.265 Main Profile / Level 5.1
    "1.2.840.10008.1.2.4.108"sv,  // HEVC/H.265 Main 10 Profile / Level 5.1
    "1.2.840.10008.1.2.4.110"sv,  // JPEG XL Lossless
    "1.2.840.10008.1.2.4.111"sv,  // JPEG XL JPEG Recompression
    "1.2.840.10008.1.2.4.112"sv,  // JPEG XL
    "1.2.840.10008.1.2.4.201"sv,  // High-Throughput JPEG 2000 Lossless
    "1.2.840.10008.1.2.4.202"sv,  // High-Throughput JPEG 2000 with RPCL Lossless
    "1.2.840.10008.1.2.4.203"sv,  // High-Throughput JPEG 2000
    "1.2.840.10008.1.2.5"sv,      // RLE Lossless
};

// Query/retrieve and management services whose UIDs lie among the storage classes.
constexpr std::array services_among_storage{
    "1.2.840.10008.5.1.4.1.1.200.4"sv,  // Protocol Approval Information Model - FIND
    "1.2.840.10008.5.1.4.1.1.200.5"sv,  // Protocol Approval Information Model - MOVE
    "1.2.840.10008.5.1.4.1.1.200.6"sv,  // Protocol Approval Information Model - GET
    "1.2.840.10008.5.1.4.1.1.201.2"sv,  // Inventory - FIND
    "1.2.840.10008.5.1.4.1.1.201.3"sv,  // Inventory - MOVE
    "1.2.840.10008.5.1.4.1.1.201.4"sv,  // Inventory - GET
    "1.2.840.10008.5.1.4.1.1.201.5"sv,  // Inventory Creation
    "1.2.840.10008.5.1.4.1.1.201.6"sv,  // Repository Query
};

constexpr std::array sent_sop_classes{
    UID_Comprehensive3DSRStorage,
    UID_ComprehensiveSRStorage,
    UID_EnhancedSRStorage,
};

template <typename Range>
bool holds(const Range& range, std::string_view value) {
  return std::find(range.begin(), range.end(), value) != range.end();
}

std::string name_of(const char* uid) {
  const char* name = dcmFindNameOfUID(uid);
  return name != nullptr ? name : uid;
}

std::vector<TransferCapability> make_capabilities() {
  const std::vector<TransferSyntaxUid> accepted(accepted_transfer_syntaxes.begin(),
                                                accepted_transfer_syntaxes.end());
  const std::vector<TransferSyntaxUid> uncompressed(accepted.begin(), accepted.begin() + 2);

  std::vector<TransferCapability> capabilities;
  capabilities.push_back(
      {SopClassUid(UID_VerificationSOPClass), name_of(UID_VerificationSOPClass), uncompressed, true, true});
  for (const char* uid : sent_sop_classes) {
    capabilities.push_back({SopClassUid(uid), name_of(uid), uncompressed, false, true});
  }
  for (int i = 0; i < numberOfDcmAllStorageSOPClassUIDs; ++i) {
    const char* uid = dcmAllStorageSOPClassUIDs[i];
    capabilities.push_back({SopClassUid(uid), name_of(uid), accepted, true, false});
  }
  return capabilities;
}

}  // namespace

bool is_storage_sop_class(std::string_view uid) {
  if (!is_valid_uid(uid)) return false;
  if (!uid.starts_with(standard_root)) return true;
  if (uid.starts_with(patient_storage_root)) return !holds(services_among_storage, uid);
  return dcmIsaStorageSOPClassUID(std::string(uid).c_str(), ESSC_All) != OFFalse;
}

bool is_accepted_transfer_syntax(std::string_view uid) { return holds(accepted_transfer_syntaxes, uid); }

const std::vector<TransferCapability>& transfer_capabilities() {
  static const auto capabilities = make_capabilities();
  return capabilities;
}

}  // namespace glisson::dicom
