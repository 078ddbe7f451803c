#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "storage/index.hpp"

namespace glisson::storage {

inline constexpr const char* ct_image = "1.2.840.10008.5.1.4.1.1.2";
inline constexpr const char* segmentation = "1.2.840.10008.5.1.4.1.1.66.4";

/// An image as it would be received; `content` stands for its bytes.
inline ReceivedInstance image(const std::string& uid, const std::string& content = "",
                              const std::string& study = "1.2.3", const std::string& series = "1.2.3.1") {
  static std::atomic<int> files{0};
  ReceivedInstance received;
  received.header.sop_class_uid = dicom::SopClassUid(ct_image);
  received.header.sop_instance_uid = dicom::SopInstanceUid(uid);
  received.header.series_instance_uid = dicom::SeriesInstanceUid(series);
  received.header.study_instance_uid = dicom::StudyInstanceUid(study);
  received.header.transfer_syntax_uid = dicom::TransferSyntaxUid("1.2.840.10008.1.2.1");
  received.header.modality = "CT";
  received.header.patient_id = "P1";
  received.header.accession_number = "A1";
  received.file_id = to_hex(sha256("file " + std::to_string(files++))).substr(0, 32);
  received.bytes = 1000;
  received.digest = sha256(uid + content);
  return received;
}

/// A segmentation of the images named.
inline ReceivedInstance segmentation_of(const std::vector<std::string>& images,
                                        const std::string& uid = "1.2.3.9.1", const std::string& content = "",
                                        const std::string& study = "1.2.3") {
  ReceivedInstance received = image(uid, content, study, study + ".9");
  received.header.sop_class_uid = dicom::SopClassUid(segmentation);
  received.header.modality = "SEG";
  for (const std::string& referenced : images) received.header.referenced_images.emplace_back(referenced);
  return received;
}

}  // namespace glisson::storage
