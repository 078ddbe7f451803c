-- What the web pages and the metrics ask for.

create index job_unfinished on job (state, kind) where state <> 'done';
create index instance_received_at on instance using brin (received_at);
create index delivery_sent_at on delivery using brin (sent_at);
create index job_attempt_ended_at on job_attempt using brin (ended_at);
create index study_created_at on study (created_at);

create view standing_job as
select job.job_id, job.kind, job.state, job.reason, job.failures, job.created_at, series.study_id
from job join instance using (instance_id) join series using (series_id)
where not exists (select from job later where later.kind = job.kind and later.instance_id = job.instance_id
                  and later.job_id > job.job_id)
union all
select job.job_id, job.kind, job.state, job.reason, job.failures, job.created_at, series.study_id
from job join analysis using (analysis_id) join instance on instance.instance_id = analysis.instance_id
join series using (series_id)
where job.kind = 'deliver';
comment on view standing_job is 'Jobs of studies whose place no later job has taken: they make the state of the study.';
comment on column standing_job.job_id is 'The job.';
comment on column standing_job.kind is 'analyse, compare or deliver.';
comment on column standing_job.state is 'scheduled, running, done, dead, blocked or held.';
comment on column standing_job.reason is 'Why it waits or ended.';
comment on column standing_job.failures is 'Attempts that ended in an error or without an answer.';
comment on column standing_job.created_at is 'When it was created.';
comment on column standing_job.study_id is 'The study.';

create function study_state(study bigint) returns text language sql stable as $$
  select (array['in conflict', 'analysing', 'waiting to try again', 'waiting for images', 'settling', 'not analysed',
                'delivering', 'refused by the destination', 'not delivered', 'held', 'reported', 'analysed',
                'waiting for segmentation'])[coalesce(min(
    case kind || ' ' || state
      when 'compare dead' then 1
      when 'analyse running' then 2
      when 'analyse scheduled' then case when reason is null then 5 when failures > 0 then 3 else 4 end
      when 'analyse dead' then 6
      when 'deliver running' then 7
      when 'deliver scheduled' then 7
      when 'deliver blocked' then 8
      when 'deliver dead' then 9
      when 'deliver held' then 10
      when 'deliver done' then 11
      when 'analyse done' then 12
    end), 13)]
  from standing_job where study_id = study
$$;
comment on function study_state(bigint) is
  'The state of a study in words, by the job that matters most: what needs somebody or is under way before what is over.';

create view report_latency as
select delivery.job_id, delivery.sent_at,
       extract(epoch from delivery.sent_at - instance.received_at)::double precision as seconds
from delivery join job using (job_id) join analysis on analysis.analysis_id = job.analysis_id
join instance on instance.instance_id = analysis.instance_id;
comment on view report_latency is 'How long each report took, from its segmentation to its destination.';
comment on column report_latency.job_id is 'The deliver job.';
comment on column report_latency.sent_at is 'When the destination answered Success.';
comment on column report_latency.seconds is 'Since the segmentation was received.';
