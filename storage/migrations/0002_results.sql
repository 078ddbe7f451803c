-- What the queue remembers, what analyses found, and what was sent where.

-- Queue ------------------------------------------------------------------------------------------------------

alter table job add column unanswered integer not null default 0;
comment on column job.unanswered is
  'Attempts in a row that ended without an answer (lease or deadline ran out); the third makes the job dead.';

create table job_attempt (
  job_id     bigint      not null references job on delete cascade,
  attempt    integer     not null,
  worker     text        not null,
  started_at timestamptz not null default clock_timestamp(),
  ended_at   timestamptz,
  outcome    text check (outcome in ('done', 'retry', 'postponed', 'next_iod', 'dead', 'blocked', 'held', 'no_answer')),
  reason     text,
  detail     text,
  primary key (job_id, attempt),
  check ((ended_at is null) = (outcome is null))
);
comment on table job_attempt is 'History of jobs: one row for each claim.';
comment on column job_attempt.job_id is 'The job.';
comment on column job_attempt.attempt is 'The fencing token of this claim: 1 for the first.';
comment on column job_attempt.worker is 'Who claimed the job, as host:pid.';
comment on column job_attempt.started_at is 'When the job was claimed.';
comment on column job_attempt.ended_at is 'When the attempt ended, or was found to have ended; NULL while it runs.';
comment on column job_attempt.outcome is
  'How it ended: done; retry (an error, tried again); postponed (waits, no error); next_iod (the peer refused this SR IOD); dead; blocked; held; no_answer (its lease ran out).';
comment on column job_attempt.reason is 'Keyword of the reason; NULL when done.';
comment on column job_attempt.detail is 'The reason as a sentence; holds no patient data.';

create function iso_8601(moment timestamptz) returns text language sql stable as $$
  select to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS.MSTZH:TZM')
$$;
comment on function iso_8601(timestamptz) is 'ISO 8601 with milliseconds, in the time zone of the session.';

create function notify_job() returns trigger language plpgsql as $$
begin
  perform pg_notify('glisson_' || new.kind, '');
  return null;
end $$;
comment on function notify_job() is 'Wakes the workers that LISTEN on glisson_<kind>.';

create trigger job_inserted after insert on job
  for each row when (new.state = 'scheduled') execute function notify_job();
comment on trigger job_inserted on job is 'New work wakes its workers when it is committed.';

-- A job that is moved to a later time needs no notification: its workers wake at the earlier time and look again.
create trigger job_released after update of state, run_at on job
  for each row when (new.state = 'scheduled' and (old.state <> 'scheduled' or new.run_at < old.run_at))
  execute function notify_job();
comment on trigger job_released on job is 'Work that was released, or is due earlier, wakes its workers.';

-- Results ----------------------------------------------------------------------------------------------------

create table analysis (
  analysis_id               bigint generated always as identity primary key,
  job_id                    bigint      not null references job,
  instance_id               bigint      not null references instance,
  image_series_instance_uid text        not null,
  protocol_name             text        not null,
  protocol_version          text        not null,
  protocol_digest           text        not null,
  input_digest              text        not null,
  software_version          text        not null,
  summary                   text        not null,
  created_at                timestamptz not null default now()
);
create index analysis_of_instance on analysis (instance_id);
comment on table analysis is 'A finished analysis of one segmentation.';
comment on column analysis.analysis_id is 'Key.';
comment on column analysis.job_id is 'The job that made it.';
comment on column analysis.instance_id is 'The segmentation.';
comment on column analysis.image_series_instance_uid is 'Series Instance UID of the images that were measured.';
comment on column analysis.protocol_name is 'Extraction protocol.';
comment on column analysis.protocol_version is 'Its version.';
comment on column analysis.protocol_digest is 'SHA-256 of the protocol file, lower-case hexadecimal.';
comment on column analysis.input_digest is 'SHA-256 over the digests of all inputs, lower-case hexadecimal.';
comment on column analysis.software_version is 'Version of Glisson that computed it.';
comment on column analysis.summary is 'The report in words.';
comment on column analysis.created_at is 'When the results were committed.';

