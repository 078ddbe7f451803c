#include <algorithm>

#include "config/protocol_schema.hpp"
#include "engine/images/wavelet_filters.hpp"

namespace glisson::config {
namespace {

using engine::ImageType;

constexpr double smallest_sigma = 0.1;  // mm
constexpr double largest_sigma = 50;    // mm
constexpr int most_levels = 6;

const std::vector<std::string_view>& type_names() {
  static const std::vector<std::string_view> names{"original",   "log",       "wavelet",     "square",
                                                   "squareroot", "logarithm", "exponential", "gradient"};
  return names;
}

bool names_type(const ProtocolDraft& draft, std::string_view name) {
  return std::ranges::find(draft.image_types, name) != draft.image_types.end();
}

}  // namespace

std::vector<ProtocolKey> image_type_keys() {
  const std::string sigma_form = "from 0.1 to 50 mm";
  const std::string wavelet_form = "one of " + quoted_list(engine::wavelet_names());
  const std::string levels_form = "from 1 to 6";
  return {
      {"image_types", "types", "one or more of " + quoted_list(type_names()), "[\"original\"]",
       "What features are computed on (`imageType`): the image and what filters make of it.", false,
       [](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         draft.image_types = names_among(source, value, "types", "image type", type_names());
       }},
      {"image_types", "log_sigma", "one or more numbers " + sigma_form, "none",
       "Standard deviations of the Laplacian of Gaussian (`LoG: sigma`), mm; required with \"log\".", false,
       [=](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         draft.log_sigma =
             numbers_within(source, value, "log_sigma", smallest_sigma, largest_sigma, sigma_form);
       }},
      {"image_types", "wavelet", wavelet_form, "\"coif1\"", "The wavelet; only with \"wavelet\".", false,
       [=](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         draft.wavelet.wavelet =
             engine::wavelet_names()[choice_among(source, value, "wavelet", engine::wavelet_names())];
       }},
      {"image_types", "wavelet_levels", levels_form, "1",
       "Levels of the undecimated transform (`level`); only with \"wavelet\".", false,
       [=](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
         draft.wavelet.levels =
             whole_number_within(source, value, "wavelet_levels", 1, most_levels, levels_form);
       }},
  };
}

void refuse_settings_without_their_type(const ProtocolDraft& draft, const TomlSource& source) {
  const auto refuse_unless = [&](const char* type, const char* key) {
    const std::string path = std::string("image_types.") + key;
    if (draft.sets(path) && !names_type(draft, type)) {
      source.refuse(draft.line_of(path),
                    std::string(key) + " contradicts types without " + quoted_toml(type));
    }
  };
  refuse_unless("log", "log_sigma");
  refuse_unless("wavelet", "wavelet");
  refuse_unless("wavelet", "wavelet_levels");
  if (names_type(draft, "log") && draft.log_sigma.empty()) {
    source.refuse(draft.line_of("image_types.types"), "image type \"log\" needs log_sigma");
  }
}

std::vector<ImageType> image_types_of(const ProtocolDraft& draft) {
  std::vector<ImageType> types;
  for (const std::string& name : draft.image_types) {
    if (name == "original") types.emplace_back(engine::Original{});
    if (name == "square") types.emplace_back(engine::Square{});
    if (name == "squareroot") types.emplace_back(engine::SquareRoot{});
    if (name == "logarithm") types.emplace_back(engine::Logarithm{});
    if (name == "exponential") types.emplace_back(engine::Exponential{});
    if (name == "gradient") types.emplace_back(engine::Gradient{});
    if (name == "wavelet") types.emplace_back(draft.wavelet);
    if (name != "log") continue;
    for (const double sigma : draft.log_sigma) types.emplace_back(engine::LaplacianOfGaussian{sigma});
  }
  return types;
}

}  // namespace glisson::config
