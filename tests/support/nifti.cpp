#include "tests/support/nifti.hpp"

#include <zlib.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace glisson::tests {
namespace {

// Offsets in the 348 bytes of the NIfTI-1 header (nifti1.h).
constexpr std::size_t header_size = 348;
constexpr std::size_t dim = 40;
constexpr std::size_t datatype = 70;
constexpr std::size_t pixdim = 76;
constexpr std::size_t vox_offset = 108;
constexpr std::size_t scl_slope = 112;
constexpr std::size_t scl_inter = 116;
constexpr std::size_t sform_code = 254;
constexpr std::size_t srow_x = 280;
constexpr std::size_t magic = 344;

using Bytes = std::vector<char>;

std::runtime_error unreadable(const std::filesystem::path& file, const std::string& reason) {
  return std::runtime_error(file.filename().string() + ": " + reason);
}

Bytes inflate(const std::filesystem::path& file) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> stream(gzopen(file.c_str(), "rb"), gzclose);
  if (!stream) throw unreadable(file, "cannot be opened");
  Bytes bytes;
  std::array<char, 1 << 16> buffer{};
  int read = 0;
  while ((read = gzread(stream.get(), buffer.data(), buffer.size())) > 0) {
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + read);
  }
  if (read < 0) throw unreadable(file, "damaged");
  return bytes;
}

template <typename T>
T value_at(const Bytes& bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

template <typename T>
std::vector<float> scaled(const Bytes& bytes, std::size_t offset, std::size_t count, double slope,
                          double intercept) {
  if (bytes.size() < offset + count * sizeof(T)) throw std::runtime_error("truncated NIfTI file");
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto stored = static_cast<double>(value_at<T>(bytes, offset + i * sizeof(T)));
    values[i] = static_cast<float>(slope * stored + intercept);
  }
  return values;
}

engine::Grid grid_of(const Bytes& bytes) {
  engine::Grid grid;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    grid.size[axis] = value_at<std::int16_t>(bytes, dim + 2 * (axis + 1));
    grid.spacing[axis] = value_at<float>(bytes, pixdim + 4 * (axis + 1));
  }
  if (value_at<std::int16_t>(bytes, sform_code) <= 0) return grid;
  for (std::size_t row = 0; row < 3; ++row) {
    const double to_lps = row < 2 ? -1 : 1;
    const auto element = [&](std::size_t column) {
      return to_lps * value_at<float>(bytes, srow_x + 16 * row + 4 * column);
    };
    for (std::size_t axis = 0; axis < 3; ++axis) {
      grid.direction[axis][row] = element(axis) / grid.spacing[axis];
    }
    grid.origin[row] = element(3);
  }
  return grid;
}

}  // namespace

engine::Volume read_nifti(const std::filesystem::path& file) {
  const Bytes bytes = inflate(file);
  if (bytes.size() < header_size || std::string_view(bytes.data() + magic, 3) != "n+1") {
    throw unreadable(file, "not a NIfTI-1 file");
  }
  engine::Volume volume{grid_of(bytes), {}};
  const auto offset = static_cast<std::size_t>(value_at<float>(bytes, vox_offset));
  const float stored_slope = value_at<float>(bytes, scl_slope);
  const double slope = stored_slope == 0 ? 1 : stored_slope;
  const double intercept = stored_slope == 0 ? 0 : value_at<float>(bytes, scl_inter);
  const std::size_t count = volume.grid.voxel_count();
  switch (const int type = value_at<std::int16_t>(bytes, datatype)) {
    case 2:
      volume.values = scaled<std::uint8_t>(bytes, offset, count, slope, intercept);
      break;
    case 4:
      volume.values = scaled<std::int16_t>(bytes, offset, count, slope, intercept);
      break;
    case 8:
      volume.values = scaled<std::int32_t>(bytes, offset, count, slope, intercept);
      break;
    case 16:
      volume.values = scaled<float>(bytes, offset, count, slope, intercept);
      break;
    case 64:
      volume.values = scaled<double>(bytes, offset, count, slope, intercept);
      break;
    case 256:
      volume.values = scaled<std::int8_t>(bytes, offset, count, slope, intercept);
      break;
    case 512:
      volume.values = scaled<std::uint16_t>(bytes, offset, count, slope, intercept);
      break;
    case 768:
      volume.values = scaled<std::uint32_t>(bytes, offset, count, slope, intercept);
      break;
    default:
      throw unreadable(file, "data type " + std::to_string(type) + " is not read");
  }
  return volume;
}

engine::Mask read_nifti_mask(const std::filesystem::path& file) {
  const engine::Volume volume = read_nifti(file);
  engine::Mask mask{volume.grid, std::vector<std::uint8_t>(volume.values.size())};
  for (std::size_t i = 0; i < mask.voxels.size(); ++i) mask.voxels[i] = volume.values[i] >= 0.5F ? 1 : 0;
  return mask;
}

}  // namespace glisson::tests
