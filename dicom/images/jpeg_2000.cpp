#include "dicom/images/jpeg_2000.hpp"

#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace glisson::dicom {
namespace {

struct Deleter {
  void operator()(opj_codec_t* codec) const { opj_destroy_codec(codec); }
  void operator()(opj_image_t* image) const { opj_image_destroy(image); }
};
/// Apart from the others, because a stream and a codec are of one type to the compiler.
struct StreamDeleter {
  void operator()(opj_stream_t* stream) const { opj_stream_destroy(stream); }
};

/// A codestream in memory with the position of the decoder in it.
struct Source {
  std::span<const std::uint8_t> bytes;
  std::size_t position = 0;
};

OPJ_SIZE_T read_source(void* buffer, OPJ_SIZE_T count, void* data) {
  auto& source = *static_cast<Source*>(data);
  const std::size_t left = source.bytes.size() - source.position;
  if (left == 0) return static_cast<OPJ_SIZE_T>(-1);
  const std::size_t taken = std::min<std::size_t>(count, left);
  std::memcpy(buffer, source.bytes.data() + source.position, taken);
  source.position += taken;
  return taken;
}

OPJ_OFF_T skip_source(OPJ_OFF_T count, void* data) {
  auto& source = *static_cast<Source*>(data);
  const std::size_t left = source.bytes.size() - source.position;
  if (count < 0 || static_cast<std::size_t>(count) > left) return -1;
  source.position += static_cast<std::size_t>(count);
  return count;
}

OPJ_BOOL seek_source(OPJ_OFF_T position, void* data) {
  auto& source = *static_cast<Source*>(data);
  if (position < 0 || static_cast<std::size_t>(position) > source.bytes.size()) return OPJ_FALSE;
  source.position = static_cast<std::size_t>(position);
  return OPJ_TRUE;
}

std::unique_ptr<opj_stream_t, StreamDeleter> open_stream(Source& source) {
  std::unique_ptr<opj_stream_t, StreamDeleter> stream(opj_stream_default_create(OPJ_TRUE));
  if (!stream) return stream;
  opj_stream_set_read_function(stream.get(), read_source);
  opj_stream_set_skip_function(stream.get(), skip_source);
  opj_stream_set_seek_function(stream.get(), seek_source);
  opj_stream_set_user_data(stream.get(), &source, nullptr);
  opj_stream_set_user_data_length(stream.get(), source.bytes.size());
  return stream;
}

/// What a warning is about cannot be told from its text; what it leaves behind are guessed samples.
void note_warning(const char*, void* warned) { *static_cast<bool*>(warned) = true; }

std::uint32_t big_endian(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t width) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8 | bytes[at + i];
  return value;
}

/// Reads SIZ (A.5.1) before the library does, which allocates by what it says.
bool is_frame(std::span<const std::uint8_t> codestream, const Jpeg2000Frame& frame) {
  constexpr std::size_t shortest = 2 + 2 + 41;  // SOC, the marker SIZ, its segment with one component.
  constexpr std::uint32_t soc_and_siz = 0xFF4FFF51;
  /// The library keeps some kilobytes for each.
  constexpr std::uint64_t most_tiles = 4096;
  if (codestream.size() < shortest || big_endian(codestream, 0, 4) != soc_and_siz) return false;
  const auto word = [&](std::size_t index) { return big_endian(codestream, 8 + 4 * index, 4); };
  const std::uint32_t columns = word(0);
  const std::uint32_t rows = word(1);
  const std::uint32_t tile_columns = word(4);
  const std::uint32_t tile_rows = word(5);
  const bool at_origin = word(2) == 0 && word(3) == 0 && word(6) == 0 && word(7) == 0;
  const std::uint32_t components = big_endian(codestream, 40, 2);
  if (columns != static_cast<std::uint32_t>(frame.columns) ||
      rows != static_cast<std::uint32_t>(frame.rows) || !at_origin || components != 1 || tile_columns == 0 ||
      tile_rows == 0) {
    return false;
  }
  const auto across = (std::uint64_t{columns} + tile_columns - 1) / tile_columns;
  const auto down = (std::uint64_t{rows} + tile_rows - 1) / tile_rows;
  const bool subsampled = codestream[43] != 1 || codestream[44] != 1;
  return !subsampled && across * down <= most_tiles;
}

