#include "storage/connection.hpp"
#include "storage/index.hpp"

namespace glisson::storage {
namespace {

// Order of locks, the same in every association: SOP Instance UID and Series Instance UID (advisory), study,
// series, instance, jobs in order of their ids.

/// One object with this UID at a time, in whatever process; until the end of the transaction.
/// The series is shared: only an analysis that reads it (storage/analysis_inputs.cpp) keeps images out.
constexpr Statement lock_uid{"ingest_lock", R"(
    select pg_advisory_xact_lock(hashtextextended($1, 1)),
           pg_advisory_xact_lock_shared(hashtextextended($2, 2)))"};

/// All that must be known before anything is written, in one statement after the lock.
constexpr Statement look_up{"ingest_look_up", R"(
    select exists (select from instance where file_id = $5) as here,
           exists (select from own_object where sop_instance_uid = $1) as own,
           (select instance_id from instance where sop_instance_uid = $1 and digest = $2
            order by state = 'current' desc limit 1) as duplicate,
           exists (select from instance where sop_instance_uid = $1) as taken,
           exists (select from segmentation_reference where sop_instance_uid = $1) as referenced,
           exists (select from series join segmented_series using (series_id)
                   where series_instance_uid = $4) as read_series,
           (select series_id from study join series using (study_id)
            where study_instance_uid = $3 and series_instance_uid = $4) as series_id)"};

/// Fills in what earlier objects of the study lacked.
constexpr Statement upsert_study{"ingest_study", R"(
    insert into study (study_instance_uid, patient_id, issuer_of_patient_id, accession_number, study_date,
                       study_description)
    values ($1, $2, $3, $4, $5, $6)
    on conflict (study_instance_uid) do update set
        patient_id = coalesce(study.patient_id, excluded.patient_id),
        issuer_of_patient_id = coalesce(study.issuer_of_patient_id, excluded.issuer_of_patient_id),
        accession_number = coalesce(study.accession_number, excluded.accession_number),
        study_date = coalesce(study.study_date, excluded.study_date),
        study_description = coalesce(study.study_description, excluded.study_description)
    returning study_id)"};

constexpr Statement upsert_series{"ingest_series", R"(
    insert into series (study_id, series_instance_uid, modality, series_description, series_number,
                        frame_of_reference_uid, manufacturer)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (study_id, series_instance_uid) do update set
        modality = coalesce(series.modality, excluded.modality)
    returning series_id)"};

/// The instance, what it refers to, and its job: an analysis ($12 'analyse') after the settle time ($13,
/// seconds), a comparison ($12 'compare') at once, or none ($12 null).
constexpr Statement insert_instance{"ingest_instance", R"(
    with received as (
        insert into instance (series_id, sop_instance_uid, sop_class_uid, transfer_syntax_uid, instance_number,
                              state, file_id, bytes, digest, association_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, nullif($10::bigint, 0))
        returning instance_id),
    referenced as (
        insert into segmentation_reference (segmentation_id, sop_instance_uid)
        select instance_id, image.uid from received, unnest($11::text[]) image(uid)
        on conflict do nothing)
    insert into job (kind, state, instance_id, run_at, waiting_since)
    select $12, 'scheduled', instance_id,
           now() + make_interval(secs => case when $12 = 'analyse' then $13::float8 else 0 end),
           case when $12 = 'analyse' then now() end
    from received where $12::text is not null)"};

// Jobs notify their workers by triggers (migration 0002).

/// Analyses that wait and are referred to by the image run when the settle time has passed without another
/// image. A job that an image moved within the last tenth of that time is left alone, so that the images of a
/// series do not queue for its row.
constexpr Statement move_analyses{"ingest_move_analyses", R"(
    with waiting as (
        select j.job_id, j.run_at from segmentation_reference r
        join job j on j.instance_id = r.segmentation_id and j.kind = 'analyse' and j.state = 'scheduled'
        where r.sop_instance_uid = $1
          and j.run_at not between now() + make_interval(secs => 0.9 * $2::float8)
                               and now() + make_interval(secs => $2::float8)
        order by j.job_id
        for update of j)
    update job set run_at = now() + make_interval(secs => $2::float8), waiting_since = now()
    from waiting where job.job_id = waiting.job_id)"};

/// A statement of its own, because it must see what was claimed while move_analyses waited: an analysis that
/// runs may lack this image, and one that gave up may now be complete.
constexpr Statement wake_analyses{"ingest_wake_analyses", R"(
    insert into job (kind, state, instance_id, run_at, waiting_since)
    select 'analyse', 'scheduled', s.instance_id, now() + make_interval(secs => $2::float8), now()
    from segmentation_reference r
    join instance s on s.instance_id = r.segmentation_id and s.state = 'current'
    cross join lateral (
        select j.state, j.reason from job j
        where j.instance_id = s.instance_id and j.kind = 'analyse'
        order by j.state = 'scheduled' desc, j.state = 'running' desc, j.job_id desc limit 1) last
    where r.sop_instance_uid = $1
      and (last.state = 'running' or (last.state = 'dead' and last.reason = 'incomplete_series'))
    order by s.instance_id
    on conflict (instance_id) where kind = 'analyse' and state = 'scheduled' do nothing)"};

/// Analyses that have read the series of an image without it: those that succeeded, run, or ended because of
/// what the images were. One that is scheduled will read the image.
constexpr Statement wake_readers{"ingest_wake_readers", R"(
    insert into job (kind, state, instance_id, run_at, waiting_since)
    select 'analyse', 'scheduled', s.instance_id, now() + make_interval(secs => $2::float8), now()
    from segmented_series read
    join series using (series_id)
    join instance s on s.instance_id = read.segmentation_id and s.state = 'current'
    where series_instance_uid = $1
      and exists (select from job j where j.instance_id = s.instance_id and j.kind = 'analyse')
    order by s.instance_id
    on conflict (instance_id) where kind = 'analyse' and state = 'scheduled' do nothing)"};

constexpr Statement select_file{"ingest_select_file",
                                "select file_id, bytes from instance where instance_id = $1"};

constexpr Statement replace_file{"ingest_replace_file", R"(
    update instance set file_id = $2 where instance_id = $1)"};

/// Analyses that ended because a file was missing: of this segmentation, or of a series that this image is
/// of.
constexpr Statement wake_for_file{"ingest_wake_for_file", R"(
    insert into job (kind, state, instance_id, run_at, waiting_since)
    select distinct 'analyse', 'scheduled', dead.instance_id,
           now() + make_interval(secs => $2::float8), now()
    from job dead
    where dead.kind = 'analyse' and dead.state = 'dead' and dead.reason = 'missing_file'
      and not exists (select from job later where later.kind = 'analyse'
                      and later.instance_id = dead.instance_id and later.job_id > dead.job_id)
      and (dead.instance_id = $1 or exists (
          select from segmentation_reference r
          join instance image on image.sop_instance_uid = r.sop_instance_uid
          where r.segmentation_id = dead.instance_id
            and image.series_id = (select series_id from instance where instance_id = $1)))
    on conflict (instance_id) where kind = 'analyse' and state = 'scheduled' do nothing)"};

constexpr Statement sum_study{"ingest_sum_study", R"(
    select count(*), coalesce(sum(bytes), 0)::bigint from study join series using (study_id)
    join instance using (series_id) where study_instance_uid = $1)"};

constexpr Statement look_for_bytes{
    "ingest_look_for_bytes",
    "select exists (select from instance where sop_instance_uid = $1 and digest = $2)"};

/// Keeps what is here, unless its file was lost.
IngestResult take_duplicate(Transaction& transaction, std::int64_t instance_id, const std::string& new_file,
                            double settle, const FilePresence& is_present) {
  if (!is_present) return IngestResult::duplicate;
  const pqxx::row known = transaction.run(select_file, instance_id).front();
  if (is_present(known[0].as<std::string>(), known[1].as<std::uint64_t>())) return IngestResult::duplicate;
  transaction.run(replace_file, instance_id, new_file);
  transaction.run(wake_for_file, instance_id, settle);
  return IngestResult::repaired;
}

std::int64_t series_of(Transaction& transaction, const dicom::InstanceHeader& header) {
  const auto study_id =
      transaction
          .run(upsert_study, header.study_instance_uid.value(), null_if_empty(header.patient_id),
               null_if_empty(header.issuer_of_patient_id), null_if_empty(header.accession_number),
               null_if_empty(header.study_date), null_if_empty(header.study_description))[0][0]
          .as<std::int64_t>();
  return transaction
      .run(upsert_series, study_id, header.series_instance_uid.value(), null_if_empty(header.modality),
           null_if_empty(header.series_description), null_if_empty(header.series_number),
           null_if_empty(header.frame_of_reference_uid.value()), null_if_empty(header.manufacturer))[0][0]
      .as<std::int64_t>();
}

std::string references_of(const dicom::InstanceHeader& header) {
  std::vector<std::string> uids;
  for (const dicom::SopInstanceUid& uid : header.referenced_images) uids.push_back(uid.value());
  return array_literal(uids);
}

IngestResult index(Transaction& transaction, const ReceivedInstance& instance, double settle,
                   const FilePresence& is_present) {
  const dicom::InstanceHeader& header = instance.header;
  const std::string& uid = header.sop_instance_uid.value();
  transaction.run(lock_uid, uid, header.series_instance_uid.value());
  const pqxx::result found =
      transaction.run(look_up, uid, binary(instance.digest), header.study_instance_uid.value(),
                      header.series_instance_uid.value(), instance.file_id);
  const pqxx::row& known = found.front();
  // Indexed meanwhile by a reconciliation or an association that was taken for dead: the file is needed.
  if (known["here"].as<bool>()) return IngestResult::stored;
  if (known["own"].as<bool>()) return IngestResult::own_object;
  if (!known["duplicate"].is_null()) {
    return take_duplicate(transaction, known["duplicate"].as<std::int64_t>(), instance.file_id, settle,
                          is_present);
  }
  const bool taken = known["taken"].as<bool>();
  const auto series_id =
      known["series_id"].is_null() ? series_of(transaction, header) : known["series_id"].as<std::int64_t>();
  std::optional<std::string> job;
  if (taken) {
    job = "compare";
  } else if (header.is_segmentation() && !header.written_by_glisson) {
    job = "analyse";
  }
  transaction.run(insert_instance, series_id, uid, header.sop_class_uid.value(),
                  header.transfer_syntax_uid.value(), null_if_empty(header.instance_number),
                  std::string(taken ? "pending" : "current"), instance.file_id, instance.bytes,
                  binary(instance.digest), instance.association_id, references_of(header), job, settle);
  if (!taken && known["referenced"].as<bool>()) {
    transaction.run(move_analyses, uid, settle);
    transaction.run(wake_analyses, uid, settle);
  }
  if (!taken && known["read_series"].as<bool>() && !header.written_by_glisson) {
    transaction.run(wake_readers, header.series_instance_uid.value(), settle);
  }
  return taken ? IngestResult::conflicting : IngestResult::stored;
}

}  // namespace

IngestResult ingest(Database& database, const ReceivedInstance& instance, std::chrono::seconds settle_time,
                    const FilePresence& is_present, const std::function<void()>& before_commit) {
  const double settle = static_cast<double>(settle_time.count());
  return database.connection().transaction([&](Transaction& transaction) {
    const IngestResult result = index(transaction, instance, settle, is_present);
    if (before_commit) before_commit();
    return result;
  });
}

StudyExtent study_extent(Database& database, const dicom::StudyInstanceUid& study) {
  return database.connection().transaction([&](Transaction& transaction) {
    const pqxx::row sums = transaction.run(sum_study, study.value()).front();
    return StudyExtent{sums[0].as<std::uint64_t>(), sums[1].as<std::uint64_t>()};
  });
}

bool is_indexed(Database& database, const dicom::SopInstanceUid& uid, const Sha256& digest) {
  return database.connection().transaction([&](Transaction& transaction) {
    return transaction.run(look_for_bytes, uid.value(), binary(digest)).front()[0].as<bool>();
  });
}

}  // namespace glisson::storage
