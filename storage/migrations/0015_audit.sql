-- The audit trail (DICOM PS3.15 A.5): who did what with whose data. An event is written in the transaction of the thing
-- itself, so that neither is there without the other, and is sent to a collector from here (an outbox).

create table audit_event (
  audit_event_id         bigint      generated always as identity primary key,
  kind                   text        not null check (kind in (
    'application_start', 'application_stop', 'begin_transferring', 'instances_transferred', 'security_alert',
    'sign_in', 'sign_out')),
  at                     timestamptz not null default clock_timestamp(),
  host                   text        default said('host'),
  outcome                smallint    not null default 0 check (outcome in (0, 4, 8, 12)),
  association_id         bigint,
  job_id                 bigint,
  attempt                integer,
  refused_association_id bigint,
  change_id              bigint,
  facts                  jsonb       not null,
  message                text,
  sent_at                timestamptz
);
create index audit_event_waiting on audit_event (audit_event_id) where sent_at is null;
create index audit_event_without_message on audit_event (audit_event_id) where message is null;
create unique index audit_event_begin on audit_event (job_id, attempt) where kind = 'begin_transferring';
create unique index audit_event_run on audit_event (kind, (facts ->> 'run'))
  where kind in ('application_start', 'application_stop');
create index audit_event_at on audit_event using brin (at);
comment on table audit_event is
  'The audit trail (DICOM PS3.15 A.5): who did what with whose data. Holds patient IDs. Rows speak of others by number, without foreign keys, so that they outlive them.';
comment on column audit_event.audit_event_id is 'Identifier of the row; the message carries it to the collector as sequenceId.';
comment on column audit_event.kind is
  'application_start, application_stop (A.5.3.1), begin_transferring (A.5.3.3), instances_transferred (A.5.3.7), security_alert (A.5.3.11), sign_in, sign_out (A.5.3.12).';
comment on column audit_event.at is 'When it happened.';
comment on column audit_event.host is 'Host whose process wrote it; NULL: written by hand.';
comment on column audit_event.outcome is
  'EventOutcomeIndicator (PS3.15 A.5.2): 0 success, 4 minor failure (it is tried again), 8 serious failure (it was given up), 12 major failure.';
comment on column audit_event.association_id is 'The association that brought the instances; else NULL.';
comment on column audit_event.job_id is 'The deliver job; else NULL.';
comment on column audit_event.attempt is 'Its attempt; else NULL.';
comment on column audit_event.refused_association_id is 'The associations that were refused; else NULL.';
comment on column audit_event.change_id is 'The change; else NULL.';
comment on column audit_event.facts is
  'What the message says, as it was then: names, addresses, Study Instance UID, patient ID, number of instances by SOP class.';
comment on column audit_event.message is 'The message (PS3.15 A.5.1), XML; NULL for a moment, until upkeep has written it.';
comment on column audit_event.sent_at is 'When the collector had taken the message; NULL: it waits, or there is no collector.';

create function audit_study(study bigint) returns jsonb language sql stable set search_path from current as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'study', study_instance_uid, 'patient_id', coalesce(patient_id, ''), 'issuer_of_patient_id', issuer_of_patient_id,
    'accession_number', accession_number))
  from study where study.study_id = audit_study.study
$$;
comment on function audit_study(bigint) is 'Study and patient for the facts of an audit event.';

-- What an association brought ---------------------------------------------------------------------------------

-- What was received before there was an audit trail is not told as if it happened now.
alter table association add column audited_to bigint not null default 9223372036854775807;
alter table association alter column audited_to set default 0;
create index association_open on association (opened_at) where closed_at is null;
comment on column association.audited_to is 'The audit trail tells of its instances up to this instance_id.';

create function audit_received(received association, at timestamptz) returns bigint language sql
  set search_path from current as $$
  with arrived as (
    select study_id, sop_class_uid, count(*) as instances, max(instance_id) as latest
    from instance join series using (series_id)
    where association_id = received.association_id and instance_id > received.audited_to
    group by study_id, sop_class_uid
  ), told as (
    insert into audit_event (kind, at, association_id, facts)
    select 'instances_transferred', audit_received.at, received.association_id,
           audit_study(study_id) || jsonb_build_object(
             'source', jsonb_build_object('id', received.calling, 'ae_title', received.calling,
                                          'address', received.address, 'requestor', true),
             'destination', jsonb_build_object('id', 'association ' || received.association_id,
                                               'ae_title', received.called),
             'action', 'C', 'sop_classes', jsonb_object_agg(sop_class_uid, instances))
    from arrived group by study_id
  )
  select coalesce(max(latest), received.audited_to) from arrived
$$;
comment on function audit_received(association, timestamptz) is
  'Tells the audit trail of what an association brought since it was told last, one event for each study; returns the latest instance.';

create function audit_association() returns trigger language plpgsql set search_path from current as $$
begin
  new.audited_to := audit_received(new, new.closed_at);
  return new;
end $$;
comment on function audit_association() is 'Tells the audit trail of what an association brought.';
create trigger association_audited before update of closed_at on association
  for each row when (new.closed_at is not null) execute function audit_association();
