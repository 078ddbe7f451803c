-- What a later object changes: which analyses a series image concerns, and whether results are new.

create table segmented_series (
  series_id       bigint not null references series on delete cascade,
  segmentation_id bigint not null references instance on delete cascade,
  primary key (series_id, segmentation_id)
);
comment on table segmented_series is
  'Series that an analysis of a segmentation has read: a further image of such a series runs it again.';
comment on column segmented_series.series_id is 'The series.';
comment on column segmented_series.segmentation_id is 'The segmentation, an instance.';

alter table analysis add column result_digest text;
comment on column analysis.result_digest is
  'SHA-256 over all that the report says but times and its own UIDs, lower-case hexadecimal; NULL of analyses before it was kept.';

create or replace view segmentation_list as
select s.instance_id as segmentation_id, s.sop_instance_uid, st.study_instance_uid, st.accession_number,
       count(r.sop_instance_uid) as referenced_images, count(i.instance_id) as received_images,
       s.received_at
from instance s
join series se using (series_id)
join study st using (study_id)
left join segmentation_reference r on r.segmentation_id = s.instance_id
left join instance i on i.sop_instance_uid = r.sop_instance_uid and i.state = 'current'
where s.sop_class_uid in ('1.2.840.10008.5.1.4.1.1.66.4', '1.2.840.10008.5.1.4.1.1.66.7')
  and s.state = 'current'
group by s.instance_id, st.study_id;

-- A revision of a segmentation is a further instance under its SOP Instance UID.
create or replace view analysis_overview as
select study.study_instance_uid, study.accession_number, study.patient_id,
       segmentation.sop_instance_uid as segmentation_uid, analysis.analysis_id, analysis.created_at as analysed_at,
       not exists (select from analysis later join instance revision using (instance_id)
                   where revision.sop_instance_uid = segmentation.sop_instance_uid
                     and later.protocol_name = analysis.protocol_name
                     and later.analysis_id > analysis.analysis_id) as latest,
       analysis.image_series_instance_uid, analysis.protocol_name as protocol, analysis.protocol_version,
       analysis.software_version, analysis.summary
from analysis
join instance segmentation using (instance_id)
join series using (series_id)
join study using (study_id);
