#include <algorithm>
#include <iterator>
#include <regex>

#include "config/protocol_schema.hpp"
#include "engine/errors.hpp"
#include "engine/images/wavelet_filters.hpp"

namespace glisson::config {
namespace {

const std::vector<std::string_view> boundaries{"zero", "nearest", "periodic", "mirror"};
const std::vector<std::string_view> spaces{"slice", "volume"};
const std::vector<std::string_view> poolings{"none", "average", "maximum"};

/// The filter that is being read, as its own type.
template <typename Kind>
Kind& current(ProtocolDraft& draft) {
  return std::get<Kind>(draft.ibsi.filters.back().filter);
}

std::string section_of(std::string_view type) { return "filters, type = \"" + std::string(type) + "\""; }

/// The keys of one type of filter.
template <typename Kind>
class FilterKeys {
 public:
  explicit FilterKeys(std::string_view type) : section_(section_of(type)) {}

  template <typename Choice>
  FilterKeys& choice(std::string name, Choice Kind::*member, const std::vector<std::string_view>& known,
                     std::string standard, std::string meaning) {
    return add(name, "one of " + quoted_list(known), std::move(standard), std::move(meaning),
               [=](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
                 current<Kind>(draft).*member = static_cast<Choice>(choice_among(source, value, name, known));
               });
  }
  FilterKeys& boundary() {
    return choice("boundary", &Kind::boundary, boundaries, "\"mirror\"",
                  "What lies beyond the border of the image.");
  }
  FilterKeys& space() {
    return choice("space", &Kind::space, spaces, "\"volume\"",
                  "Whether the filter works in each slice by itself or in the volume.");
  }
  template <typename Member>
  FilterKeys& number(std::string name, Member Kind::*member, double lowest, double highest, std::string form,
                     std::string standard, std::string meaning) {
    return add(name, form, std::move(standard), std::move(meaning),
               [=](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
                 current<Kind>(draft).*member = number_within(source, value, name, lowest, highest, form);
               });
  }
  template <typename Member>
  FilterKeys& whole_number(std::string name, Member Kind::*member, int lowest, int highest, std::string form,
                           std::string standard, std::string meaning) {
    return add(name, form, std::move(standard), std::move(meaning),
               [=](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
                 current<Kind>(draft).*member =
                     whole_number_within(source, value, name, lowest, highest, form);
               });
  }
  FilterKeys& text(std::string name, std::string Kind::*member, std::string form, std::string standard,
                   std::string meaning) {
    return add(name, std::move(form), std::move(standard), std::move(meaning),
               [=](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
                 current<Kind>(draft).*member = source.text(value, name);
               });
  }
  template <typename Read>
  FilterKeys& add(std::string name, std::string form, std::string standard, std::string meaning, Read read) {
    const bool required = standard.empty();
    keys_.push_back({section_, std::move(name), std::move(form), std::move(standard), std::move(meaning),
                     required, std::move(read)});
    return *this;
  }
  const std::vector<ProtocolKey>& keys() const { return keys_; }

