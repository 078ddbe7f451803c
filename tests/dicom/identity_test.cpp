#include "dicom/identity.hpp"

#include <gtest/gtest.h>

#include "engine/errors.hpp"

namespace glisson::dicom {
namespace {

TEST(Uid, FollowsTheStandardsForm) {
  EXPECT_TRUE(is_valid_uid("1.2.840.10008.1.1"));
  EXPECT_TRUE(is_valid_uid("2.25.0"));
  EXPECT_TRUE(is_valid_uid(std::string(64, '1')));
  for (const char* text : {"", ".", "1.", ".1", "1..2", "1.02", "1.2a", " 1.2", "../1"}) {
    EXPECT_FALSE(is_valid_uid(text)) << text;
  }
  EXPECT_FALSE(is_valid_uid(std::string(65, '1')));
}

TEST(Uid, RefusesMalformedTextWithoutRepeatingIt) {
  try {
    SopInstanceUid uid("../../etc/passwd");
    FAIL();
  } catch (const RejectedInput& error) {
    EXPECT_EQ(error.reason(), RejectionReason::invalid_uid);
    EXPECT_EQ(std::string(error.what()).find("passwd"), std::string::npos);
  }
}

TEST(DeriveUid, IsValidAndDependsOnTheNameOnly) {
  const auto uid = derive_uid("segmentation 1, protocol 2");
  EXPECT_TRUE(is_valid_uid(uid)) << uid;
  EXPECT_EQ(uid.rfind("2.25.", 0), 0U);
  EXPECT_EQ(uid, derive_uid("segmentation 1, protocol 2"));
  EXPECT_NE(uid, derive_uid("segmentation 1, protocol 3"));
}

TEST(AeTitle, TrimsSpacesAndKeepsCase) {
  EXPECT_EQ(AeTitle("  GLISSON "), AeTitle("GLISSON"));
  EXPECT_NE(AeTitle("Glisson"), AeTitle("GLISSON"));
  EXPECT_THROW(AeTitle("    "), RejectedInput);
  EXPECT_THROW(AeTitle("A\\B"), RejectedInput);
  EXPECT_THROW(AeTitle("SEVENTEEN_LETTERS"), RejectedInput);
}

}  // namespace
}  // namespace glisson::dicom
