#include "server/audit/message.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace glisson::server {
namespace {

using nlohmann::json;

/// A coded value (PS3.15 A.5.1: csd-code, codeSystemName, originalText).
struct Code {
  const char* value;
  const char* scheme;
  const char* meaning;
};

// Events, CID 400; their types, CID 401; roles, CID 402; identifiers, CID 404 and PS3.15 A.5.1.2.4.
constexpr Code application_activity{"110100", "DCM", "Application Activity"};
constexpr Code begin_transferring{"110102", "DCM", "Begin Transferring DICOM Instances"};
constexpr Code instances_transferred{"110104", "DCM", "DICOM Instances Transferred"};
constexpr Code security_alert{"110113", "DCM", "Security Alert"};
constexpr Code user_authentication{"110114", "DCM", "User Authentication"};
constexpr Code application_start{"110120", "DCM", "Application Start"};
constexpr Code application_stop{"110121", "DCM", "Application Stop"};
constexpr Code login{"110122", "DCM", "Login"};
constexpr Code logout{"110123", "DCM", "Logout"};
constexpr Code node_authentication{"110126", "DCM", "Node Authentication"};
constexpr Code security_configuration{"110129", "DCM", "Security Configuration"};
constexpr Code software_configuration{"110131", "DCM", "Software Configuration"};
constexpr Code user_attributes_changed{"110137", "DCM", "User Security Attributes Changed"};
constexpr Code application{"110150", "DCM", "Application"};
constexpr Code destination_role{"110152", "DCM", "Destination Role ID"};
constexpr Code source_role{"110153", "DCM", "Source Role ID"};
constexpr Code study_instance_uid{"110180", "DCM", "Study Instance UID"};
constexpr Code node_id{"110182", "DCM", "Node ID"};
constexpr Code patient_number{"2", "RFC-3881", "Patient Number"};
constexpr Code uri{"12", "RFC-3881", "URI"};

/// Text that XML 1.0 can hold: control characters, which it cannot even name, become U+FFFD.
std::string xml_text(std::string_view text) {
  std::string clean;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') {
      clean += "\xEF\xBF\xBD";
    } else {
      clean += c;
    }
  }
  return clean;
}

/// Details are base64 so that nothing in them can be taken for markup (PS3.15 A.5.1, ValuePair).
std::string base64(const std::string& text) {
  std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return encoded;
}

std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

