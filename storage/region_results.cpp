#include "storage/region_results.hpp"

#include "storage/array_literal.hpp"
#include "storage/connection.hpp"

namespace glisson::storage {
namespace {

constexpr Statement insert_region{"insert_region", R"(
  insert into region (analysis_id, segment_number, label, role, tracking_id, tracking_uid, not_measured, derivation)
  values ($1, nullif($2::integer, 0), $3, $4, $5, $6, $7, $8) returning region_id)"};

constexpr Statement set_region_size{"set_region_size", R"(
  update region set volume = $2, voxels = $3, slices = $4, measured_slice = $5,
                    long_axis = $6, long_axis_start = $7, long_axis_end = $8,
                    short_axis = $9, short_axis_start = $10, short_axis_end = $11
  where region_id = $1)"};

constexpr Statement insert_protocol{"insert_protocol", R"(
  insert into extraction_protocol (name, version, digest, layout_digest, feature_names, ibsi_codes, units)
  values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing)"};
constexpr Statement select_protocol{"select_protocol", R"(
  select extraction_protocol_id from extraction_protocol
  where name = $1 and version = $2 and digest = $3 and layout_digest = $4)"};

constexpr Statement insert_feature_vector{"insert_feature_vector", R"(
  insert into feature_vector (region_id, extraction_protocol_id, feature_values, reasons)
  values ($1, $2, $3, $4))"};

void store_size(Transaction& transaction, std::int64_t region_id, const engine::LesionSize& size) {
  transaction.run(set_region_size, region_id, number_literal(size.volume), size.voxels, size.slices,
                  size.slice, number_literal(size.long_axis.length), array_literal(size.long_axis.start),
                  array_literal(size.long_axis.end), number_literal(size.short_axis.length),
                  array_literal(size.short_axis.start), array_literal(size.short_axis.end));
}

/// The row that says what stands at which place of these features; written where it is missing.
std::int64_t protocol_of(Transaction& transaction, const AnalysisResult& result,
                         const engine::FeatureVector& features) {
  std::vector<std::string> names;
  std::vector<std::optional<std::string>> codes;
  std::vector<std::string> units;
  for (const engine::Feature& feature : features) {
    names.push_back(feature.name);
    codes.push_back(null_if_empty(feature.definition->ibsi_code));
    units.push_back(engine::ucum_unit(*feature.definition, result.intensity_unit));
  }
  const std::string name_list = array_literal(names);
  const std::string code_list = array_literal(codes);
  const std::string unit_list = array_literal(units);
  const std::string layout = to_hex(sha256(name_list + code_list + unit_list));
  transaction.run(insert_protocol, result.protocol_name, result.protocol_version, result.protocol_digest,
                  layout, name_list, code_list, unit_list);
  return transaction
      .run(select_protocol, result.protocol_name, result.protocol_version, result.protocol_digest, layout)
      .front()
      .front()
      .as<std::int64_t>();
}

}  // namespace

void store_region(Transaction& transaction, std::int64_t analysis_id, const AnalysisResult& result,
                  const RegionResult& region) {
  const auto region_id = transaction
                             .run(insert_region, analysis_id, region.segment_number, region.label,
                                  region.role, region.tracking_id, region.tracking_uid,
                                  null_if_empty(region.not_measured), null_if_empty(region.derivation))
                             .front()
                             .front()
                             .as<std::int64_t>();
  if (region.size.voxels > 0) store_size(transaction, region_id, region.size);
  if (region.features.empty()) return;

  std::vector<std::optional<double>> values;
  std::vector<std::optional<std::string>> reasons;
  for (const engine::Feature& feature : region.features) {
    values.push_back(feature.value);
    reasons.push_back(feature.reason ? std::optional(std::string(keyword(*feature.reason))) : std::nullopt);
  }
  transaction.run(insert_feature_vector, region_id, protocol_of(transaction, result, region.features),
                  array_literal(values), array_literal(reasons));
}

}  // namespace glisson::storage
