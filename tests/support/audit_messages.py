"""What DICOM PS3.15 demands of an audit message: the schema of A.5.1 and the tables of A.5.3, as checks."""

import base64
import re
import xml.etree.ElementTree as ElementTree

CODED = {"csd-code", "codeSystemName", "originalText"}
# Element: (mandatory attributes, optional ones, children as a pattern over their names), PS3.15 A.5.1.
SCHEMA = {
    "AuditMessage": (set(), set(), r"EventIdentification (ActiveParticipant )+AuditSourceIdentification "
                                   r"(ParticipantObjectIdentification )*"),
    "EventIdentification": ({"EventDateTime", "EventOutcomeIndicator"}, {"EventActionCode"},
                            r"EventID (EventTypeCode )*(EventOutcomeDescription )?"),
    "EventID": (CODED, {"displayName"}, ""),
    "EventTypeCode": (CODED, {"displayName"}, ""),
    "EventOutcomeDescription": (set(), set(), ""),
    "ActiveParticipant": ({"UserID", "UserIsRequestor"},
                          {"AlternativeUserID", "UserName", "NetworkAccessPointID", "NetworkAccessPointTypeCode"},
                          r"(RoleIDCode )*(MediaIdentifier )?"),
    "RoleIDCode": (CODED, {"displayName"}, ""),
    "AuditSourceIdentification": ({"AuditSourceID"}, {"AuditEnterpriseSiteID"}, r"(AuditSourceTypeCode )*"),
    "AuditSourceTypeCode": ({"csd-code"}, CODED | {"displayName"}, ""),
    "ParticipantObjectIdentification": (
        {"ParticipantObjectID"}, {"ParticipantObjectTypeCode", "ParticipantObjectTypeCodeRole",
                                  "ParticipantObjectDataLifeCycle", "ParticipantObjectSensitivity"},
        r"ParticipantObjectIDTypeCode (ParticipantObjectName |ParticipantObjectQuery )(ParticipantObjectDetail )*"
        r"(ParticipantObjectDescription )*"),
    "ParticipantObjectIDTypeCode": (CODED, {"displayName"}, ""),
    "ParticipantObjectName": (set(), set(), ""),
    "ParticipantObjectDetail": ({"type", "value"}, set(), ""),
    "ParticipantObjectDescription": (set(), set(), r"(MPPS )*(Accession )*(SOPClass )*(ParticipantObjectContainsStudy )?"
                                                   r"(Encrypted )?(Anonymized )?"),
    "Accession": ({"Number"}, set(), ""),
    "SOPClass": ({"NumberOfInstances"}, {"UID"}, r"(Instance )*"),
}
VALUES = {"EventActionCode": r"[CRUDE]", "EventOutcomeIndicator": r"0|4|8|12", "UserIsRequestor": r"true|false",
          "EventDateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "NumberOfInstances": r"\d+",
          "NetworkAccessPointTypeCode": r"[1-5]", "ParticipantObjectTypeCode": r"[1-4]"}


def _check_schema(element):
    mandatory, optional, children = SCHEMA[element.tag]
    assert mandatory <= set(element.attrib) <= mandatory | optional, (element.tag, element.attrib)
    for name, value in element.attrib.items():
        assert re.fullmatch(VALUES.get(name, r"(?s).*"), value), (name, value)
    names = "".join(child.tag + " " for child in element)
    assert re.fullmatch(children, names), (element.tag, names)
    for child in element:
        _check_schema(child)


def code(element):
    return element.get("csd-code")


class AuditMessage:
    """A message that keeps to the schema; AssertionError otherwise."""

    def __init__(self, text):
        self.root = ElementTree.fromstring(text)
        _check_schema(self.root)
        event = self.root.find("EventIdentification")
        self.event = code(event.find("EventID"))
        self.types = [code(child) for child in event.findall("EventTypeCode")]
        self.action = event.get("EventActionCode")
        self.outcome = int(event.get("EventOutcomeIndicator"))
        self.participants = self.root.findall("ActiveParticipant")
        self.objects = self.root.findall("ParticipantObjectIdentification")
        for detail in self.root.iter("ParticipantObjectDetail"):
            base64.b64decode(detail.get("value"), validate=True)
        self._check_table()

    def with_role(self, role):
        return [found for found in self.participants if role in map(code, found.findall("RoleIDCode"))]

    def with_type(self, id_type):
        return [found for found in self.objects if code(found.find("ParticipantObjectIDTypeCode")) == id_type]

    def details(self):
        return {found.get("type"): base64.b64decode(found.get("value")).decode()
                for found in self.root.iter("ParticipantObjectDetail")}

    def _check_table(self):
        {"110100": self._application_activity, "110102": self._transfer, "110104": self._transfer,
         "110113": self._security_alert, "110114": self._user_authentication}[self.event]()

    def _application_activity(self):  # Table A.5.3.1-1
        assert self.action == "E" and self.types in (["110120"], ["110121"])
        (application,) = self.with_role("110150")
        assert application.get("AlternativeUserID").startswith("AETITLES=") and not self.objects

    def _transfer(self):  # Tables A.5.3.3-1 and A.5.3.7-1
        assert self.action in ("E" if self.event == "110102" else "CRU")
        (source,), (destination,) = self.with_role("110153"), self.with_role("110152")
        for participant in (source, destination):
            assert re.fullmatch("AETITLES=.{1,16}", participant.get("AlternativeUserID"))
        studies, (patient,) = self.with_type("110180"), self.with_type("2")
        assert len(studies) == 1
        assert studies[0].get("ParticipantObjectTypeCode") == "2" and studies[0].get("ParticipantObjectTypeCodeRole") == "3"
        assert patient.get("ParticipantObjectTypeCode") == "1" and patient.get("ParticipantObjectTypeCodeRole") == "1"
        assert studies[0].findall("ParticipantObjectDescription/SOPClass")

    def _security_alert(self):  # Table A.5.3.11-1
        assert self.action == "E" and self.types and set(self.types) <= {str(code) for code in range(110126, 110138)}
        assert all(found.get("UserIsRequestor") == "false" for found in self.participants[1:])
        for subject in self.objects:
            assert subject.get("ParticipantObjectTypeCode") == "2"
            assert code(subject.find("ParticipantObjectIDTypeCode")) in ("12", "110182")
        assert "Alert Description" in self.details()

    def _user_authentication(self):  # Table A.5.3.12-1
        assert self.action == "E" and self.types in (["110122"], ["110123"])
        person = self.participants[0]
        assert person.get("NetworkAccessPointID") and person.get("NetworkAccessPointTypeCode") and not self.objects
