#include "dicom/network/negotiation.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmnet/assoc.h>

#include <algorithm>
#include <string_view>

#include "dicom/network/part10.hpp"
#include "dicom/network/rejection.hpp"
#include "engine/errors.hpp"

namespace glisson::dicom {
namespace {

std::optional<AeTitle> title(const char* text) {
  try {
    return AeTitle(text);
  } catch (const RejectedInput&) {
    return std::nullopt;
  }
}

bool is_accepted_abstract_syntax(std::string_view uid) {
  return uid == UID_VerificationSOPClass || is_storage_sop_class(uid);
}

/// The first that the peer proposes; big endian, which is retired, only where it proposes nothing else.
const char* first_accepted_transfer_syntax(const T_ASC_PresentationContext& context) {
  const auto* const begin = context.proposedTransferSyntaxes;
  const auto* const end = begin + context.transferSyntaxCount;
  const auto is_big_endian = [](const DIC_UI& uid) {
    return std::string_view(uid) == UID_BigEndianExplicitTransferSyntax;
  };
  const auto* found = std::find_if(
      begin, end, [&](const DIC_UI& uid) { return is_accepted_transfer_syntax(uid) && !is_big_endian(uid); });
  if (found == end) found = std::find_if(begin, end, is_big_endian);
  return found == end ? nullptr : *found;
}

template <typename Visit>
void for_each_context(T_ASC_Parameters& parameters, Visit visit) {
  const int count = ASC_countPresentationContexts(&parameters);
  for (int i = 0; i < count; ++i) {
    T_ASC_PresentationContext context{};
    // Contexts that propose more transfer syntaxes than DCMTK holds cannot be read and stay unanswered.
    if (ASC_getPresentationContext(&parameters, i, &context).good()) visit(context);
  }
}

}  // namespace

void copy_implementation(T_ASC_Parameters& parameters) {
  const auto copy = [](std::string_view text, char* target) {
    *std::copy(text.begin(), text.end(), target) = 0;
  };
  copy(implementation_class_uid, parameters.ourImplementationClassUID);
  copy(implementation_version_name, parameters.ourImplementationVersionName);
}

ReadRequest read_request(T_ASC_Parameters& parameters, std::string address) {
  ReadRequest read;
  read.request.address = std::move(address);
  const auto& service = parameters.DULparams;
  const auto calling = title(service.callingAPTitle);
  const auto called = title(service.calledAPTitle);
  if (!called) read.refused = Admission::called_title_not_recognized;
  if (!calling) read.refused = Admission::calling_title_not_recognized;
  read.request.calling = calling.value_or(AeTitle());
  read.request.called = called.value_or(AeTitle());
  if (std::string_view(service.applicationContextName) != UID_StandardApplicationContext) {
    read.refused = Admission::foreign_application_context;
  }
  bool verification = false;
  bool others = false;
  for_each_context(parameters, [&](const T_ASC_PresentationContext& context) {
    if (std::string_view(context.abstractSyntax) == UID_VerificationSOPClass) {
      verification = true;
      return;
    }
    others = true;
    if (!is_storage_sop_class(context.abstractSyntax) || first_accepted_transfer_syntax(context) == nullptr) {
      return;
    }
    auto& classes = read.request.storage_classes;
    const SopClassUid uid(context.abstractSyntax);
    if (std::find(classes.begin(), classes.end(), uid) == classes.end()) classes.push_back(uid);
  });
  read.request.verification_only = verification && !others;
  return read;
}

std::optional<PresentationContexts> accept_association(T_ASC_Association& association) {
  T_ASC_Parameters& parameters = *association.params;
  PresentationContexts contexts;
  for_each_context(parameters, [&](const T_ASC_PresentationContext& context) {
    const auto id = context.presentationContextID;
    const char* const syntax = first_accepted_transfer_syntax(context);
    const bool known = is_accepted_abstract_syntax(context.abstractSyntax);
    if (known && syntax != nullptr && ASC_acceptPresentationContext(&parameters, id, syntax).good()) {
      contexts[id] = {context.abstractSyntax, syntax};
    } else {
      static_cast<void>(ASC_refusePresentationContext(
          &parameters, id, known ? ASC_P_TRANSFERSYNTAXESNOTSUPPORTED : ASC_P_ABSTRACTSYNTAXNOTSUPPORTED));
    }
  });
  copy_implementation(parameters);
  if (ASC_acknowledgeAssociation(&association).bad()) return std::nullopt;
  return contexts;
}

void reject_association(T_ASC_Association& association, Admission admission) {
  const Rejection rejection = rejection_of(admission);
  // DCMTK's reasons carry their source in the second byte.
  const T_ASC_RejectParameters parameters{
      static_cast<T_ASC_RejectParametersResult>(rejection.result),
      static_cast<T_ASC_RejectParametersSource>(rejection.source),
      static_cast<T_ASC_RejectParametersReason>(rejection.source << 8U | rejection.reason)};
  static_cast<void>(ASC_rejectAssociation(&association, &parameters));
}

}  // namespace glisson::dicom
