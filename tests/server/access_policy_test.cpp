#include "server/admission/access_policy.hpp"

#include <gtest/gtest.h>

namespace glisson::server {
namespace {

using config::ApplicationEntity;
using Refusal = storage::AssociationRefusal;

const ConnectionOrigin from_ward{"10.20.3.4", 104, {}, {}};

ApplicationEntity entity(const std::string& title) {
  ApplicationEntity result;
  result.title = title;
  return result;
}

storage::Peer pacs() {
  storage::Peer peer;
  peer.name = "pacs";
  peer.ae_title = dicom::AeTitle("PACS");
  peer.may_store = true;
  return peer;
}

dicom::AssociationRequest storing() {
  dicom::AssociationRequest request;
  request.storage_classes = {dicom::SopClassUid("1.2.840.10008.5.1.4.1.1.2")};
  return request;
}

dicom::AssociationRequest echoing() {
  dicom::AssociationRequest request;
  request.verification_only = true;
  return request;
}

TEST(CalledEntity, IsTheOneOfThatTitleTrimmedAndCaseSensitive) {
  const std::vector entities{entity("GLISSON"), entity(" TRIAL ")};
  EXPECT_EQ(called_entity(entities, dicom::AeTitle("GLISSON")), &entities[0]);
  EXPECT_EQ(called_entity(entities, dicom::AeTitle(" TRIAL")), &entities[1]);
  EXPECT_EQ(called_entity(entities, dicom::AeTitle("glisson")), nullptr);
  EXPECT_EQ(called_entity(entities, dicom::AeTitle("OTHER")), nullptr);
}

TEST(CalledEntity, StandsForAnyOtherTitleWhereItIsToldTo) {
  std::vector entities{entity("GLISSON"), entity("ANY")};
  entities[1].any_called_title = true;
  EXPECT_EQ(called_entity(entities, dicom::AeTitle("OTHER")), &entities[1]);
  EXPECT_EQ(called_entity(entities, dicom::AeTitle("GLISSON")), &entities[0]);
}

TEST(AccessPolicy, OpensVerificationToAllUnlessToldNotTo) {
  ApplicationEntity open = entity("GLISSON");
  EXPECT_TRUE(is_open_to_all(open, echoing()));
  EXPECT_FALSE(is_open_to_all(open, storing()));
  open.open_echo = false;
  EXPECT_FALSE(is_open_to_all(open, echoing()));
}

TEST(AccessPolicy, RefusesAnUnknownPeer) {
  EXPECT_EQ(judge(entity("GLISSON"), std::nullopt, storing(), from_ward), Refusal::calling_title_unknown);
  EXPECT_EQ(judge(entity("GLISSON"), std::nullopt, echoing(), from_ward), Refusal::calling_title_unknown);
}

TEST(AccessPolicy, GivesAPeerItsRightsAndNoOthers) {
  storage::Peer peer = pacs();
  EXPECT_EQ(judge(entity("GLISSON"), peer, storing(), from_ward), std::nullopt);
  EXPECT_EQ(judge(entity("GLISSON"), peer, echoing(), from_ward), Refusal::echo_not_permitted);
  peer.may_store = false;
  peer.may_query = peer.may_echo = true;
  EXPECT_EQ(judge(entity("GLISSON"), peer, storing(), from_ward), Refusal::store_not_permitted);
  EXPECT_EQ(judge(entity("GLISSON"), peer, echoing(), from_ward), std::nullopt);
}

TEST(AccessPolicy, LetsAPeerCallFromEachOfItsNetworksOnly) {
  storage::Peer peer = pacs();
  peer.networks = {storage::Network("192.0.2.7"), storage::Network("10.20.0.0/16")};
  EXPECT_EQ(judge(entity("GLISSON"), peer, storing(), from_ward), std::nullopt);
  EXPECT_EQ(judge(entity("GLISSON"), peer, storing(), {"192.0.2.7", 104, {}, {}}), std::nullopt);
  EXPECT_EQ(judge(entity("GLISSON"), peer, storing(), {"10.21.0.1", 104, {}, {}}),
            Refusal::address_not_allowed);
  EXPECT_EQ(judge(entity("GLISSON"), peer, storing(), {}), Refusal::address_not_allowed);
}

TEST(AccessPolicy, KeepsATitleToThePeersThatItIsFor) {
  ApplicationEntity trial = entity("TRIAL");
  trial.peers = {"core-lab", "pacs"};
  EXPECT_EQ(judge(trial, pacs(), storing(), from_ward), std::nullopt);
  trial.peers = {"core-lab"};
  EXPECT_EQ(judge(trial, pacs(), storing(), from_ward), Refusal::title_not_for_peer);
}

TEST(AccessPolicy, BindsATitleToACertificate) {
  const std::string fingerprint(64, 'a');
  for (const std::string& binding : {"sha256:" + fingerprint, std::string("CN=pacs,O=Hospital")}) {
    storage::Peer peer = pacs();
    peer.certificate = binding;
    const ConnectionOrigin bound{"10.20.3.4", 2762, fingerprint, "CN=pacs,O=Hospital"};
    EXPECT_EQ(judge(entity("GLISSON"), peer, storing(), bound), std::nullopt);
    EXPECT_EQ(judge(entity("GLISSON"), peer, storing(), from_ward), Refusal::certificate_missing);
    const ConnectionOrigin other{"10.20.3.4", 2762, std::string(64, 'b'), "CN=ct,O=Hospital"};
    EXPECT_EQ(judge(entity("GLISSON"), peer, storing(), other), Refusal::certificate_not_bound);
  }
}

TEST(AccessPolicy, AnswersEachRefusalForGood) {
  using dicom::Admission;
  EXPECT_EQ(answer_to(Refusal::calling_title_unknown), Admission::calling_title_not_recognized);
  EXPECT_EQ(answer_to(Refusal::address_not_allowed), Admission::calling_title_not_recognized);
  EXPECT_EQ(answer_to(Refusal::called_title_unknown), Admission::called_title_not_recognized);
  EXPECT_EQ(answer_to(Refusal::title_not_for_peer), Admission::called_title_not_recognized);
  EXPECT_EQ(answer_to(Refusal::store_not_permitted), Admission::not_authorized);
  EXPECT_EQ(answer_to(Refusal::echo_not_permitted), Admission::not_authorized);
  EXPECT_EQ(answer_to(Refusal::certificate_missing), Admission::calling_title_not_recognized);
  EXPECT_EQ(answer_to(Refusal::certificate_not_bound), Admission::calling_title_not_recognized);
  EXPECT_EQ(answer_to(Refusal::malformed_request), Admission::not_authorized);
}

}  // namespace
}  // namespace glisson::server
