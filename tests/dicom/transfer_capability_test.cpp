#include "dicom/network/transfer_capability.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace glisson::dicom {
namespace {

TEST(StorageSopClass, IsEveryStandardRetiredAndPrivateOne) {
  for (const char* uid : {"1.2.840.10008.5.1.4.1.1.2",      // CT
                          "1.2.840.10008.5.1.4.1.1.66.4",   // Segmentation
                          "1.2.840.10008.5.1.4.1.1.88.34",  // Comprehensive 3D SR
                          "1.2.840.10008.5.1.4.1.1.9",      // Standalone Curve, retired
                          "1.2.840.10008.5.1.4.1.1.99999",  // to come
                          "1.2.840.10008.5.1.4.38.1",       // Hanging Protocol
                          "1.2.840.10008.5.1.4.34.7",       // RT Beams Delivery Instruction
                          "1.2.840.113619.4.27",            // private
                          "1.3.12.2.1107.5.9.1"}) {         // private
    EXPECT_TRUE(is_storage_sop_class(uid)) << uid;
  }
}

TEST(StorageSopClass, IsNoOtherService) {
  for (const char* uid : {"1.2.840.10008.1.1",              // Verification
                          "1.2.840.10008.1.20.1",           // Storage Commitment
                          "1.2.840.10008.3.1.2.3.3",        // Modality Performed Procedure Step
                          "1.2.840.10008.5.1.1.9",          // Basic Grayscale Print Management
                          "1.2.840.10008.5.1.4.1.2.1.1",    // Patient Root Q/R - FIND
                          "1.2.840.10008.5.1.4.1.2.2.2",    // Study Root Q/R - MOVE
                          "1.2.840.10008.5.1.4.31",         // Modality Worklist
                          "1.2.840.10008.5.1.4.34.6.1",     // Unified Procedure Step - Push
                          "1.2.840.10008.5.1.4.38.2",       // Hanging Protocol - FIND
                          "1.2.840.10008.5.1.4.1.1.200.4",  // Protocol Approval - FIND
                          "1.2.840.10008.5.1.4.1.1.201.6",  // Repository Query
                          "", "garbage", "1.2..3"}) {
    EXPECT_FALSE(is_storage_sop_class(uid)) << uid;
  }
}

TEST(TransferSyntax, IsNeverDeflatedOrElsewhere) {
  for (const char* uid : {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.50",
                          "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90",
                          "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.2"}) {
    EXPECT_TRUE(is_accepted_transfer_syntax(uid)) << uid;
  }
  for (const char* uid : {"1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.95",
                          "1.2.840.10008.1.2.4.205", "1.2.840.113619.5.2", ""}) {
    EXPECT_FALSE(is_accepted_transfer_syntax(uid)) << uid;
  }
}

TEST(TransferCapabilities, HoldWhatIsAcceptedAndSent) {
  const auto& all = transfer_capabilities();
  const auto find = [&](const char* uid, bool TransferCapability::*role) {
    return std::any_of(all.begin(), all.end(), [&](const TransferCapability& capability) {
      return capability.sop_class_uid.value() == uid && capability.*role;
    });
  };
  EXPECT_TRUE(find("1.2.840.10008.1.1", &TransferCapability::scp));
  EXPECT_TRUE(find("1.2.840.10008.1.1", &TransferCapability::scu));
  EXPECT_TRUE(find("1.2.840.10008.5.1.4.1.1.66.4", &TransferCapability::scp));
  EXPECT_TRUE(find("1.2.840.10008.5.1.4.1.1.88.34", &TransferCapability::scu));
  EXPECT_FALSE(find("1.2.840.10008.5.1.4.1.1.66.4", &TransferCapability::scu));
  for (const auto& capability : all) {
    for (const auto& syntax : capability.transfer_syntaxes) {
      EXPECT_TRUE(is_accepted_transfer_syntax(syntax.value())) << syntax.value();
    }
    if (capability.scp && capability.sop_class_uid.value() != "1.2.840.10008.1.1") {
      EXPECT_TRUE(is_storage_sop_class(capability.sop_class_uid.value())) << capability.name;
    }
  }
}

}  // namespace
}  // namespace glisson::dicom
