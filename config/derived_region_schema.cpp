#include "config/protocol_schema.hpp"

namespace glisson::config {
namespace {

using engine::CoreParts;

constexpr double smallest_width = 0.1;  // mm
constexpr double largest_width = 100;   // mm
constexpr std::size_t most_widths = 20;
constexpr double largest_threshold = 1e6;

template <typename Region>
ProtocolKey width_key(std::string name, std::string meaning) {
  const std::string form = "up to 20 widths from 0.1 to 100 mm";
  const auto read = [name, form](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
    const auto widths = numbers_within(source, value, name, smallest_width, largest_width, form);
    if (widths.size() > most_widths) source.refuse(value.line, name + " must be " + form);
    for (const double width : widths) {
      draft.protocol.derived_regions.emplace_back(Region{width});
    }
  };
  return {"regions", name, form, "none", std::move(meaning), false, read};
}

template <typename Region>
ProtocolKey switch_key(std::string name, std::string meaning) {
  const auto read = [name](ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
    const auto* wanted = std::get_if<bool>(&value.value);
    if (wanted == nullptr) source.refuse(value.line, name + " must be true or false");
    if (*wanted) draft.protocol.derived_regions.emplace_back(Region{});
  };
  return {"regions", name, "true or false", "false", std::move(meaning), false, read};
}

void read_necrotic_core(ProtocolDraft& draft, const TomlSource& source, const TomlValue& value) {
  const TomlValue::Table& table = source.table(value, "necrotic_core");
  source.refuse_unknown_keys(table, {"below", "parts"}, "in necrotic_core");
  const TomlValue* below = find(table, "below");
  const TomlValue* parts = find(table, "parts");
  if (below == nullptr || parts == nullptr) {
    source.refuse(value.line, "necrotic_core must state below and parts");
  }
  const double threshold = number_within(source, *below, "below", -largest_threshold, largest_threshold,
                                         "from -1000000 to 1000000");
  const bool all = choice_among(source, *parts, "parts", {"largest", "all"}) == 1;
  draft.protocol.derived_regions.emplace_back(
      engine::NecroticCore{threshold, all ? CoreParts::all : CoreParts::largest});
}

}  // namespace

std::string derived_region_explanation() {
  return "Regions that nobody drew, measured by the same settings beside the segments. Distances are in mm "
         "between voxel\ncentres, exact on anisotropic voxels. Rings, rims and cores are of each lesion; a "
         "region without a voxel is\nreported with the reason. Features of a derived region bear its name: "
         "`peritumoral-ring-3mm`, `inner-rim-2mm`,\n`tumour-with-ring-5mm`, `necrotic-core-below-20`, "
         "`largest-lesion`, `all-lesions`.";
}

std::vector<ProtocolKey> derived_region_keys() {
  return {
      width_key<engine::PeritumoralRing>(
          "peritumoral_ring",
          "For each width: the voxels up to that far from the lesion, inside the liver, which "
          "must be segmented, outside every lesion and (where segmented) every vessel."),
      width_key<engine::InnerRim>("inner_rim",
                                  "For each width: the lesion's voxels up to that far from its outside."),
      width_key<engine::TumourWithRing>("tumour_with_ring",
                                        "For each width: the lesion together with its peritumoral ring."),
      {"regions", "necrotic_core", "{ below = NUMBER, parts = \"largest\" or \"all\" }", "none",
       "The lesion's voxels of an intensity below `below` (in units of the image): their largest component "
       "(26 neighbours) or all of them.",
       false, read_necrotic_core},
      switch_key<engine::LargestLesion>("largest_lesion", "The lesion of most voxels."),
      switch_key<engine::AllLesions>("all_lesions", "All lesions as one region."),
  };
}

}  // namespace glisson::config
