#include "server/study_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dicom/data_set_digest.hpp"
#include "dicom/instance_reader.hpp"
#include "engine/errors.hpp"

namespace glisson::server {
namespace {

struct FoundFile {
  std::filesystem::path path;
  dicom::InstanceHeader header;
};

std::vector<FoundFile> dicom_files(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) {
    throw RejectedInput(RejectionReason::not_dicom, fmt::format("{} is no folder", folder.string()));
  }
  std::vector<FoundFile> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    try {
      found.push_back({entry.path(), dicom::read_instance_header(entry.path())});
    } catch (const RejectedInput& error) {
      // A licence or a DICOMDIR beside the study is no defect of the study.
      if (error.reason() != RejectionReason::not_dicom &&
          error.reason() != RejectionReason::missing_attribute)
        throw;
    }
  }
  return found;
}

}  // namespace

std::vector<StudyInput> find_study_inputs(const std::filesystem::path& folder) {
  const auto files = dicom_files(folder);
  std::map<dicom::SopInstanceUid, std::filesystem::path> by_uid;
  for (const auto& file : files) by_uid.emplace(file.header.sop_instance_uid, file.path);

  std::vector<StudyInput> inputs;
  for (const auto& file : files) {
    if (!file.header.is_segmentation()) continue;
    StudyInput input;
    input.segmentation = file.path;
    std::vector<Sha256> digests{dicom::data_set_digest(file.path).digest};
    for (const auto& uid : file.header.referenced_images) {
      const auto image = by_uid.find(uid);
      if (image == by_uid.end()) continue;
      input.images.push_back(image->second);
      digests.push_back(dicom::data_set_digest(image->second).digest);
    }
    if (input.images.size() < file.header.referenced_images.size()) {
      throw RejectedInput(RejectionReason::incomplete_series,
                          fmt::format("{}: incomplete: {} of {} images", file.path.string(),
                                      input.images.size(), file.header.referenced_images.size()));
    }
    input.digest = input_digest(digests);
    inputs.push_back(std::move(input));
  }
  if (inputs.empty()) {
    throw RejectedInput(RejectionReason::not_a_segmentation,
                        fmt::format("there is no DICOM Segmentation in {}", folder.string()));
  }
  return inputs;
}

}  // namespace glisson::server
