#include "tests/docs/network_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/settings.hpp"
#include "dicom/network/association.hpp"
#include "dicom/network/part10.hpp"
#include "dicom/network/probe.hpp"
#include "dicom/network/rejection.hpp"
#include "dicom/network/sender.hpp"
#include "dicom/network/store_refusal.hpp"
#include "dicom/network/transfer_capability.hpp"
#include "dicom/network/upper_layer.hpp"
#include "dicom/transfer_syntax.hpp"
#include "server/admission/access_policy.hpp"
#include "server/doctor/report_steps.hpp"
#include "storage/refused_associations.hpp"
#include "tests/support/committed_page.hpp"

namespace glisson::tests {
namespace {

using dicom::PixelEncoding;
using dicom::SendResult;

const dicom::SopClassUid verification("1.2.840.10008.1.1");

/// The roles that a SOP class is supported in; the table of the code has a row for each role.
struct Roles {
  std::string name;
  bool scu = false;
  bool scp = false;
};

std::map<std::string, Roles> roles_by_uid() {
  std::map<std::string, Roles> roles;
  for (const auto& capability : dicom::transfer_capabilities()) {
    Roles& of_class = roles[capability.sop_class_uid.value()];
    of_class.name = capability.name;
    of_class.scu = of_class.scu || capability.scu;
    of_class.scp = of_class.scp || capability.scp;
  }
  return roles;
}

const char* yes(bool supported) { return supported ? "yes" : "no"; }

std::string yes_or_why(const dicom::TransferSyntax& syntax) {
  if (syntax.encoding == PixelEncoding::not_decoded) return "no, kept only";
  return syntax.lossy ? "where the protocol allows lossy compression" : "yes";
}

std::string syntax_names(const std::vector<dicom::TransferSyntaxUid>& syntaxes) {
  std::string names;
  for (const auto& uid : syntaxes) {
    names += (names.empty() ? "" : ", ") + std::string(dicom::find_transfer_syntax(uid.value())->name);
  }
  return names;
}

std::string context_rows(const std::vector<dicom::SopClassUid>& classes, const std::string& syntaxes) {
  std::string rows =
      "| abstract syntax | UID | transfer syntaxes | role | extended negotiation |\n|---|---|---|---|---|\n";
  for (const auto& uid : classes) {
    rows += fmt::format("| {} | `{}` | {} | SCU | none |\n", dicom::name_of_uid(uid.value()), uid.value(),
                        syntaxes);
  }
  return rows;
}

const char* result_in_words(std::uint8_t result) {
  return result == 1 ? "1, rejected permanent" : "2, rejected transient";
}

const char* source_in_words(std::uint8_t source) {
  return source == 1 ? "1, service user" : "3, service provider (presentation)";
}

const char* consequence(SendResult result) {
  switch (result) {
    case SendResult::accepted:
      return "sent; done";
    case SendResult::transient:
      return "sent again later, for ever";
    case SendResult::no_context:
    case SendResult::refused:
      return "sent as the next SR IOD; after the last one `blocked`";
    case SendResult::not_admitted:
      break;
  }
  return "`blocked`";
}

}  // namespace

std::string service_overview() {
  std::string rows = "| service | SOP class | user (SCU) | provider (SCP) |\n|---|---|---|---|\n";
  std::size_t stored = 0;
  for (const auto& [uid, roles] : roles_by_uid()) {
    if (roles.scu) {
      const char* const service = uid == verification.value() ? "Verification" : "Storage";
      rows += fmt::format("| {} | {} | yes | {} |\n", service, roles.name, yes(roles.scp));
    } else if (roles.scp) {
      ++stored;
    }
  }
  return rows +
         fmt::format(
             "| Storage | {} further ones that are known by name, and all others, private ones included "
             "| no | yes |\n",
             stored);
}

std::string sop_classes() {
  std::string rows = "| SOP class | UID | SCU | SCP |\n|---|---|---|---|\n";
  for (const auto& [uid, roles] : roles_by_uid()) {
    rows += fmt::format("| {} | `{}` | {} | {} |\n", roles.name, uid, yes(roles.scu), yes(roles.scp));
  }
  return rows;
}

std::string transfer_syntaxes() {
  std::string rows = "| transfer syntax | UID | pixels are analysed |\n|---|---|---|\n";
  for (const auto& syntax : dicom::transfer_syntaxes()) {
    rows += fmt::format("| {} | `{}` | {} |\n", syntax.name, syntax.uid, yes_or_why(syntax));
  }
  return rows;
}

std::string report_contexts() {
  std::vector<dicom::SopClassUid> classes;
  std::string syntaxes;
  for (const auto& capability : dicom::transfer_capabilities()) {
    if (!capability.scu || capability.sop_class_uid == verification) continue;
    classes.push_back(capability.sop_class_uid);
    syntaxes = syntax_names(capability.transfer_syntaxes);
  }
  return context_rows(classes, syntaxes);
}

std::string check_contexts() {
  std::vector<dicom::SopClassUid> classes{verification};
  const auto reports = server::report_proposal();
  classes.insert(classes.end(), reports.begin(), reports.end());
  classes.insert(classes.end(),
                 {dicom::storage_commitment_push_model, dicom::study_root_find, dicom::study_root_move});
  std::string rows = "| abstract syntax | UID | role |\n|---|---|---|\n";
  for (const auto& uid : classes)
    rows += fmt::format("| {} | `{}` | SCU |\n", dicom::name_of_uid(uid.value()), uid.value());
  return rows;
}

std::string rejections() {
  std::string rows = "| result | source | reason | cause |\n|---|---|---|---|\n";
  for (const auto& row : dicom::rejections()) {
    rows += fmt::format("| {} | {} | {}, {} | {} |\n", result_in_words(row.rejection.result),
                        source_in_words(row.rejection.source), row.rejection.reason, row.words, row.cause);
  }
  return rows;
}

std::string access_refusals() {
  std::string rows = "| kept as | meaning | the peer is told |\n|---|---|---|\n";
  for (const auto& row : storage::association_refusals()) {
    std::string told = "which of them: title not recognized, or application context name not supported";
    if (row.refusal != storage::AssociationRefusal::malformed_request) {
      const auto admission = server::answer_to(row.refusal);
      told = std::ranges::find(dicom::rejections(), admission, &dicom::RejectionDefinition::admission)->words;
    }
    rows += fmt::format("| `{}` | {} | {} |\n", row.keyword, row.meaning, told);
  }
  return rows;
}

std::string store_statuses() {
  std::string rows =
      "| status | Error Comment | cause |\n|---|---|---|\n| 0000H | | The object is durable and indexed, or "
      "the "
      "same bytes were before. |\n";
  for (const auto& row : dicom::store_refusals()) {
    rows += fmt::format("| {:04X}H | {} | {} |\n", static_cast<unsigned>(row.status),
                        row.comment.empty() ? std::string() : fmt::format("`{}`", row.comment), row.cause);
  }
  return rows;
}

std::string status_meanings() {
  std::string rows = "| status | meaning | the report is |\n|---|---|---|\n";
  for (const auto& row : dicom::status_meanings()) {
    const bool is_rest = row.lowest == 0 && row.highest == 0xFFFF;
    const std::string range = is_rest ? "other"
                              : row.lowest == row.highest
                                  ? fmt::format("{:04X}H", row.lowest)
                                  : fmt::format("{:04X}H to {:04X}H", row.lowest, row.highest);
    rows += fmt::format("| {} | {} | {} |\n", range, row.meaning, consequence(row.result));
  }
  return rows;
}

std::string implementation() {
  return fmt::format(
      "| what | value |\n|---|---|\n| Application context name | `1.2.840.10008.3.1.1.1` |\n"
      "| Implementation Class UID | `{}` |\n| Implementation Version Name | `{}` |\n"
      "| Maximum PDU length received, as acceptor | {} bytes |\n| Maximum PDU length received, as requestor "
      "| {} bytes |\n"
      "| Time to connect, and for each answer to a request of ours | {} s |\n",
      dicom::implementation_class_uid, dicom::implementation_version_name,
      dicom::AssociationLimits{}.max_pdu_length, dicom::requestor_pdu,
      dicom::Destination{}.timeout.count() / 1000);
}

std::string settings_of(const std::vector<std::string>& sections) {
  std::string rows = "| setting | standard value | meaning |\n|---|---|---|\n";
  for (const auto& setting : config::describe_settings({})) {
    const std::string section = setting.key.substr(0, setting.key.find('.'));
    if (std::ranges::find(sections, section) == sections.end()) continue;
    rows += fmt::format("| `{}` | `{}` | {} |\n", setting.key, setting.standard, table_cell(setting.meaning));
  }
  return rows;
}

}  // namespace glisson::tests