create table region (
  region_id        bigint  generated always as identity primary key,
  analysis_id      bigint  not null references analysis on delete cascade,
  segment_number   integer not null,
  label            text    not null,
  role             text    not null check (role in ('lesion', 'liver')),
  tracking_id      text    not null,
  tracking_uid     text    not null,
  volume           double precision,
  voxels           bigint,
  slices           integer,
  measured_slice   integer,
  long_axis        double precision,
  long_axis_start  double precision[3],
  long_axis_end    double precision[3],
  short_axis       double precision,
  short_axis_start double precision[3],
  short_axis_end   double precision[3],
  not_measured     text,
  unique (analysis_id, segment_number)
);
comment on table region is 'A segment that an analysis looked at. Sizes are NULL when the region is empty.';
comment on column region.region_id is 'Key.';
comment on column region.analysis_id is 'The analysis.';
comment on column region.segment_number is 'Segment Number (0062,0004).';
comment on column region.label is 'Segment Label (0062,0005).';
comment on column region.role is 'lesion or liver.';
comment on column region.tracking_id is 'Tracking ID (0062,0020) of the segment, or the one made for it.';
comment on column region.tracking_uid is 'Tracking UID (0062,0021) of the segment, or the one made for it.';
comment on column region.volume is 'Volume of the voxels inside, mm3.';
comment on column region.voxels is 'Number of voxels inside.';
comment on column region.slices is 'Number of slices with at least one voxel inside.';
comment on column region.measured_slice is 'Index of the slice in which both axes lie, 0 for the first of the volume.';
comment on column region.long_axis is 'Longest in-plane diameter over all slices, mm.';
comment on column region.long_axis_start is 'One end of the long axis, patient coordinates (LPS), mm.';
comment on column region.long_axis_end is 'Other end of the long axis, patient coordinates (LPS), mm.';
comment on column region.short_axis is 'Longest diameter perpendicular to the long axis in the same slice, mm.';
comment on column region.short_axis_start is 'One end of the short axis, patient coordinates (LPS), mm.';
comment on column region.short_axis_end is 'Other end of the short axis, patient coordinates (LPS), mm.';
comment on column region.not_measured is 'Why no features were computed, as "keyword: sentence"; NULL when they were.';

create table extraction_protocol (
  extraction_protocol_id bigint generated always as identity primary key,
  name                   text   not null,
  version                text   not null,
  digest                 text   not null,
  feature_names          text[] not null,
  ibsi_codes             text[] not null,
  units                  text[] not null,
  layout_digest          text   not null,
  unique (name, version, digest, layout_digest),
  check (cardinality(ibsi_codes) = cardinality(feature_names) and cardinality(units) = cardinality(feature_names))
);
comment on table extraction_protocol is
  'What stands at which place of the feature vectors of one protocol version.';
comment on column extraction_protocol.extraction_protocol_id is 'Key.';
comment on column extraction_protocol.name is 'Name of the protocol, e.g. pyradiomics-native.';
comment on column extraction_protocol.version is 'Its version.';
comment on column extraction_protocol.digest is 'SHA-256 of the protocol file, lower-case hexadecimal.';
comment on column extraction_protocol.feature_names is 'Full names, e.g. original_firstorder_Mean, in the order of the vectors.';
comment on column extraction_protocol.ibsi_codes is 'IBSI permanent identifiers in the same order; NULL where IBSI defines no equal feature.';
comment on column extraction_protocol.units is 'UCUM units in the same order.';
comment on column extraction_protocol.layout_digest is
  'SHA-256 over names, codes and units, lower-case hexadecimal: tells the layouts of one protocol version apart when the software learns features.';

create function gaps_are_explained(feature_values double precision[], reasons text[]) returns boolean
  language sql immutable as $$
    select cardinality(feature_values) = cardinality(reasons)
       and not exists (select from unnest(feature_values, reasons) as feature (value, reason)
                       where value is null and reason is null)
  $$;