/// Samples of fewer bits than stored are values as they are, unless two's complement was declared unsigned;
/// those of more are cut to the stored bits, as uncompressed ones are.
bool is_supported(const opj_image_comp_t& component, const Jpeg2000Frame& frame) {
  const bool is_signed = component.sgnd != 0;
  const auto bits = static_cast<int>(component.prec);
  if (bits > frame.bits_allocated) return false;
  if (is_signed == frame.is_signed) return true;
  return frame.is_signed && bits >= frame.bits_stored;
}

bool is_reversible(opj_codec_t* codec) {
  opj_codestream_info_v2_t* info = opj_get_cstr_info(codec);
  if (info == nullptr) return false;
  const auto* const parameters = info->m_default_tile_info.tccp_info;
  const bool reversible = info->nbcomps >= 1 && parameters != nullptr && parameters[0].qmfbid == 1;
  opj_destroy_cstr_info(&info);
  return reversible;
}

void copy_samples(const opj_image_comp_t& component, const Jpeg2000Frame& frame,
                  std::span<std::uint8_t> target) {
  const std::uint32_t mask = (std::uint32_t{1} << frame.bits_stored) - 1;
  const std::size_t width = static_cast<std::size_t>(frame.bits_allocated) / 8;
  for (std::size_t i = 0; i < target.size() / width; ++i) {
    const std::uint32_t sample = static_cast<std::uint32_t>(component.data[i]) & mask;
    target[i * width] = static_cast<std::uint8_t>(sample);
    if (width == 2) target[i * 2 + 1] = static_cast<std::uint8_t>(sample >> 8);
  }
}

}  // namespace

Jpeg2000Outcome decode_jpeg_2000(std::span<const std::uint8_t> codestream, const Jpeg2000Frame& frame,
                                 std::span<std::uint8_t> target) {
  if (!is_frame(codestream, frame)) return Jpeg2000Outcome::corrupt;
  Source source{codestream};
  const auto stream = open_stream(source);
  const std::unique_ptr<opj_codec_t, Deleter> codec(opj_create_decompress(OPJ_CODEC_J2K));
  opj_dparameters_t parameters{};
  opj_set_default_decoder_parameters(&parameters);
  bool warned = false;
  if (!stream || !codec || opj_setup_decoder(codec.get(), &parameters) == OPJ_FALSE ||
      opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE) == OPJ_FALSE ||
      opj_set_warning_handler(codec.get(), note_warning, &warned) == OPJ_FALSE) {
    return Jpeg2000Outcome::corrupt;
  }
  opj_image_t* read = nullptr;
  const bool has_header = opj_read_header(stream.get(), codec.get(), &read) == OPJ_TRUE;
  const std::unique_ptr<opj_image_t, Deleter> image(read);
  if (!has_header || !image || image->numcomps != 1) return Jpeg2000Outcome::corrupt;
  if (!is_supported(image->comps[0], frame)) return Jpeg2000Outcome::unsupported;
  const bool reversible = is_reversible(codec.get());
  if (opj_decode(codec.get(), stream.get(), image.get()) == OPJ_FALSE ||
      opj_end_decompress(codec.get(), stream.get()) == OPJ_FALSE || warned) {
    return Jpeg2000Outcome::corrupt;
  }
  const opj_image_comp_t& component = image->comps[0];
  if (component.data == nullptr || component.w != static_cast<OPJ_UINT32>(frame.columns) ||
      component.h != static_cast<OPJ_UINT32>(frame.rows)) {
    return Jpeg2000Outcome::corrupt;
  }
  copy_samples(component, frame, target);
  return reversible ? Jpeg2000Outcome::lossless : Jpeg2000Outcome::lossy;
}

}  // namespace glisson::dicom
