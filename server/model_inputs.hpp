#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/feature.hpp"
#include "engine/geometry/lesion_size.hpp"
#include "engine/risk/risk_model.hpp"

namespace glisson::server {

/// A drawn lesion as the models see it. Every lesion with at least one voxel belongs among them, measured by
/// features or not: counts and sizes are of all drawn lesions.
struct MeasuredLesion {
  int segment_number = 0;
  const engine::LesionSize* size = nullptr;         ///< Never null.
  const engine::FeatureVector* features = nullptr;  ///< Null where no features could be computed.
  /// Why it is not certain to be one lesion, e.g. "segment 2 is drawn in 3 separate parts"; else empty.
  std::string ambiguity = {};
};

/// What the features were computed from, and how.
struct MeasuredImages {
  std::string modality;              ///< "CT", "MR" or "PT".
  std::string intensity_unit = "1";  ///< UCUM, e.g. "[hnsf'U]".
  std::string protocol_digest;       ///< Of the extraction protocol.
  std::string phase;                 ///< Contrast phase, empty where not known.
};

/// What patient models are assessed on: the measures of all drawn lesions (engine::lesion_measures()). A size
/// is known to 2 mm or one voxel, whichever is larger, and a sum of sizes to the sum of theirs. Where it is
/// not certain that each mask is one lesion, number and diameters are undefined.
engine::ModelContext patient_context(std::span<const MeasuredLesion> lesions, const MeasuredImages& images);

/// What lesion models are assessed on: the lesion's own measures and features, and those of the patient. A
/// feature with a reason is undefined, even where it has a sentinel for a value.
engine::ModelContext lesion_context(const MeasuredLesion& lesion, std::span<const MeasuredLesion> lesions,
                                    const MeasuredImages& images);

/// Applies every model: patient models once (also where no lesion is drawn), lesion models once for each
/// lesion.
/// @param models must outlive the assessments.
/// @return in the order of the models, then of the lesions.
std::vector<engine::RiskAssessment> assess_all(std::span<const engine::RiskModel> models,
                                               std::span<const MeasuredLesion> lesions,
                                               const MeasuredImages& images);

}  // namespace glisson::server
