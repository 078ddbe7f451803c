#pragma once

#include <filesystem>
#include <vector>

#include "server/study_recipe.hpp"

namespace glisson::server {

/// The inputs of the recipe found in a folder and below: one for each segmentation, with the images that it
/// refers to. Files that are not DICOM are passed over.
/// @throws RejectedInput incomplete_series when images that a segmentation refers to are not in the folder,
///         not_a_segmentation when there is no segmentation.
std::vector<StudyInput> find_study_inputs(const std::filesystem::path& folder);

}  // namespace glisson::server
