// flawed_study FOLDER STUDY FLAW: writes a synthetic CT series to FOLDER/images and a segmentation of it to
// FOLDER/seg.dcm, with one thing wrong; for end-to-end tests of what users send. Without a FLAW: lists them.
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <string>

#include "tests/support/synthetic_dicom.hpp"

namespace glisson::tests {
namespace {

struct Study {
  SyntheticSeries series;
  SyntheticSegmentation segmentation;
};

using Flaw = std::function<void(Study&)>;

Flaw of_series(SeriesDefect defect) {
  return [defect](Study& study) { study.series.defect = defect; };
}

Flaw of_segmentation(SegmentationDefect defect) {
  return [defect](Study& study) { study.segmentation.defect = defect; };
}

/// A liver and a lesion of the voxels that `inside` says.
Flaw of_lesion(const std::function<bool(int x, int y, int z)>& inside) {
  return [inside](Study& study) {
    const SyntheticSegment liver{.number = 1, .label = "Liver", .type = {"10200004", "SCT", "Liver"}};
    const SyntheticSegment lesion{.number = 2, .label = "Lesion", .inside = inside};
    study.segmentation.segments = {liver, lesion};
    study.segmentation.omit_empty_frames = false;
  };
}

const std::map<std::string, Flaw>& flaws() {
  static const std::map<std::string, Flaw> all{
      {"none", [](Study&) {}},
      {"empty_lesion", of_lesion([](int, int, int) { return false; })},
      {"one_voxel_lesion", of_lesion([](int x, int y, int z) { return x == 3 && y == 2 && z == 2; })},
      {"no_segment_of_interest",
       [](Study& study) {
         study.segmentation.segments.front().label = "Spleen";
         study.segmentation.segments.front().type = {"78961009", "SCT", "Spleen"};
       }},
      {"no_references", [](Study& study) { study.segmentation.refers_to_images = false; }},
      {"other_pixels",
       [](Study& study) { study.series.stored_value = [](int x, int y, int z) { return 7 * x + y - z; }; }},
      {"long_work",
       [](Study& study) {
         study.series.size = {256, 256, 120};
         study.series.spacing = {1, 1, 1};
         study.segmentation.segments.front().inside = [](int x, int y, int z) {
           return x > 8 && x < 248 && y > 8 && y < 248 && z > 4 && z < 116;
         };
       }},
      {"other_header", [](Study& study) { study.series.series_description = "Corrected"; }},
      {"other_patient_name", [](Study& study) { study.series.patient_name = "Corrected^Tina"; }},
      {"other_label", [](Study& study) { study.segmentation.segments.front().label = "Lesion, renamed"; }},
      {"further_slice", [](Study& study) { study.series.size[2] += 1; }},
      {"undecoded_images", of_series(SeriesDefect::not_decoded)},
      {"jpeg_of_another_size", of_series(SeriesDefect::jpeg_of_another_size)},
      {"truncated_jpeg", of_series(SeriesDefect::truncated_jpeg)},
      {"missing_slice", of_series(SeriesDefect::missing_slice)},
      {"duplicate_position", of_series(SeriesDefect::duplicate_position)},
      {"mixed_orientation", of_series(SeriesDefect::mixed_orientation)},
      {"mixed_pixel_spacing", of_series(SeriesDefect::mixed_pixel_spacing)},
      {"secondary_capture", of_series(SeriesDefect::secondary_capture)},
      {"short_image_pixels", of_series(SeriesDefect::short_pixel_data)},
      {"truncated_image", of_series(SeriesDefect::truncated_file)},
      {"absurd_rows_and_columns", of_series(SeriesDefect::absurd_rows_and_columns)},
      {"malformed_series_uid", of_series(SeriesDefect::malformed_series_uid)},
      {"fractional_mask", of_segmentation(SegmentationDefect::fractional)},
      {"compressed_mask", of_segmentation(SegmentationDefect::run_length_encoded)},
      {"mask_of_another_patient", [](Study& study) { study.segmentation.patient_id = "CANARY"; }},
      {"lossy_images", [](Study& study) { study.series.lossy_before = true; }},
      {"padded_lesion",
       [](Study& study) {
         of_lesion([](int x, int y, int) { return x > 2 && y > 1; })(study);
         study.series.padding_value = study.series.stored_value(4, 3, 2);
       }},
      {"mask_off_grid", of_segmentation(SegmentationDefect::off_grid_in_plane)},
      {"mask_of_other_spacing", of_segmentation(SegmentationDefect::other_pixel_spacing)},
      {"short_mask_pixels", of_segmentation(SegmentationDefect::short_pixel_data)},
      {"truncated_mask", of_segmentation(SegmentationDefect::truncated_file)},
      {"absurd_number_of_frames", of_segmentation(SegmentationDefect::absurd_number_of_frames)},
  };
  return all;
}

int write(const std::filesystem::path& folder, const std::string& name, const std::string& flaw) {
  const auto found = flaws().find(flaw);
  if (found == flaws().end()) {
    std::cerr << "flawed_study: there is no flaw '" << flaw << "'\n";
    return 2;
  }
  Study study;
  study.series.study = name;
  study.segmentation.uid_seed = "segmentation of " + name;
  found->second(study);
  write_series(study.series, folder / "images");
  write_segmentation(study.segmentation, study.series, folder / "seg.dcm");
  return 0;
}

}  // namespace
}  // namespace glisson::tests

int main(int count, char** arguments) {
  if (count == 4) return glisson::tests::write(arguments[1], arguments[2], arguments[3]);
  for (const auto& flaw : glisson::tests::flaws()) std::cout << flaw.first << '\n';
  return 2;
}
