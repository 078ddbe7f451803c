#include <algorithm>
#include <stdexcept>

#include "storage/connection.hpp"
#include "storage/index.hpp"

namespace glisson::storage {
namespace {

constexpr Statement select_segmentation{"analysis_segmentation", R"(
    select st.study_instance_uid, st.accession_number, s.file_id, s.digest,
           (select count(*) from segmentation_reference r where r.segmentation_id = s.instance_id),
           exists (select from instance x
                   where x.state in ('pending', 'quarantined')
                     and (x.sop_instance_uid = s.sop_instance_uid
                          or x.sop_instance_uid in (select r.sop_instance_uid from segmentation_reference r
                                                    where r.segmentation_id = s.instance_id))),
           floor(extract(epoch from greatest(interval '0', now() - coalesce(
               (select j.waiting_since from job j
                where j.instance_id = s.instance_id and j.kind = 'analyse'
                order by j.state = 'running' desc, j.job_id desc limit 1), s.received_at))))::bigint,
           extract(epoch from s.received_at)::bigint, a.application_entity
    from instance s
    left join association a using (association_id)
    join series se using (series_id)
    join study st using (study_id)
    where s.instance_id = $1)"};

constexpr Statement select_images{"analysis_images", R"(
    select i.sop_instance_uid, i.file_id, i.digest, extract(epoch from i.received_at)::bigint
    from segmentation_reference r
    join instance i on i.sop_instance_uid = r.sop_instance_uid and i.state = 'current'
    where r.segmentation_id = $1
    order by i.sop_instance_uid collate "C")"};

constexpr Statement select_rest_of_series{"analysis_rest_of_series", R"(
    select i.sop_instance_uid, i.file_id, i.digest,
           extract(epoch from i.received_at)::bigint,
           floor(extract(epoch from greatest(interval '0', now() - i.received_at)))::bigint
    from instance i
    where i.state = 'current'
      and i.series_id in (select x.series_id from segmentation_reference r
                          join instance x on x.sop_instance_uid = r.sop_instance_uid and x.state = 'current'
                          where r.segmentation_id = $1)
      and not exists (select from segmentation_reference r
                      where r.segmentation_id = $1 and r.sop_instance_uid = i.sop_instance_uid)
      and not exists (select from instance x
                      where x.sop_instance_uid = i.sop_instance_uid
                        and x.state in ('pending', 'quarantined'))
    order by i.sop_instance_uid collate "C")"};

/// After this, an image of the series waits until it can see that the series was read (storage/ingest.cpp),
/// so that it is either read or wakes the analysis. In order, so that two analyses never wait for each other.
constexpr Statement lock_series{"analysis_lock_series", R"(
    select pg_advisory_xact_lock(hashtextextended(series_instance_uid, 2))
    from (select distinct se.series_instance_uid from segmentation_reference r
          join instance i on i.sop_instance_uid = r.sop_instance_uid and i.state = 'current'
          join series se using (series_id)
          where r.segmentation_id = $1 order by 1) as series)"};

constexpr Statement note_series{"analysis_note_series", R"(
    insert into segmented_series (series_id, segmentation_id)
    select distinct i.series_id, r.segmentation_id from segmentation_reference r
    join instance i on i.sop_instance_uid = r.sop_instance_uid and i.state = 'current'
    where r.segmentation_id = $1
    order by 1
    on conflict do nothing)"};

constexpr Statement select_pair{"comparison_files", R"(
    select first.file_id, second.file_id
    from instance second
    join instance first on first.sop_instance_uid = second.sop_instance_uid and first.state = 'current'
    where second.instance_id = $1)"};

}  // namespace

AnalysisInputs analysis_inputs(Database& database, std::int64_t segmentation_id) {
  return database.connection().transaction([&](Transaction& transaction) {
    transaction.run(lock_series, segmentation_id);
    transaction.run(note_series, segmentation_id);
    const pqxx::result found = transaction.run(select_segmentation, segmentation_id);
    if (found.empty()) throw std::logic_error("no instance " + std::to_string(segmentation_id));
    const pqxx::row& row = found.front();
    AnalysisInputs inputs;
    inputs.study_instance_uid = row[0].c_str();
    inputs.accession_number = text_or_empty(row[1]);
    inputs.segmentation_file_id = row[2].c_str();
    inputs.segmentation_digest = digest_from(row[3]);
    inputs.referenced = row[4].as<std::size_t>();
    inputs.conflicting = row[5].as<bool>();
    inputs.waiting = std::chrono::seconds(row[6].as<std::int64_t>());
    inputs.received_at = row[7].as<std::time_t>();
    inputs.application_entity = text_or_empty(row[8]);
    for (const pqxx::row& image : transaction.run(select_images, segmentation_id)) {
      inputs.received_at = std::max(inputs.received_at, image[3].as<std::time_t>());
      inputs.images.push_back({image[0].c_str(), image[1].c_str(), digest_from(image[2])});
    }
    for (const pqxx::row& image : transaction.run(select_rest_of_series, segmentation_id)) {
      inputs.rest_of_series.push_back({image[0].c_str(), image[1].c_str(), digest_from(image[2])});
      inputs.received_at = std::max(inputs.received_at, image[3].as<std::time_t>());
      inputs.settled = std::min(inputs.settled, std::chrono::seconds(image[4].as<std::int64_t>()));
    }
    return inputs;
  });
}

ComparisonInputs comparison_inputs(Database& database, std::int64_t second_instance_id) {
  return database.connection().transaction([&](Transaction& transaction) {
    const pqxx::result found = transaction.run(select_pair, second_instance_id);
    if (found.empty())
      throw std::logic_error("no object to compare instance " + std::to_string(second_instance_id) + " with");
    return ComparisonInputs{found[0][0].c_str(), found[0][1].c_str()};
  });
}

}  // namespace glisson::storage
