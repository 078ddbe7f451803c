#include "config/protocol_file.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <span>
#include <string>

#include "config/toml_document.hpp"
#include "engine/digest.hpp"
#include "engine/embedded_file.hpp"
#include "engine/errors.hpp"
#include "engine/extraction.hpp"

namespace glisson {
std::span<const EmbeddedFile> shipped_protocols();  // written by the build from config/protocols
}  // namespace glisson

namespace glisson::config {
namespace {

using engine::ExtractionProtocol;

// Outside these bounds a setting is a slip of the pen: intensities and voxels of medical images are not like
// that.
constexpr double smallest_bin_width = 1e-6;
constexpr double largest_bin_width = 1e6;
constexpr double smallest_spacing = 0.1;  // mm
constexpr double largest_spacing = 20;    // mm
constexpr std::int64_t largest_pad_distance = 100;

const TomlValue& required(const TomlSource& source, const TomlValue::Table& table, std::string_view key,
                          int line) {
  const TomlValue* value = find(table, key);
  if (value == nullptr) source.refuse(line, std::string(key) + " is missing");
  return *value;
}

std::string text_like(const TomlSource& source, const TomlValue::Table& table, std::string_view key,
                      const std::regex& pattern, std::string_view shape) {
  const TomlValue& value = required(source, table, key, 1);
  const std::string& text = source.text(value, key);
  if (!std::regex_match(text, pattern)) {
    source.refuse(value.line, std::string(key) + " must be " + std::string(shape));
  }
  return text;
}

double number_between(const TomlSource& source, const TomlValue& value, std::string_view key, double lower,
                      double upper, std::string_view range) {
  const double number = source.number(value, key);
  if (number < lower || number > upper) {
    source.refuse(value.line, std::string(key) + " must be " + std::string(range));
  }
  return number;
}

void read_image(const TomlSource& source, const TomlValue& value, ExtractionProtocol& protocol) {
  const TomlValue::Table& image = source.table(value, "image");
  source.refuse_unknown_keys(image, {"bin_width", "resampled_pixel_spacing", "pad_distance"}, "in [image]");
  protocol.bin_width = number_between(source, required(source, image, "bin_width", value.line), "bin_width",
                                      smallest_bin_width, largest_bin_width, "from 0.000001 to 1000000");
  if (const TomlValue* spacing = find(image, "resampled_pixel_spacing")) {
    const TomlValue::Array& axes = source.array(*spacing, "resampled_pixel_spacing");
    if (axes.size() != 3)
      source.refuse(spacing->line, "resampled_pixel_spacing must have three numbers: x, y, z");
    std::array<double, 3> mm{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      mm[axis] = number_between(source, axes[axis], "resampled_pixel_spacing", smallest_spacing,
                                largest_spacing, "from 0.1 to 20 mm");
    }
    protocol.resampled_pixel_spacing = mm;
  }
  if (const TomlValue* pad = find(image, "pad_distance")) {
    if (!protocol.resampled_pixel_spacing) {
      source.refuse(pad->line, "pad_distance contradicts native spacing: only resampling pads");
    }
    const std::int64_t distance = source.integer(*pad, "pad_distance");
    if (distance < 0 || distance > largest_pad_distance) {
      source.refuse(pad->line, "pad_distance must be from 0 to 100 voxels");
    }
    protocol.pad_distance = static_cast<int>(distance);
  }
}

void read_features(const TomlSource& source, const TomlValue& value, ExtractionProtocol& protocol) {
  const TomlValue::Table& features = source.table(value, "features");
  source.refuse_unknown_keys(features, {"classes"}, "in [features]");
  const TomlValue& classes = required(source, features, "classes", value.line);
  const auto& known = engine::feature_classes();
  for (const TomlValue& element : source.array(classes, "classes")) {
    const std::string& name = source.text(element, "classes");
    if (std::ranges::find(known, name) == known.end()) {
      source.refuse(element.line, "no feature class " + quoted_toml(name));
    }
    if (std::ranges::find(protocol.feature_classes, name) != protocol.feature_classes.end()) {
      source.refuse(element.line, "feature class " + quoted_toml(name) + " stands twice");
    }
    protocol.feature_classes.push_back(name);
  }
  if (protocol.feature_classes.empty()) source.refuse(classes.line, "classes must name a feature class");
}

std::vector<std::filesystem::path> protocol_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::is_directory(folder)) return files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

ExtractionProtocol parse_protocol(std::string_view toml, std::string_view source_name) {
  const TomlSource source{std::string(source_name), RejectionReason::invalid_protocol};
  const TomlValue document = parse_toml(toml, source);
  const TomlValue::Table& root = source.table(document, "the protocol");
  source.refuse_unknown_keys(root, {"name", "version", "description", "image", "features"}, "in a protocol");

  ExtractionProtocol protocol;
  protocol.name = text_like(source, root, "name", std::regex("[a-z0-9][a-z0-9.-]{0,63}"),
                            "up to 64 lower-case letters, digits, dots and hyphens");
  protocol.version = text_like(source, root, "version", std::regex("[0-9]{1,6}\\.[0-9]{1,6}\\.[0-9]{1,6}"),
                               "three numbers with dots, such as 1.0.0");
  protocol.description = text_like(source, root, "description", std::regex("[^\\n\\r]{1,200}"),
                                   "one line of up to 200 characters");
  read_image(source, required(source, root, "image", 1), protocol);
  read_features(source, required(source, root, "features", 1), protocol);
  protocol.digest = to_hex(sha256(toml));
  return protocol;
}

std::vector<ExtractionProtocol> load_protocols(const std::filesystem::path& folder) {
  std::vector<ExtractionProtocol> protocols;
  const auto add = [&](ExtractionProtocol protocol, const std::string& source) {
    if (std::ranges::find(protocols, protocol.name, &ExtractionProtocol::name) != protocols.end()) {
      throw RejectedInput(RejectionReason::invalid_protocol,
                          source + ": another protocol bears the name " + protocol.name);
    }
    protocols.push_back(std::move(protocol));
  };
  for (const EmbeddedFile& file : shipped_protocols()) {
    add(parse_protocol(file.content, file.path), std::string(file.path));
  }
  for (const std::filesystem::path& file : protocol_files(folder)) {
    add(parse_protocol(read_text(file, RejectionReason::invalid_protocol), file.string()), file.string());
  }
  std::ranges::sort(protocols, {}, &ExtractionProtocol::name);
  return protocols;
}

ExtractionProtocol find_protocol(std::string_view name, const std::filesystem::path& folder) {
  std::string names;
  for (ExtractionProtocol& protocol : load_protocols(folder)) {
    if (protocol.name == name) return std::move(protocol);
    names += (names.empty() ? "" : ", ") + protocol.name;
  }
  throw RejectedInput(RejectionReason::unknown_protocol,
                      "no protocol " + quoted_toml(name) + "; there are " + names);
}

}  // namespace glisson::config