comment on function gaps_are_explained(double precision[], text[]) is
  'True when each value that is NULL has its reason.';

create table feature_vector (
  region_id              bigint not null references region on delete cascade,
  extraction_protocol_id bigint not null references extraction_protocol,
  feature_values         double precision[] not null,
  reasons                text[] not null,
  primary key (region_id, extraction_protocol_id),
  check (array_position(feature_values, 'NaN'::double precision) is null),
  check (gaps_are_explained(feature_values, reasons))
);
comment on table feature_vector is
  'The features of one region under one protocol version; the view feature_value shows them a row each.';
comment on column feature_vector.region_id is 'The region.';
comment on column feature_vector.extraction_protocol_id is 'Names, codes and units of the places.';
comment on column feature_vector.feature_values is 'Values in the order of extraction_protocol.feature_names; NULL where undefined, never NaN.';
comment on column feature_vector.reasons is 'Keyword of the reason at the place of each undefined value (or sentinel); else NULL.';

create table assessment (
  assessment_id  bigint  generated always as identity primary key,
  analysis_id    bigint  not null references analysis on delete cascade,
  segment_number integer,
  model_name     text    not null,
  model_version  text    not null,
  model_digest   text    not null,
  model_title    text    not null,
  model_status   text    not null check (model_status in ('published', 'site_fitted', 'demonstration')),
  endpoint       text    not null,
  score_name     text    not null,
  score          double precision check (score <> 'NaN'),
  score_unit     text    not null,
  probability    double precision check (probability between 0 and 1),
  category       text,
  wording        text,
  risk           text,
  at_cut_off     boolean not null,
  contributions  jsonb   not null,
  reason         text,
  detail         text,
  check ((score is null) = (reason is not null)),
  check (model_status <> 'demonstration' or (probability is null and category is null and risk is null))
);
create index assessment_of_analysis on assessment (analysis_id);
comment on table assessment is
  'What one risk model said of one lesion or of the patient: a score, or the reason why there is none.';
comment on column assessment.assessment_id is 'Key.';
comment on column assessment.analysis_id is 'The analysis.';
comment on column assessment.segment_number is 'Segment Number of the lesion; NULL when the model is about the patient.';
comment on column assessment.model_name is 'Model package.';
comment on column assessment.model_version is 'Its version.';
comment on column assessment.model_digest is 'SHA-256 of its manifest, lower-case hexadecimal.';
comment on column assessment.model_title is 'Its title for people.';
comment on column assessment.model_status is
  'published, site_fitted, or demonstration (coefficients from no patients: never a category or probability).';
comment on column assessment.endpoint is 'What the model predicts.';
comment on column assessment.score_name is 'Name of the score.';
comment on column assessment.score is 'The score; NULL when there is a reason instead.';
comment on column assessment.score_unit is 'UCUM unit of the score.';
comment on column assessment.probability is 'Probability of the endpoint, 0 to 1; only of logistic models.';
comment on column assessment.category is 'Category of the score as the source of the model words it.';
comment on column assessment.wording is 'The category as the report says it.';
comment on column assessment.risk is 'Level of risk (CID 3118): high, moderate, low or uncertain.';
comment on column assessment.at_cut_off is 'The score is at a cut-off within the tolerance of the model.';
comment on column assessment.contributions is
  'What each input did to the score, largest first: array of {input, value, unit, contribution}.';
comment on column assessment.reason is 'Keyword of the reason why there is no score.';
comment on column assessment.detail is 'The reason as a sentence, e.g. the missing inputs.';

create table tracked_region (
  tracked_region_id     bigint      generated always as identity primary key,
  patient_id            text        not null,
  issuer_of_patient_id  text        not null,
  frame_of_reference_uid text       not null,
  label                 text        not null,
  centroid              double precision[3] not null,
  tracking_id           text        not null,
  tracking_uid          text        not null unique,
  created_at            timestamptz not null default now()
);
create index tracked_region_of_frame on tracked_region (frame_of_reference_uid, patient_id);
comment on table tracked_region is
  'Regions to which Glisson gave tracking identifiers, so that a revised segmentation keeps them.';
