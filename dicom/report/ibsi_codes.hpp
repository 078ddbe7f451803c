#pragma once

#include <optional>
#include <string_view>

#include "engine/coded_concept.hpp"

namespace glisson::dicom {

/// The coded concept of an IBSI feature where DICOM adopted its permanent identifier (PS3.16 CID 218,
/// "Quantitative Image Features"); none for the identifiers that it did not adopt, such as those of the
/// intensity-based statistics.
std::optional<engine::CodedConcept> ibsi_concept(std::string_view identifier);

}  // namespace glisson::dicom
