#include "server/study_folder.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "dicom/data_set_digest.hpp"
#include "dicom/instance_reader.hpp"
#include "engine/errors.hpp"
#include "engine/side_by_side.hpp"

namespace glisson::server {

StudyFolder::StudyFolder(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) {
    throw RejectedInput(RejectionReason::not_dicom, fmt::format("{} is no folder", folder.string()));
  }
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<dicom::InstanceHeader> headers(paths.size());
  const auto faults = engine::side_by_side(
      paths.size(), [&](std::size_t i) { headers[i] = dicom::read_instance_header(paths[i]); });
  for (std::size_t i = 0; i < paths.size(); ++i) add(paths[i], headers[i], faults[i]);
  std::ranges::stable_sort(images_, std::less<>{});
  const auto same = [](const File& a, const File& b) { return a.sop_instance_uid == b.sop_instance_uid; };
  images_.erase(std::unique(images_.begin(), images_.end(), same), images_.end());
}

void StudyFolder::add(const std::filesystem::path& path, const dicom::InstanceHeader& header,
                      const std::exception_ptr& fault) {
  try {
    engine::rethrow(fault);
    if (header.is_segmentation()) {
      segmentations_.push_back(path);
    } else {
      images_.push_back({path, header.sop_instance_uid, header.series_instance_uid});
    }
  } catch (const RejectedInput& error) {
    // A text file beside the images is no defect; a broken image is named where an image is missing.
    if (error.reason() != RejectionReason::not_dicom)
      unreadable_.push_back(fmt::format("{} ({})", path.filename().string(), keyword(error.reason())));
  }
}

namespace {

/// When the last of the files was written.
std::time_t last_change(const StudyInput& input) {
  std::time_t last = 0;
  const auto look_at = [&last](const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) == 0) last = std::max(last, status.st_mtime);
  };
  look_at(input.segmentation);
  for (const auto& file : input.images) look_at(file);
  for (const auto& file : input.rest_of_series) look_at(file);
  return last;
}

}  // namespace

StudyInput StudyFolder::input_of(const std::filesystem::path& segmentation) const {
  const std::string name = segmentation.filename().string();
  const auto header = dicom::read_instance_header(segmentation);
  if (!header.is_segmentation()) {
    throw RejectedInput(RejectionReason::not_a_segmentation, name + " is no DICOM Segmentation");
  }
  const auto& wanted = header.referenced_images;
  if (wanted.empty()) {
    throw RejectedInput(RejectionReason::missing_attribute, name + " refers to no images");
  }
  StudyInput input;
  input.segmentation = segmentation;
  std::set<dicom::SeriesInstanceUid> series;
  const auto is_wanted = [&](const File& file) {
    return std::binary_search(wanted.begin(), wanted.end(), file.sop_instance_uid);
  };
  for (const File& file : images_) {
    if (!is_wanted(file)) continue;
    input.images.push_back(file.path);
    series.insert(file.series_instance_uid);
  }
  if (input.images.size() < wanted.size()) {
    throw RejectedInput(
        RejectionReason::incomplete_series,
        fmt::format("{}: incomplete: {} of {} images{}{}", name, input.images.size(), wanted.size(),
                    unreadable_.empty() ? "" : "; unreadable: ", fmt::join(unreadable_, ", ")));
  }
  for (const File& file : images_) {
    if (!is_wanted(file) && series.contains(file.series_instance_uid))
      input.rest_of_series.push_back(file.path);
  }
  input.received_at = last_change(input);
  return input;
}

std::string digest_of_files(const StudyInput& input) {
  std::vector<Sha256> digests{dicom::data_set_digest(input.segmentation).digest};
  for (const auto* files : {&input.images, &input.rest_of_series}) {
    for (const auto& file : *files) digests.push_back(dicom::data_set_digest(file).digest);
  }
  return input_digest(digests);
}

}  // namespace glisson::server
