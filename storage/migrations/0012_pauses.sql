-- What an administrator has paused, on all hosts.

create table pause (
  activity text        primary key check (activity in ('receive', 'analyse', 'deliver')),
  who      text        not null check (who <> ''),
  reason   text        not null check (reason <> ''),
  since    timestamptz not null default clock_timestamp()
);
comment on table pause is 'What is paused on all hosts, until somebody resumes it.';
comment on column pause.activity is
  'receive: new associations that store are rejected for now; analyse, deliver: no job of the kind begins.';
comment on column pause.who is 'Account of the web pages, or user of the operating system on the command line.';
comment on column pause.reason is 'Why, as the person said.';
comment on column pause.since is 'Since when.';

create function pause_changed() returns trigger language plpgsql as $$
begin
  insert into change (who, what, subject, reason, old, new)
  values (coalesce(said('author'), session_user), 'pause', coalesce(new.activity, old.activity), said('reason'),
          to_jsonb(old) - 'activity', to_jsonb(new) - 'activity');
  perform pg_notify('glisson_' || coalesce(new.activity, old.activity), '');
  return null;
end $$;
comment on function pause_changed() is 'Writes a row of change, and wakes whoever works on jobs of the kind.';
create trigger pause_changed after insert or update or delete on pause for each row execute function pause_changed();
comment on trigger pause_changed on pause is 'Keeps who paused and resumed what.';

comment on column change.what is 'peer, account, job or pause.';
comment on column change.subject is 'Name of the peer or account, number of the job, activity that was paused.';

create function claimable(kinds text[]) returns text[] language sql stable as $$
  select array(select kind from unnest(kinds) as kind
               where not exists (select from pause
                                 where activity = case kind when 'compare' then 'analyse' else kind end))
$$;
comment on function claimable(text[]) is 'Those of the kinds of jobs that are not paused; compare is part of analyse.';
