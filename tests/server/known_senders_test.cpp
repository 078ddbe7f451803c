#include "server/admission/known_senders.hpp"

#include <gtest/gtest.h>

#include "server/admission/counted_network.hpp"

namespace glisson::server {
namespace {

storage::Peer peer(const char* title, std::vector<storage::Network> networks = {},
                   const char* certificate = "") {
  storage::Peer peer;
  peer.ae_title = dicom::AeTitle(title);
  peer.networks = std::move(networks);
  peer.certificate = certificate;
  peer.may_store = true;
  return peer;
}

ConnectionOrigin from(const char* address, const char* fingerprint = "") {
  return {.address = address, .certificate_fingerprint = fingerprint, .certificate_subject = {}};
}

KnownSenders told_of(const std::vector<storage::Peer>& peers) {
  KnownSenders senders;
  EXPECT_TRUE(senders.update(senders_report(peers)));
  return senders;
}

bool is_stranger(const KnownSenders& senders, const char* title, const ConnectionOrigin& origin) {
  return senders.standing_of(title, origin) == Standing::stranger;
}

TEST(KnownSenders, MayBeEveryoneWhileNobodyHasSaid) {
  KnownSenders senders;
  EXPECT_FALSE(is_stranger(senders, "ANYBODY", from("192.0.2.1")));
  EXPECT_FALSE(senders.update("A"));
  EXPECT_FALSE(is_stranger(senders, "ANYBODY", from("192.0.2.1")));
  EXPECT_TRUE(senders.update(senders_report({})));
  EXPECT_TRUE(is_stranger(senders, "ANYBODY", from("192.0.2.1")));
}

TEST(KnownSenders, AreThosePeersThatMayStore) {
  auto archive = peer("ARCHIVE");
  archive.may_store = false;
  const KnownSenders senders = told_of({peer("CT"), archive, peer("MR 2")});
  EXPECT_FALSE(is_stranger(senders, "CT", from("192.0.2.1")));
  EXPECT_FALSE(is_stranger(senders, "MR 2", from("2001:db8::7")));
  EXPECT_TRUE(is_stranger(senders, "ARCHIVE", from("192.0.2.1")));
  EXPECT_TRUE(is_stranger(senders, "ct", from("192.0.2.1")));
}

TEST(KnownSenders, AreNotThoseThatClaimATitleFromElsewhere) {
  const KnownSenders senders = told_of(
      {peer("CT", {storage::Network("192.0.2.0/28"), storage::Network("2001:db8::/64")}), peer("MR")});
  EXPECT_FALSE(is_stranger(senders, "CT", from("192.0.2.15")));
  EXPECT_FALSE(is_stranger(senders, "CT", from("2001:db8::1")));
  EXPECT_TRUE(is_stranger(senders, "CT", from("192.0.2.16")));
  EXPECT_FALSE(is_stranger(senders, "MR", from("192.0.2.16")));
}

TEST(KnownSenders, AreNotThoseThatClaimATitleWithoutItsCertificate) {
  const KnownSenders senders = told_of({peer("CT", {}, "sha256:ab"), peer("MR")});
  EXPECT_FALSE(is_stranger(senders, "CT", from("192.0.2.1", "ab")));
  EXPECT_TRUE(is_stranger(senders, "CT", from("192.0.2.1", "cd")));
  EXPECT_TRUE(is_stranger(senders, "CT", from("192.0.2.1")));
}

TEST(KnownSenders, AreProvedByAddressOrCertificateNeverByTheTitleAlone) {
  const KnownSenders senders =
      told_of({peer("CT", {storage::Network("192.0.2.1")}), peer("MR", {}, "sha256:ab"), peer("US")});
  EXPECT_EQ(senders.standing_of("CT", from("192.0.2.1")), Standing::proved_sender);
  EXPECT_EQ(senders.standing_of("MR", from("192.0.2.1", "ab")), Standing::proved_sender);
  EXPECT_EQ(senders.standing_of("US", from("192.0.2.1", "ab")), Standing::claimed_sender);
}

TEST(KnownSenders, FollowTheLastReport) {
  KnownSenders senders = told_of({peer("CT")});
  senders.update(senders_report({peer("MR")}));
  EXPECT_TRUE(is_stranger(senders, "CT", from("192.0.2.1")));
  EXPECT_FALSE(is_stranger(senders, "MR", from("192.0.2.1")));
}

TEST(CountedNetwork, IsAnIPv4AddressOrTheFirstHalfOfAnIPv6One) {
  EXPECT_EQ(counted_network("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(counted_network("2001:db8:1:2:aaaa::1"), "2001:db8:1:2::/64");
  EXPECT_EQ(counted_network("2001:db8:1:2:bbbb::2"), counted_network("2001:db8:1:2:aaaa::1"));
  EXPECT_NE(counted_network("2001:db8:1:3::1"), counted_network("2001:db8:1:2::1"));
  EXPECT_EQ(counted_network("fe80::1%eth0"), "fe80::/64");
}

}  // namespace
}  // namespace glisson::server
