#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "dicom/identity.hpp"
#include "dicom/network/association.hpp"

struct T_ASC_Association;  // DCMTK's
struct T_ASC_Parameters;

namespace glisson::dicom {

/// An accepted presentation context.
struct PresentationContext {
  std::string abstract_syntax;
  std::string transfer_syntax;
};

/// By Presentation Context ID.
using PresentationContexts = std::map<std::uint8_t, PresentationContext>;

/// Names Glisson as the implementation that asks or answers (PS3.7 D.3.3.2).
void copy_implementation(T_ASC_Parameters& parameters);

/// An A-ASSOCIATE-RQ as read, or the reason for which it is rejected unasked.
struct ReadRequest {
  AssociationRequest request;
  std::optional<Admission> refused;  ///< A title that is none, or a foreign application context.
};

ReadRequest read_request(T_ASC_Parameters& parameters, std::string address);

/// Marks every context that names Verification or a storage SOP class as accepted with the first proposed
/// transfer syntax that we take, and all others as refused; then sends the A-ASSOCIATE-AC.
/// @return the accepted contexts; none when the peer is gone.
std::optional<PresentationContexts> accept_association(T_ASC_Association& association);

/// Sends the A-ASSOCIATE-RJ of an admission (PS3.8 9.3.4).
void reject_association(T_ASC_Association& association, Admission admission);

}  // namespace glisson::dicom
