#pragma once

#include <filesystem>
#include <string>

#include "dicom/identity.hpp"

namespace glisson::dicom {

/// What write_phantom_study() has written.
struct PhantomStudy {
  StudyInstanceUid study_instance_uid;
  std::string accession_number;
  int images = 0;                      ///< Of each series.
  std::filesystem::path arterial;      ///< Folder of the late arterial CT series.
  std::filesystem::path portal;        ///< Folder of the portal venous CT series.
  std::filesystem::path segmentation;  ///< SEG on the portal series: Liver, Lesion 1, Lesion 2.
};

/// Writes a synthetic liver study of the fictitious patient "Phantom^Liver" into a folder, which is made
/// where absent: arterial/*.dcm, portal/*.dcm and seg.dcm. UIDs and pixels are the same in each run.
/// @throws TransientError when a file cannot be written.
PhantomStudy write_phantom_study(const std::filesystem::path& folder);

}  // namespace glisson::dicom