comment on column tracked_region.tracked_region_id is 'Key.';
comment on column tracked_region.patient_id is 'Patient ID (0010,0020).';
comment on column tracked_region.issuer_of_patient_id is 'Issuer of Patient ID (0010,0021).';
comment on column tracked_region.frame_of_reference_uid is 'Frame of Reference UID (0020,0052) of the coordinates.';
comment on column tracked_region.label is 'Segment Label (0062,0005).';
comment on column tracked_region.centroid is 'Centre of the region when it was first seen, patient coordinates (LPS), mm.';
comment on column tracked_region.tracking_id is 'Tracking Identifier, for people.';
comment on column tracked_region.tracking_uid is 'Tracking Unique Identifier.';
comment on column tracked_region.created_at is 'When the region was first seen.';

create table tracked_segment (
  instance_id       bigint  not null references instance on delete cascade,
  segment_number    integer not null,
  tracked_region_id bigint  not null references tracked_region,
  primary key (instance_id, segment_number),
  unique (instance_id, tracked_region_id)
);
comment on table tracked_segment is 'Which segment of which segmentation is which tracked region.';
comment on column tracked_segment.instance_id is 'The segmentation.';
comment on column tracked_segment.segment_number is 'Segment Number (0062,0004).';
comment on column tracked_segment.tracked_region_id is 'The tracked region.';

-- Reports and where they went --------------------------------------------------------------------------------

create table report (
  report_id           bigint      generated always as identity primary key,
  analysis_id         bigint      not null references analysis,
  position            smallint    not null,
  iod                 text        not null,
  demonstration       boolean     not null,
  sop_class_uid       text        not null,
  sop_instance_uid    text        not null unique,
  series_instance_uid text        not null,
  part10              bytea       not null,
  created_at          timestamptz not null default now(),
  unique (analysis_id, demonstration, position)
);
comment on table report is
  'A Structured Report of an analysis, encoded once: each SR IOD that destinations may take is an object of its own.';
comment on column report.report_id is 'Key.';
comment on column report.analysis_id is 'The analysis that it reports.';
comment on column report.position is 'Order of trying, 0 first.';
comment on column report.iod is 'Keyword of the SR IOD, e.g. comprehensive_3d.';
comment on column report.demonstration is 'Holds scores of demonstration models: for destinations of purpose test only.';
comment on column report.sop_class_uid is 'SOP Class UID.';
comment on column report.sop_instance_uid is 'SOP Instance UID, derived from the inputs: writing the report again gives the same.';
comment on column report.series_instance_uid is 'Series Instance UID of the report.';
comment on column report.part10 is 'The DICOM file (PS3.10) byte for byte as it is sent.';
comment on column report.created_at is 'When it was committed.';

create table delivery (
  job_id    bigint      primary key references job,
  report_id bigint      not null references report,
  sent_at   timestamptz not null default clock_timestamp()
);
create index delivery_of_report on delivery (report_id);
comment on table delivery is 'Reports that a destination has taken.';
comment on column delivery.job_id is 'The deliver job.';
comment on column delivery.report_id is 'The object that was sent.';
comment on column delivery.sent_at is 'When the destination answered Success.';

alter table job
  add foreign key (analysis_id) references analysis,
  add foreign key (peer_id) references peer;
create unique index one_delivery_for_each_peer on job (analysis_id, peer_id) where kind = 'deliver';
create index job_order on job (priority, run_at, job_id) where state = 'scheduled';

create function hold_reason(purpose text, responsible text, valid_until date) returns text
  language sql stable as $$
    select case when coalesce(purpose, '') = '' then 'purpose_not_declared'
                when coalesce(responsible, '') = '' then 'no_responsible_person'
                when valid_until is null then 'no_term'
                when valid_until < current_date then 'term_over' end
  $$;