comment on trigger association_audited on association is 'The audit trail tells of transfers when they are over.';

-- What is delivered: begin_transferring is written with the report that is loaded for the attempt -------------

create function audit_attempt() returns trigger language plpgsql set search_path from current as $$
begin
  insert into audit_event (kind, outcome, job_id, attempt, facts)
  select 'instances_transferred',
         case when new.outcome = 'done' then 0 when new.outcome in ('dead', 'blocked', 'held') then 8 else 4 end,
         job_id, attempt,
         facts || jsonb_strip_nulls(jsonb_build_object('detail', concat_ws(': ', new.reason, new.detail)))
  from audit_event
  where kind = 'begin_transferring' and job_id = new.job_id and attempt = new.attempt;
  return null;
end $$;
comment on function audit_attempt() is 'Tells the audit trail how the transfer of a report ended.';
create trigger job_attempt_audited after update of outcome on job_attempt
  for each row when (old.outcome is null and new.outcome is not null) execute function audit_attempt();
comment on trigger job_attempt_audited on job_attempt is 'The audit trail tells how each transfer ended that had begun.';

-- Who was turned away: at once, then at most hourly how often since -------------------------------------------

alter table refused_association add column audited_times bigint not null default 1;
alter table refused_association add column audited_at timestamptz not null default now();
update refused_association set audited_times = times;
comment on column refused_association.audited_times is 'How many of these the audit trail tells of.';
comment on column refused_association.audited_at is 'When it was told last.';

create function audit_refusal(refused refused_association, further bigint) returns void language sql
  set search_path from current as $$
  insert into audit_event (kind, outcome, refused_association_id, facts)
  values ('security_alert', 4, refused.refused_association_id, jsonb_build_object(
    'what', 'refused_association', 'reason', refused.reason, 'calling', refused.calling, 'called', refused.called,
    'address', refused.address, 'times', further))
$$;
comment on function audit_refusal(refused_association, bigint) is 'Tells the audit trail of so many further refusals.';

create function audit_refusals() returns trigger language plpgsql set search_path from current as $$
begin
  if tg_op = 'INSERT' then
    perform audit_refusal(new, new.times);
  elsif tg_op = 'DELETE' then
    if old.times > old.audited_times then perform audit_refusal(old, old.times - old.audited_times); end if;
    return old;
  elsif new.times > new.audited_times and new.audited_at <= now() - interval '1 hour' then
    perform audit_refusal(new, new.times - new.audited_times);
    new.audited_times := new.times;
    new.audited_at := now();
  end if;
  return new;
end $$;
comment on function audit_refusals() is 'Tells the audit trail of refusals: the first at once, more once an hour.';
-- After the insert: one that becomes an update of the row that is there must not tell of it.
create trigger refused_association_audited after insert on refused_association
  for each row execute function audit_refusals();
comment on trigger refused_association_audited on refused_association is 'The first refusal of its kind.';
create trigger refused_association_counted before update on refused_association
  for each row execute function audit_refusals();
comment on trigger refused_association_counted on refused_association is 'Further ones.';
create trigger refused_association_forgotten before delete on refused_association
  for each row execute function audit_refusals();
comment on trigger refused_association_forgotten on refused_association is 'Those that were not told of yet.';

-- Who changed what --------------------------------------------------------------------------------------------

create function audit_change() returns trigger language plpgsql set search_path from current as $$
begin
  insert into audit_event (kind, change_id, facts)
  values ('security_alert', new.change_id, jsonb_strip_nulls(jsonb_build_object(
    'what', new.what, 'who', new.who, 'subject', new.subject, 'reason', new.reason)) ||
    jsonb_build_object('old', new.old, 'new', new.new));
  return null;
end $$;
comment on function audit_change() is 'Tells the audit trail of a change.';
create trigger change_audited after insert on change
  for each row when (new.what <> 'job') execute function audit_change();
comment on trigger change_audited on change is 'Jobs that are tried again concern no right and no setting.';

-- What no trigger sees ----------------------------------------------------------------------------------------

create function audit_overdue() returns void language plpgsql set search_path from current as $$
declare
  silent association;
  latest timestamptz;
begin
  -- Associations whose process was killed. Longer than two days none is silent.
  for silent in select * from association
                where closed_at is null and opened_at < now() - interval '1 hour' and audited_to < 9223372036854775807
                for update skip locked loop
    select coalesce(max(received_at), silent.opened_at) into latest from instance
    where association_id = silent.association_id;
    continue when latest > now() - interval '1 hour';
    update association set audited_to = greatest(
      audit_received(silent, latest), case when latest < now() - interval '2 days' then 9223372036854775807 end)
    where association_id = silent.association_id;
  end loop;
  -- Refusals after which nobody came again: the trigger tells of them.
  update refused_association set last_seen = last_seen
  where times > audited_times and audited_at <= now() - interval '1 hour';
end $$;
comment on function audit_overdue() is
  'Tells the audit trail of transfers whose process was killed, an hour after the last object, and of refusals that were only counted.';
