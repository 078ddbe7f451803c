#include "server/referenced_images.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "dicom/instance_reader.hpp"
#include "engine/errors.hpp"

namespace glisson::server {
namespace {

dicom::SopInstanceUid instance_uid(const std::filesystem::path& file) {
  try {
    return dicom::read_instance_header(file).sop_instance_uid;
  } catch (const RejectedInput&) {
    // A licence text beside the images is no defect; a broken image is then reported as missing.
    return {};
  }
}

}  // namespace

std::vector<std::filesystem::path> find_referenced_images(const dicom::InstanceHeader& segmentation,
                                                          const std::filesystem::path& folder) {
  const auto& wanted = segmentation.referenced_images;
  if (wanted.empty()) {
    throw RejectedInput(RejectionReason::missing_attribute, "the segmentation refers to no images");
  }
  std::map<dicom::SopInstanceUid, std::filesystem::path> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const auto uid = instance_uid(entry.path());
    if (std::binary_search(wanted.begin(), wanted.end(), uid)) found.emplace(uid, entry.path());
  }
  if (found.size() < wanted.size()) {
    throw RejectedInput(RejectionReason::incomplete_series,
                        std::to_string(found.size()) + " of " + std::to_string(wanted.size()) +
                            " images that the segmentation refers to are in the folder");
  }
  std::vector<std::filesystem::path> files;
  files.reserve(found.size());
  for (const auto& image : found) files.push_back(image.second);
  return files;
}

}  // namespace glisson::server
