#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/audit/collector.hpp"
#include "server/audit/message.hpp"

namespace glisson::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const AuditSource source{"", "node.example", "GLISSON"};

std::string message(const std::string& kind, int outcome, const std::string& facts) {
  return audit_message({7, kind, "2026-11-23T10:00:00.000001Z", "host.example", outcome, facts}, source);
}

/// What PS3.15 wants written of a code.
std::string code(const std::string& element, const std::string& value, const std::string& scheme,
                 const std::string& meaning) {
  return "<" + element + " csd-code=\"" + value + "\" codeSystemName=\"" + scheme + "\" originalText=\"" +
         meaning + "\"/>";
}

const std::string transfer_facts = R"({"study": "2.25.1", "patient_id": "P<1>&\"", "accession_number": "A1",
  "issuer_of_patient_id": "H", "source": {"id": "CT1", "ae_title": "CT1", "address": "192.0.2.7", "requestor": true},
  "destination": {"id": "association 3", "ae_title": "GLISSON2"}, "action": "C",
  "sop_classes": {"1.2.840.10008.5.1.4.1.1.2": 12, "1.2.840.10008.5.1.4.1.1.66.4": 1}})";

TEST(AuditMessage, OfATransferNamesBothSidesStudyAndPatient) {
  const std::string text = message("instances_transferred", 0, transfer_facts);
  EXPECT_THAT(
      text,
      AllOf(
          StartsWith(
              R"(<?xml version="1.0" encoding="UTF-8"?><AuditMessage><EventIdentification EventActionCode="C" )"
              R"(EventDateTime="2026-11-23T10:00:00.000001Z" EventOutcomeIndicator="0">)"),
          HasSubstr(code("EventID", "110104", "DCM", "DICOM Instances Transferred")),
          HasSubstr(
              R"(<ActiveParticipant UserID="CT1" AlternativeUserID="AETITLES=CT1" UserIsRequestor="true" )"
              R"(NetworkAccessPointID="192.0.2.7" NetworkAccessPointTypeCode="2">)" +
              code("RoleIDCode", "110153", "DCM", "Source Role ID")),
          HasSubstr(
              R"(<ActiveParticipant UserID="association 3" AlternativeUserID="AETITLES=GLISSON2" )"
              R"(UserIsRequestor="false" NetworkAccessPointID="host.example" NetworkAccessPointTypeCode="1">)" +
              code("RoleIDCode", "110152", "DCM", "Destination Role ID")),
          HasSubstr(R"(<AuditSourceIdentification AuditSourceID="host.example">)"),
          HasSubstr(
              R"(ParticipantObjectID="2.25.1" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="3">)" +
              code("ParticipantObjectIDTypeCode", "110180", "DCM", "Study Instance UID"))));
  EXPECT_THAT(
      text,
      AllOf(
          HasSubstr(
              R"(<Accession Number="A1"/><SOPClass UID="1.2.840.10008.5.1.4.1.1.2" NumberOfInstances="12"/>)"),
          HasSubstr(R"(ParticipantObjectID="P&lt;1>&amp;&quot;" ParticipantObjectTypeCode="1" )"
                    R"(ParticipantObjectTypeCodeRole="1">)" +
                    code("ParticipantObjectIDTypeCode", "2", "RFC-3881", "Patient Number") +
                    "<ParticipantObjectName></ParticipantObjectName>"),
          HasSubstr(R"(<ParticipantObjectDetail type="IssuerOfPatientID" value="SA=="/>)")));
}

TEST(AuditMessage, OfABeginningTransferIsExecuted) {
  EXPECT_THAT(message("begin_transferring", 0, transfer_facts),
              AllOf(HasSubstr(R"(EventActionCode="E")"),
                    HasSubstr(code("EventID", "110102", "DCM", "Begin Transferring DICOM Instances"))));
}

TEST(AuditMessage, HoldsOnlyWhatXmlCanHold) {
  EXPECT_THAT(message("sign_in", 4, R"({"account": "a\u0001b", "address": "192.0.2.1"})"),
              AllOf(HasSubstr("UserID=\"a\xEF\xBF\xBD"
                              "b\""),
                    HasSubstr(R"(EventOutcomeIndicator="4")"),
                    HasSubstr(code("EventTypeCode", "110122", "DCM", "Login")), Not(HasSubstr("\x01"))));
}

TEST(AuditMessage, OfARefusalIsASecurityAlertOfTheNode) {
  EXPECT_THAT(
      message("security_alert", 4, R"({"what": "refused_association", "reason": "calling_title_unknown",
              "calling": "CT1", "called": "GLISSON", "address": "192.0.2.7", "times": 12})"),
      AllOf(HasSubstr(code("EventTypeCode", "110126", "DCM", "Node Authentication")),
            HasSubstr("12 associations refused: calling_title_unknown"),
            HasSubstr(R"(ParticipantObjectID="192.0.2.7")"),
            HasSubstr(code("ParticipantObjectIDTypeCode", "110182", "DCM", "Node ID"))));
}

TEST(AuditMessage, OfAChangeNamesWhoAndWhat) {
  const std::string facts =
      R"({"who": "ada", "what": "peer", "subject": "main pacs", "old": null, "new": {"port": 104}})";
  EXPECT_THAT(message("security_alert", 0, facts),
              AllOf(HasSubstr(code("EventTypeCode", "110129", "DCM", "Security Configuration")),
                    HasSubstr(R"(UserID="ada" UserName="ada" UserIsRequestor="false")"),
                    HasSubstr(R"(ParticipantObjectID="glisson://host.example/peer/main%20pacs")"),
                    HasSubstr(R"(type="new" value="eyJwb3J0IjoxMDR9")")));
}

TEST(AuditMessage, OfAnApplicationNamesItsTitles) {
  EXPECT_THAT(
      message("application_stop", 8, R"({"process": "42", "ae_titles": ["A", "B"], "detail": "killed"})"),
      AllOf(HasSubstr(code("EventID", "110100", "DCM", "Application Activity")),
            HasSubstr(code("EventTypeCode", "110121", "DCM", "Application Stop")),
            HasSubstr("<EventOutcomeDescription>killed</EventOutcomeDescription>"),
            HasSubstr(R"(AlternativeUserID="AETITLES=A;B")"),
            HasSubstr(code("RoleIDCode", "110150", "DCM", "Application"))));
}

TEST(AuditMessage, OfAnUnknownKindIsADefect) { EXPECT_THROW(message("other", 0, "{}"), std::logic_error); }

TEST(SyslogMessage, HasTheHeaderOfTheTransmissionProfile) {
  EXPECT_THAT(syslog_message({2147483648, "2026-11-23T10:00:00.000001Z", "", "<x/>"}, "node.example"),
              AllOf(StartsWith("<85>1 2026-11-23T10:00:00.000001Z node.example glisson - DICOM+RFC3881 "
                               "[meta sequenceId=\"1\"][origin software=\"glisson\" swVersion=\""),
                    testing::EndsWith("\"] \xEF\xBB\xBF<x/>")));
}

}  // namespace
}  // namespace glisson::server