comment on function hold_reason(text, text, date) is
  'Why a destination with this declaration gets no reports; NULL when it gets them.';

-- Views: the public interface --------------------------------------------------------------------------------

create view analysis_overview as
select study.study_instance_uid, study.accession_number, study.patient_id,
       segmentation.sop_instance_uid as segmentation_uid, analysis.analysis_id, analysis.created_at as analysed_at,
       not exists (select from analysis later
                   where later.instance_id = analysis.instance_id and later.protocol_name = analysis.protocol_name
                     and later.analysis_id > analysis.analysis_id) as latest,
       analysis.image_series_instance_uid, analysis.protocol_name as protocol, analysis.protocol_version,
       analysis.software_version, analysis.summary
from analysis
join instance segmentation using (instance_id)
join series using (series_id)
join study using (study_id);
comment on view analysis_overview is 'Each analysis with its study.';
comment on column analysis_overview.study_instance_uid is 'Study Instance UID (0020,000D).';
comment on column analysis_overview.accession_number is 'Accession Number (0008,0050).';
comment on column analysis_overview.patient_id is 'Patient ID (0010,0020).';
comment on column analysis_overview.segmentation_uid is 'SOP Instance UID of the segmentation.';
comment on column analysis_overview.analysis_id is 'The analysis.';
comment on column analysis_overview.analysed_at is 'When its results were committed.';
comment on column analysis_overview.latest is 'No later analysis of this segmentation by this protocol exists.';
comment on column analysis_overview.image_series_instance_uid is 'Series Instance UID of the images.';
comment on column analysis_overview.protocol is 'Extraction protocol.';
comment on column analysis_overview.protocol_version is 'Its version.';
comment on column analysis_overview.software_version is 'Version of Glisson.';
comment on column analysis_overview.summary is 'The report in words.';

create view measured_region as
select overview.study_instance_uid, overview.accession_number, overview.patient_id, overview.segmentation_uid,
       overview.analysis_id, overview.analysed_at, overview.latest,
       region.segment_number, region.label, region.role, region.tracking_id, region.tracking_uid,
       region.volume, region.voxels, region.slices, region.long_axis, region.short_axis, region.not_measured
from region
join analysis_overview overview using (analysis_id);
comment on view measured_region is 'Each region of each analysis with its size.';
comment on column measured_region.study_instance_uid is 'Study Instance UID (0020,000D).';
comment on column measured_region.accession_number is 'Accession Number (0008,0050).';
comment on column measured_region.patient_id is 'Patient ID (0010,0020).';
comment on column measured_region.segmentation_uid is 'SOP Instance UID of the segmentation.';
comment on column measured_region.analysis_id is 'The analysis.';
comment on column measured_region.analysed_at is 'When its results were committed.';
comment on column measured_region.latest is 'No later analysis of this segmentation by this protocol exists.';
comment on column measured_region.segment_number is 'Segment Number (0062,0004).';
comment on column measured_region.label is 'Segment Label (0062,0005).';
comment on column measured_region.role is 'lesion or liver.';
comment on column measured_region.tracking_id is 'Tracking Identifier.';
comment on column measured_region.tracking_uid is 'Tracking Unique Identifier.';
comment on column measured_region.volume is 'Volume, mm3.';
comment on column measured_region.voxels is 'Number of voxels inside.';
comment on column measured_region.slices is 'Number of slices with at least one voxel inside.';
comment on column measured_region.long_axis is 'Longest in-plane diameter, mm.';
comment on column measured_region.short_axis is 'Longest diameter perpendicular to it, mm.';
comment on column measured_region.not_measured is 'Why there are no features, as "keyword: sentence"; NULL when there are.';

