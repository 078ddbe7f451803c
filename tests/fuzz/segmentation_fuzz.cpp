// Segmentations, read onto the grid of a series that is as it should be.
#include "dicom/images/segmentation.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/synthetic_dicom.hpp"

namespace {

const glisson::dicom::ImageSeries& images() {
  static const auto series = [] {
    const auto folder =
        std::filesystem::temp_directory_path() / ("glisson-fuzz." + std::to_string(::getpid()));
    const auto files = glisson::tests::write_series({}, folder);
    auto read = glisson::dicom::read_image_series(files);
    std::filesystem::remove_all(folder);
    return read;
  }();
  return series;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  const fuzz::InputFile file(data, size);
  return fuzz::parse([&] {
    const auto segmentation = dicom::read_segmentation(file.path(), images());
    if (segmentation.sop_instance_uid.empty()) std::abort();
  });
}
