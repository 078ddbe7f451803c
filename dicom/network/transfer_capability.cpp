#include "dicom/network/transfer_capability.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcuid.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "dicom/transfer_syntax.hpp"

namespace glisson::dicom {
namespace {

using namespace std::string_view_literals;

constexpr auto standard_root = "1.2.840.10008."sv;
constexpr auto patient_storage_root = "1.2.840.10008.5.1.4.1.1."sv;

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
  std::vector<TransferSyntaxUid> accepted;
  for (const TransferSyntax& syntax : transfer_syntaxes()) accepted.emplace_back(syntax.uid);
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

bool is_accepted_transfer_syntax(std::string_view uid) { return find_transfer_syntax(uid) != nullptr; }

const std::vector<TransferCapability>& transfer_capabilities() {
  static const auto capabilities = make_capabilities();
  return capabilities;
}

}  // namespace glisson::dicom