create view feature_value as
select overview.study_instance_uid, overview.accession_number, overview.patient_id, overview.segmentation_uid,
       overview.analysis_id, overview.analysed_at, overview.latest,
       region.segment_number, region.label, region.role, region.tracking_uid,
       protocol.name as protocol, protocol.version as protocol_version,
       feature.name as feature, feature.ibsi_code, feature.unit, feature.value, feature.reason
from feature_vector vector
join extraction_protocol protocol using (extraction_protocol_id)
join region using (region_id)
join analysis_overview overview using (analysis_id)
cross join lateral unnest(protocol.feature_names, protocol.ibsi_codes, protocol.units,
                          vector.feature_values, vector.reasons)
                   as feature (name, ibsi_code, unit, value, reason);
comment on view feature_value is 'A row for each feature of each region.';
comment on column feature_value.study_instance_uid is 'Study Instance UID (0020,000D).';
comment on column feature_value.accession_number is 'Accession Number (0008,0050).';
comment on column feature_value.patient_id is 'Patient ID (0010,0020).';
comment on column feature_value.segmentation_uid is 'SOP Instance UID of the segmentation.';
comment on column feature_value.analysis_id is 'The analysis.';
comment on column feature_value.analysed_at is 'When its results were committed.';
comment on column feature_value.latest is 'No later analysis of this segmentation by this protocol exists.';
comment on column feature_value.segment_number is 'Segment Number (0062,0004).';
comment on column feature_value.label is 'Segment Label (0062,0005).';
comment on column feature_value.role is 'lesion or liver.';
comment on column feature_value.tracking_uid is 'Tracking Unique Identifier of the region.';
comment on column feature_value.protocol is 'Extraction protocol.';
comment on column feature_value.protocol_version is 'Its version.';
comment on column feature_value.feature is 'Name: image type, class and feature, e.g. original_firstorder_Mean.';
comment on column feature_value.ibsi_code is 'IBSI permanent identifier; NULL where IBSI defines no equal feature.';
comment on column feature_value.unit is 'UCUM unit.';
comment on column feature_value.value is 'The value; NULL where the feature is undefined for this region.';
comment on column feature_value.reason is 'Keyword of the reason where it is undefined (or a sentinel).';

create view score as
select overview.study_instance_uid, overview.accession_number, overview.patient_id, overview.segmentation_uid,
       overview.analysis_id, overview.analysed_at, overview.latest,
       assessment.segment_number, region.label, region.tracking_uid,
       assessment.model_name as model, assessment.model_version, assessment.model_status, assessment.endpoint,
       assessment.score_name, assessment.score, assessment.score_unit as unit, assessment.probability,
       assessment.category, assessment.risk, assessment.at_cut_off, assessment.contributions,
       assessment.reason, assessment.detail
from assessment
join analysis_overview overview using (analysis_id)
left join region using (analysis_id, segment_number);
comment on view score is 'A row for each risk model and lesion or patient.';
comment on column score.study_instance_uid is 'Study Instance UID (0020,000D).';
comment on column score.accession_number is 'Accession Number (0008,0050).';
comment on column score.patient_id is 'Patient ID (0010,0020).';
comment on column score.segmentation_uid is 'SOP Instance UID of the segmentation.';
comment on column score.analysis_id is 'The analysis.';
comment on column score.analysed_at is 'When its results were committed.';
comment on column score.latest is 'No later analysis of this segmentation by this protocol exists.';
comment on column score.segment_number is 'Segment Number of the lesion; NULL when the score is about the patient.';
comment on column score.label is 'Segment Label of the lesion.';
comment on column score.tracking_uid is 'Tracking Unique Identifier of the lesion.';
comment on column score.model is 'Model package.';
comment on column score.model_version is 'Its version.';
comment on column score.model_status is 'published, site_fitted, or demonstration (coefficients from no patients).';
comment on column score.endpoint is 'What the model predicts.';
comment on column score.score_name is 'Name of the score.';
comment on column score.score is 'The score; NULL when there is a reason instead.';
comment on column score.unit is 'UCUM unit of the score.';
comment on column score.probability is 'Probability of the endpoint, 0 to 1; only of logistic models.';
comment on column score.category is 'Category as the source of the model words it.';
comment on column score.risk is 'Level of risk (CID 3118).';
comment on column score.at_cut_off is 'The score is at a cut-off within the tolerance of the model.';
comment on column score.contributions is 'What each input did to the score: array of {input, value, unit, contribution}.';
comment on column score.reason is 'Keyword of the reason why there is no score.';
comment on column score.detail is 'The reason as a sentence.';

