#pragma once

#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "dicom/identity.hpp"
#include "server/study_recipe.hpp"

namespace glisson::server {

/// The DICOM files of a folder and below, for the commands that work without service and database. What is no
/// DICOM (a licence, a DICOMDIR) is passed over, and so is what cannot be read; of copies of an object, the
/// first by path is taken.
class StudyFolder {
 public:
  /// @throws RejectedInput not_dicom when it is no folder.
  explicit StudyFolder(const std::filesystem::path& folder);

  /// The segmentations, sorted by path.
  const std::vector<std::filesystem::path>& segmentations() const { return segmentations_; }

  /// A segmentation, here or elsewhere, with the images of this folder that it refers to and the others of
  /// their series; without digest.
  /// @throws RejectedInput not_a_segmentation, missing_attribute when it refers to no images,
  ///         incomplete_series ("n of m images") when some are not here; as read_instance_header().
  StudyInput input_of(const std::filesystem::path& segmentation) const;

 private:
  struct File {
    std::filesystem::path path;
    dicom::SopInstanceUid sop_instance_uid;
    dicom::SeriesInstanceUid series_instance_uid;
    bool operator<(const File& other) const { return sop_instance_uid < other.sop_instance_uid; }
  };
  /// @param fault what reading the header threw, if anything.
  void add(const std::filesystem::path& path, const dicom::InstanceHeader& header,
           const std::exception_ptr& fault);

  std::vector<File> images_;  ///< Sorted by SOP Instance UID, each once.
  std::vector<std::filesystem::path> segmentations_;
  std::vector<std::string> unreadable_;  ///< Names of DICOM files with the reason why they were passed over.
};

/// input_digest() of the files of an input, which are read for it.
std::string digest_of_files(const StudyInput& input);

}  // namespace glisson::server