/// A text of the facts; empty where they have none.
std::string text(const json& facts, const char* key) {
  const auto found = facts.find(key);
  return found != facts.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void set(pugi::xml_node node, const char* attribute, const std::string& value) {
  node.append_attribute(attribute).set_value(xml_text(value).c_str());
}

void add_code(pugi::xml_node parent, const char* element, const Code& code) {
  pugi::xml_node node = parent.append_child(element);
  set(node, "csd-code", code.value);
  set(node, "codeSystemName", code.scheme);
  set(node, "originalText", code.meaning);
}

void add_detail(pugi::xml_node object, const char* type, const std::string& value) {
  pugi::xml_node detail = object.append_child("ParticipantObjectDetail");
  set(detail, "type", type);
  set(detail, "value", base64(value));
}

/// Somebody or something that takes part in an event.
struct Participant {
  std::string id;
  std::string ae_titles;  ///< Separated by semicolons; empty: no DICOM application.
  std::string name;       ///< For people; empty: none.
  std::string address;    ///< Numeric address or host name; empty: not known.
  bool requestor = false;
  const Code* role = nullptr;
};

/// One message on its way.
class Message {
 public:
  Message(const storage::AuditEvent& event, const AuditSource& source)
      : event_(event), source_(source), facts_(json::parse(event.facts)) {
    root_ = document_.append_child("AuditMessage");
  }

  std::string write() {
    if (event_.kind == "application_start" || event_.kind == "application_stop") {
      application_runs();
    } else if (event_.kind == "begin_transferring" || event_.kind == "instances_transferred") {
      transfer();
    } else if (event_.kind == "security_alert") {
      alert();
    } else if (event_.kind == "sign_in" || event_.kind == "sign_out") {
      authentication();
    } else {
      throw std::logic_error("no kind of audit event: " + event_.kind);
    }
    std::ostringstream xml;
    xml << R"(<?xml version="1.0" encoding="UTF-8"?>)";
    document_.save(xml, "", pugi::format_raw | pugi::format_no_declaration, pugi::encoding_utf8);
    return xml.str();
  }

 private:
  std::string host() const { return event_.host.empty() ? source_.host : event_.host; }
  std::string reporter() const { return source_.id.empty() ? host() : source_.id; }

  void identify(const Code& event, const char* action, const Code* type,
                const std::string& description = {}) {
    pugi::xml_node node = root_.append_child("EventIdentification");
    set(node, "EventActionCode", action);
    set(node, "EventDateTime", event_.at);
    set(node, "EventOutcomeIndicator", std::to_string(event_.outcome));
    add_code(node, "EventID", event);
    if (type != nullptr) add_code(node, "EventTypeCode", *type);
    if (!description.empty()) {
      node.append_child("EventOutcomeDescription").text().set(xml_text(description).c_str());
    }
  }

  void add(const Participant& participant) {
    pugi::xml_node node = root_.append_child("ActiveParticipant");
    set(node, "UserID", participant.id);
    if (!participant.ae_titles.empty()) set(node, "AlternativeUserID", "AETITLES=" + participant.ae_titles);
    if (!participant.name.empty()) set(node, "UserName", participant.name);
    set(node, "UserIsRequestor", participant.requestor ? "true" : "false");
    if (!participant.address.empty()) {
      boost::system::error_code no_address;
      boost::asio::ip::make_address(participant.address, no_address);
      set(node, "NetworkAccessPointID", participant.address);
      set(node, "NetworkAccessPointTypeCode", no_address ? "1" : "2");
    }
    if (participant.role != nullptr) add_code(node, "RoleIDCode", *participant.role);
  }

  /// After the participants, before the objects (PS3.15 A.5.1).
  void add_source() {
    pugi::xml_node node = root_.append_child("AuditSourceIdentification");
    set(node, "AuditSourceID", reporter());
    set(node.append_child("AuditSourceTypeCode"), "csd-code", "4");  // Application server process.
  }

  /// @param name the schema demands one; empty where none is known.
  pugi::xml_node add_object(const char* type, const char* role, const Code& id_type, const std::string& id,
                            const std::string& name) {
    pugi::xml_node node = root_.append_child("ParticipantObjectIdentification");
    set(node, "ParticipantObjectID", id);
    set(node, "ParticipantObjectTypeCode", type);
    set(node, "ParticipantObjectTypeCodeRole", role);
    add_code(node, "ParticipantObjectIDTypeCode", id_type);
    node.append_child("ParticipantObjectName").text().set(xml_text(name).c_str());
    return node;
  }

  /// PS3.15 A.5.3.1.
  void application_runs() {
    identify(application_activity, "E",
             event_.kind == "application_start" ? &application_start : &application_stop,
             text(facts_, "detail"));
    std::string titles;
    for (const auto& title : facts_.at("ae_titles")) {
      titles += (titles.empty() ? "" : ";") + title.get<std::string>();
    }
    add({.id = text(facts_, "process"),
         .ae_titles = titles,
         .name = "glisson",
         .address = host(),
         .requestor = false,
         .role = &application});
    add_source();
  }

  Participant side(const char* which, const Code& role) const {
    const json& facts = facts_.at(which);
    Participant participant{.id = text(facts, "id"),
                            .ae_titles = text(facts, "ae_title"),
                            .name = {},
                            .address = text(facts, "address"),
                            .requestor = facts.value("requestor", false),
                            .role = &role};
    if (participant.ae_titles.empty()) participant.ae_titles = source_.ae_title;
    if (participant.address.empty()) participant.address = host();
    return participant;
  }

  /// PS3.15 A.5.3.3 and A.5.3.7.
  void transfer() {
    const bool begins = event_.kind == "begin_transferring";
    identify(begins ? begin_transferring : instances_transferred,
             begins ? "E" : text(facts_, "action").c_str(), nullptr, text(facts_, "detail"));
    add(side("source", source_role));
    add(side("destination", destination_role));
    add_source();
    pugi::xml_node study = add_object("2", "3", study_instance_uid, text(facts_, "study"), {});
    pugi::xml_node description = study.append_child("ParticipantObjectDescription");
    if (const std::string accession = text(facts_, "accession_number"); !accession.empty()) {
      set(description.append_child("Accession"), "Number", accession);
    }
    for (const auto& [uid, instances] : facts_.at("sop_classes").items()) {
      pugi::xml_node sop_class = description.append_child("SOPClass");
      set(sop_class, "UID", uid);
      set(sop_class, "NumberOfInstances", std::to_string(instances.get<std::int64_t>()));
    }
    pugi::xml_node patient = add_object("1", "1", patient_number, text(facts_, "patient_id"), {});
    if (const std::string issuer = text(facts_, "issuer_of_patient_id"); !issuer.empty()) {
      add_detail(patient, "IssuerOfPatientID", issuer);
    }
  }

  /// PS3.15 A.5.3.11.
  void alert() {
    const std::string what = text(facts_, "what");
    if (what == "refused_association") return refused_association();
    const std::string subject = text(facts_, "subject");
    identify(security_alert, "E",
             what == "account" ? &user_attributes_changed
             : what == "peer"  ? &security_configuration
                               : &software_configuration);
    add({.id = "glisson", .ae_titles = source_.ae_title, .name = {}, .address = host()});
    add({.id = text(facts_, "who"), .ae_titles = {}, .name = text(facts_, "who"), .address = {}});
    add_source();
    const std::string resource =
        fmt::format("glisson://{}/{}/{}", percent_encoded(reporter()), what, percent_encoded(subject));
    pugi::xml_node object = add_object("2", "13", uri, resource, subject);
    const char* how = facts_.at("old").is_null()   ? "added"
                      : facts_.at("new").is_null() ? "removed"
                                                   : "changed";
    add_detail(object, "Alert Description", fmt::format("{} {} was {}", what, subject, how));
    if (const std::string reason = text(facts_, "reason"); !reason.empty())
      add_detail(object, "Reason", reason);
    for (const char* state : {"old", "new"}) {
      if (!facts_.at(state).is_null()) add_detail(object, state, facts_.at(state).dump());
    }
  }

  void refused_association() {
    const std::string address = text(facts_, "address");
    const std::string calling = text(facts_, "calling");
    const std::string caller = !calling.empty() ? calling : !address.empty() ? address : "unknown";
    const std::string detail = fmt::format("{} associations refused: {}",
                                           facts_.at("times").get<std::int64_t>(), text(facts_, "reason"));
    identify(security_alert, "E", &node_authentication, detail);
    const std::string called = text(facts_, "called");
    add({.id = "glisson",
         .ae_titles = called.empty() ? source_.ae_title : called,
         .name = {},
         .address = host()});
    add({.id = caller, .ae_titles = calling, .name = {}, .address = address});
    add_source();
    add_detail(add_object("2", "13", node_id, address.empty() ? caller : address, caller),
               "Alert Description", detail);
  }

  /// PS3.15 A.5.3.12; no objects. The user is who types on a browser at that address.
  void authentication() {
    identify(user_authentication, "E", event_.kind == "sign_in" ? &login : &logout,
             event_.outcome == 0   ? ""
             : event_.outcome == 4 ? "wrong name or password"
                                   : "too many attempts failed; further ones are refused for a while");
    add({.id = text(facts_, "account"),
         .ae_titles = {},
         .name = text(facts_, "account"),
         .address = text(facts_, "address"),
         .requestor = true});
    add({.id = "glisson web", .ae_titles = {}, .name = {}, .address = host()});
    add_source();
  }

  const storage::AuditEvent& event_;
  const AuditSource& source_;
  json facts_;
  pugi::xml_document document_;
  pugi::xml_node root_;
};

}  // namespace

std::string audit_message(const storage::AuditEvent& event, const AuditSource& source) {
  return Message(event, source).write();
}

}  // namespace glisson::server