 private:
  std::string section_;
  std::vector<ProtocolKey> keys_;
};

std::vector<ProtocolKey> mean_keys() {
  return FilterKeys<engine::MeanFilter>("mean")
      .whole_number("support", &engine::MeanFilter::support, 1, 99, "odd, from 1 to 99", "",
                    "Width of the kernel, voxels.")
      .space()
      .boundary()
      .keys();
}

std::vector<ProtocolKey> log_keys() {
  using F = engine::LaplacianOfGaussianFilter;
  return FilterKeys<F>("log")
      .number("sigma", &F::sigma, 0.1, 50, "from 0.1 to 50 mm", "", "Standard deviation of the Gaussian, mm.")
      .number("cutoff", &F::cutoff, 1, 10, "from 1 to 10", "4", "Where the kernel ends, in units of sigma.")
      .space()
      .boundary()
      .keys();
}

std::vector<ProtocolKey> laws_keys() {
  using F = engine::LawsFilter;
  return FilterKeys<F>("laws")
      .text("kernels", &F::kernels, "a kernel of L3, L5, E3, E5, S3, S5, W5, R5 for each axis", "",
            "e.g. \"L5E5E5\".")
      .choice("pooling", &F::pooling, poolings, "\"maximum\"",
              "How the responses of the rotated filter become one.")
      .add("energy_distance", "from 0 to 99 voxels, 0 for the response itself", "7",
           "Chebyshev distance over which the response's absolute value is averaged.",
           [](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
             const int distance = whole_number_within(source, value, "energy_distance", 0, 99,
                                                      "from 0 to 99 voxels, 0 for the response itself");
             current<F>(draft).energy_distance = distance == 0 ? std::nullopt : std::optional(distance);
           })
      .space()
      .boundary()
      .keys();
}

std::vector<ProtocolKey> gabor_keys() {
  using F = engine::GaborFilter;
  return FilterKeys<F>("gabor")
      .number("sigma", &F::sigma, 0.1, 100, "from 0.1 to 100 mm", "",
              "Standard deviation of the envelope, mm.")
      .number("wavelength", &F::wavelength, 0.1, 100, "from 0.1 to 100 mm", "", "Wavelength, mm.")
      .number("gamma", &F::gamma, 0.01, 100, "from 0.01 to 100", "1", "Aspect ratio.")
      .number("theta", &F::theta, -360, 360, "from -360 to 360 degrees", "0",
              "Orientation; not with `rotation_step`.")
      .number("rotation_step", &F::rotation_step, 1, 360, "from 1 to 360 degrees", "none",
              "Average over all orientations in such steps; a whole number of them makes 360.")
      .add("orthogonal_planes", "true or false", "false", "Average over the planes xy, xz and yz.",
           [](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
             const auto* wanted = std::get_if<bool>(&value.value);
             if (wanted == nullptr) source.refuse(value.line, "orthogonal_planes must be true or false");
             current<F>(draft).orthogonal_planes = *wanted;
           })
      .boundary()
      .keys();
}

std::vector<ProtocolKey> wavelet_keys() {
  using F = engine::SeparableWaveletFilter;
  return FilterKeys<F>("wavelet")
      .add("wavelet", "one of " + quoted_list(engine::wavelet_names()), "", "The wavelet's family and order.",
           [](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
             const auto& known = engine::wavelet_names();
             current<F>(draft).wavelet = known[choice_among(source, value, "wavelet", known)];
           })
      .text("subband", &F::subband, "L or H for each axis", "", "e.g. \"LHL\".")
      .whole_number("level", &F::level, 1, 6, "from 1 to 6", "1", "Level of the undecimated transform.")
      .choice("pooling", &F::pooling, poolings, "\"average\"",
              "How the responses of the rotated filter become one.")
      .space()
      .boundary()
      .keys();
}

std::vector<ProtocolKey> simoncelli_keys() {
  using F = engine::SimoncelliFilter;
  return FilterKeys<F>("simoncelli")
      .whole_number("level", &F::level, 1, 6, "from 1 to 6", "1", "Level of the wavelet.")
      .space()
      .keys();
}

struct FilterType {
  std::string_view name;
  engine::Filter standard;
  std::vector<ProtocolKey> keys;
};

const std::vector<FilterType>& filter_types() {
  static const std::vector<FilterType> types{{"mean", engine::MeanFilter{}, mean_keys()},
                                             {"log", engine::LaplacianOfGaussianFilter{}, log_keys()},
                                             {"laws", engine::LawsFilter{}, laws_keys()},
                                             {"gabor", engine::GaborFilter{}, gabor_keys()},
                                             {"wavelet", engine::SeparableWaveletFilter{}, wavelet_keys()},
                                             {"simoncelli", engine::SimoncelliFilter{}, simoncelli_keys()}};
  return types;
}

const FilterType& filter_type(const TomlSource& source, const TomlValue& element,
                              const TomlValue::Table& table) {
  std::vector<std::string_view> names;
  for (const FilterType& type : filter_types()) names.push_back(type.name);
  const TomlValue* type = find(table, "type");
  if (type == nullptr) source.refuse(element.line, "type is missing");
  return filter_types()[choice_among(source, *type, "type", names)];
}

std::string filter_name(const ProtocolDraft& draft, const TomlSource& source, const TomlValue& element,
                        const TomlValue::Table& table) {
  static const std::regex form("[a-z0-9][a-zA-Z0-9.-]{0,63}");
  const TomlValue* name = find(table, "name");
  if (name == nullptr) source.refuse(element.line, "name is missing");
  const std::string& text = source.text(*name, "name");
  if (!std::regex_match(text, form)) {
    source.refuse(name->line, "name must be up to 64 letters, digits, dots and hyphens");
  }
  for (const engine::NamedFilter& other : draft.ibsi.filters) {
    if (other.name == text) source.refuse(name->line, "filter " + quoted_toml(text) + " stands twice");
  }
  return text;
}

void read_filter(ProtocolDraft& draft, const TomlSource& source, const TomlValue& element) {
  const TomlValue::Table& table = source.table(element, "filters");
  const FilterType& type = filter_type(source, element, table);
  draft.ibsi.filters.push_back({filter_name(draft, source, element, table), type.standard});
  std::vector<std::string_view> known{"name", "type"};
  for (const ProtocolKey& key : type.keys) known.emplace_back(key.name);
  source.refuse_unknown_keys(table, known, "of a filter of type " + std::string(type.name));
  for (const ProtocolKey& key : type.keys) {
    if (const TomlValue* value = find(table, key.name)) {
      key.read(draft, source, *value);
    } else if (key.required) {
      source.refuse(element.line, key.name + " is missing");
    }
  }
  const TomlValue* theta = find(table, "theta");
  if (theta != nullptr && find(table, "rotation_step") != nullptr) {
    source.refuse(theta->line, "theta contradicts rotation_step");
  }
  try {
    check_filter(draft.ibsi.filters.back().filter);
  } catch (const RejectedInput& error) {
    source.refuse(element.line, error.what());
  }
}

}  // namespace

ProtocolKey filters_key() {
  return {"",
          "filters",
          "up to 100 tables `[[filters]]`, each with `name` and `type`",
          "none",
          "Filters of IBSI-2, each applied to the interpolated image; tables below.",
          false,
          [](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
            constexpr std::size_t most_filters = 100;
            const TomlValue::Array& filters = source.array(value, "filters");
            if (filters.size() > most_filters)
              source.refuse(filters[most_filters].line, "filters must be up to 100 tables");
            for (const TomlValue& element : filters) read_filter(draft, source, element);
          }};
}

std::vector<ProtocolKey> filter_keys() {
  std::vector<ProtocolKey> keys;
  for (const FilterType& type : filter_types()) std::ranges::copy(type.keys, std::back_inserter(keys));
  return keys;
}

}  // namespace glisson::config
