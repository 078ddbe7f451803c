#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dicom/identity.hpp"

namespace glisson::dicom {

/// One presentation context that Glisson offers or accepts. The one table behind the acceptor, the sender and
/// the conformance statement.
struct TransferCapability {
  SopClassUid sop_class_uid;
  std::string name;
  std::vector<TransferSyntaxUid> transfer_syntaxes;  ///< In order of preference.
  bool scp = false;
  bool scu = false;
};

/// Verification, what Glisson sends, and every storage SOP class that is known by name. Storage SOP classes
/// that are not known are accepted likewise.
const std::vector<TransferCapability>& transfer_capabilities();

/// True for every UID that can be a storage SOP class: the standard's (retired ones too) and all outside the
/// standard's root, which are private. Routers send whole studies, and a refused class jams them.
bool is_storage_sop_class(std::string_view uid);

/// True for transfer syntaxes whose data sets are stored as sent.
bool is_accepted_transfer_syntax(std::string_view uid);

}  // namespace glisson::dicom
