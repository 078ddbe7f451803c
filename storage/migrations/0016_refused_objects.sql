-- What is refused is kept once, however often it comes, and within a bound.

alter table job add column refused_digest bytea check (length(refused_digest) = 32);
alter table job add column refused_bytes bigint not null default 0 check (refused_bytes >= 0);
alter table job add column times bigint not null default 1 check (times > 0);
comment on column job.refused_digest is
  'ingest: SHA-256 of the data set, by which it is known when it comes again; NULL of those before it was kept.';
comment on column job.refused_bytes is 'ingest: size of the data set.';
comment on column job.times is
  'ingest: how often the object came; created_at is the first time, finished_at the last.';
comment on column job.refused_file_id is
  'ingest: name of the file in the store''s folder refused, or null where it is not kept: it gave way to later ones or to a full disk; else null.';

alter table job drop constraint ingest_has_file;
alter table job add constraint ingest_is_dead check (kind <> 'ingest' or state = 'dead');
create unique index job_refused_digest on job (refused_digest) where kind = 'ingest';
create index job_refused on job (finished_at, job_id) where kind = 'ingest';

create or replace view job_overview as
select job.job_id, job.kind, job.state, study.study_instance_uid, study.accession_number,
       case job.kind when 'deliver' then peer.name
                     when 'ingest' then job.refused_file_id
                     else instance.sop_instance_uid end as subject,
       job.attempt, job.failures, job.priority, job.run_at, job.created_at, job.finished_at,
       job.worker, job.lease_until, job.reason,
       case when job.kind <> 'ingest' then job.detail
            else concat_ws('; ', job.detail,
                           case when job.times > 1 then format('came %s times', job.times) end,
                           case when job.refused_file_id is null then 'its file is not kept' end) end as detail
from job
left join analysis on analysis.analysis_id = job.analysis_id
left join instance on instance.instance_id = coalesce(job.instance_id, analysis.instance_id)
left join series on series.series_id = instance.series_id
left join study on study.study_id = series.study_id
left join peer on peer.peer_id = job.peer_id;
comment on column job_overview.subject is
  'SOP Instance UID of the segmentation or object; name of the destination; file in refused/, NULL when it is not kept.';
