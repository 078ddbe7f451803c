#include "storage/array_literal.hpp"
#include "storage/connection.hpp"
#include "storage/results.hpp"

namespace glisson::storage {
namespace {

/// A region of a revised segmentation is the same one when its centre has moved by at most this, mm.
constexpr double same_region_distance = 10;

constexpr Statement select_tracked_segment{"select_tracked_segment", R"(
  select tracking_id, tracking_uid from tracked_segment join tracked_region using (tracked_region_id)
  where instance_id = $1 and segment_number = $2)"};

/// One analysis at a time looks for regions in a frame of reference.
constexpr Statement lock_frame{"lock_frame", R"(
  select coalesce(patient_id, '') as patient_id, coalesce(issuer_of_patient_id, '') as issuer,
         coalesce(frame_of_reference_uid, series_instance_uid) as frame, sop_instance_uid,
         pg_advisory_xact_lock(hashtextextended(coalesce(frame_of_reference_uid, series_instance_uid), 0))
  from instance join series using (series_id) join study using (study_id) where instance_id = $1)"};

constexpr Statement find_region{"find_region", R"(
  select tracked_region_id from (
    select tracked_region_id, sqrt((centroid[1] - ($5::double precision[])[1]) ^ 2 +
                                   (centroid[2] - ($5::double precision[])[2]) ^ 2 +
                                   (centroid[3] - ($5::double precision[])[3]) ^ 2) as distance
    from tracked_region
    where patient_id = $1 and issuer_of_patient_id = $2 and frame_of_reference_uid = $3 and label = $4
      and not exists (select from tracked_segment taken where taken.instance_id = $6
                      and taken.tracked_region_id = tracked_region.tracked_region_id)) as candidate
  where distance <= $7 order by distance limit 1)"};

/// Numbered within its frame of reference, so that two regions with one label stay apart.
constexpr Statement insert_region{"insert_tracked_region", R"(
  insert into tracked_region (patient_id, issuer_of_patient_id, frame_of_reference_uid, label, centroid,
                              tracking_id, tracking_uid)
  select $1, $2, $3, $4, $5,
         $6::text || ' ' || 1 + (select count(*) from tracked_region
                                 where patient_id = $1 and issuer_of_patient_id = $2
                                   and frame_of_reference_uid = $3 and label = $4), $7
  returning tracked_region_id)"};

constexpr Statement insert_tracked_segment{"insert_tracked_segment", R"(
  insert into tracked_segment (instance_id, segment_number, tracked_region_id) values ($1, $2, $3))"};

}  // namespace

Tracking tracking_for(Database& database, std::int64_t segmentation_id, int segment_number,
                      const std::string& label, const engine::Vector3& centroid) {
  return database.connection().transaction([&](Transaction& transaction) {
    const pqxx::row place = transaction.run(lock_frame, segmentation_id).front();
    pqxx::result known = transaction.run(select_tracked_segment, segmentation_id, segment_number);
    if (known.empty()) {
      const auto patient = place["patient_id"].as<std::string>();
      const auto issuer = place["issuer"].as<std::string>();
      const auto frame = place["frame"].as<std::string>();
      const std::string centre = array_literal(centroid);
      pqxx::result region = transaction.run(find_region, patient, issuer, frame, label, centre,
                                            segmentation_id, same_region_distance);
      if (region.empty()) {
        const std::string uid = dicom::derive_uid("tracked region " + label + " at " + centre + ", segment " +
                                                  std::to_string(segment_number) + " of " +
                                                  place["sop_instance_uid"].as<std::string>());
        region = transaction.run(insert_region, patient, issuer, frame, label, centre,
                                 label.empty() ? "Region" : label, uid);
      }
      transaction.run(insert_tracked_segment, segmentation_id, segment_number,
                      region.front().front().as<std::int64_t>());
      known = transaction.run(select_tracked_segment, segmentation_id, segment_number);
    }
    return Tracking{.id = known.front()["tracking_id"].as<std::string>(),
                    .uid = known.front()["tracking_uid"].as<std::string>()};
  });
}

}  // namespace glisson::storage