create view job_overview as
select job.job_id, job.kind, job.state, study.study_instance_uid, study.accession_number,
       case job.kind when 'deliver' then peer.name
                     when 'ingest' then job.refused_file_id
                     else instance.sop_instance_uid end as subject,
       job.attempt, job.failures, job.priority, job.run_at, job.created_at, job.finished_at,
       job.worker, job.lease_until, job.reason, job.detail
from job
left join analysis on analysis.analysis_id = job.analysis_id
left join instance on instance.instance_id = coalesce(job.instance_id, analysis.instance_id)
left join series on series.series_id = instance.series_id
left join study on study.study_id = series.study_id
left join peer on peer.peer_id = job.peer_id;
comment on view job_overview is 'Each job with what it is about (docs/states.md).';
comment on column job_overview.job_id is 'The number that glisson job show takes.';
comment on column job_overview.kind is 'analyse, compare, deliver or ingest.';
comment on column job_overview.state is 'scheduled, running, done, dead, blocked or held.';
comment on column job_overview.study_instance_uid is 'Study Instance UID (0020,000D).';
comment on column job_overview.accession_number is 'Accession Number (0008,0050).';
comment on column job_overview.subject is
  'SOP Instance UID of the segmentation or object; name of the destination; file in refused/.';
comment on column job_overview.attempt is 'How often it was claimed.';
comment on column job_overview.failures is 'Attempts that ended in an error or without an answer.';
comment on column job_overview.priority is '0 for live work; larger numbers go later.';
comment on column job_overview.run_at is 'Not before this time.';
comment on column job_overview.created_at is 'When it was created.';
comment on column job_overview.finished_at is 'When it ended; NULL while unfinished.';
comment on column job_overview.worker is 'Who runs it, as host:pid; NULL unless it runs.';
comment on column job_overview.lease_until is 'While running: when it may be claimed anew.';
comment on column job_overview.reason is 'Keyword of the reason why it waits or ended.';
comment on column job_overview.detail is 'The reason as a sentence.';

create view report_overview as
select overview.study_instance_uid, overview.accession_number, overview.patient_id, overview.segmentation_uid,
       report.analysis_id, report.report_id, report.sop_instance_uid, report.iod, report.demonstration,
       report.created_at, peer.name as destination, delivery.sent_at, length(report.part10) as bytes
from report
join analysis_overview overview using (analysis_id)
left join delivery using (report_id)
left join job on job.job_id = delivery.job_id
left join peer on peer.peer_id = job.peer_id;
comment on view report_overview is
  'Each report object, with a row for each destination that has taken it.';
comment on column report_overview.study_instance_uid is 'Study Instance UID (0020,000D).';
comment on column report_overview.accession_number is 'Accession Number (0008,0050).';
comment on column report_overview.patient_id is 'Patient ID (0010,0020).';
comment on column report_overview.segmentation_uid is 'SOP Instance UID of the segmentation.';
comment on column report_overview.analysis_id is 'The analysis that it reports.';
comment on column report_overview.report_id is 'The report object.';
comment on column report_overview.sop_instance_uid is 'Its SOP Instance UID.';
comment on column report_overview.iod is 'Keyword of its SR IOD.';
comment on column report_overview.demonstration is 'Holds scores of demonstration models.';
comment on column report_overview.created_at is 'When it was committed.';
comment on column report_overview.destination is 'The destination that took it; NULL when none has.';
comment on column report_overview.sent_at is 'When that destination answered Success.';
comment on column report_overview.bytes is 'Size of the file.';
