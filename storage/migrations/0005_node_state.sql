-- What every node says of itself, and what somebody should know although no job stands for it.

create table node_state (
  node            text        primary key check (node <> ''),
  refuses_because text,
  detail          text,
  since           timestamptz not null default clock_timestamp(),
  store_free      bigint      not null,
  store_mark      bigint      not null,
  database_free   bigint,
  database_mark   bigint,
  due_analyses    bigint      not null,
  oldest_due      bigint      not null,
  checked_at      timestamptz not null default clock_timestamp(),
  constraint refusal_has_detail check ((refuses_because is null) = (detail is null))
);
comment on table node_state is 'Resources of each node as its upkeep saw them last, and whether it receives.';
comment on column node_state.node is 'Host name and data folder.';
comment on column node_state.refuses_because is
  'store_disk_full, database_disk_full or queue_full: what is sent is refused for now; NULL: the node receives.';
comment on column node_state.detail is 'The reason as a sentence; NULL while the node receives.';
comment on column node_state.since is 'Since when refuses_because has been as it is.';
comment on column node_state.store_free is 'Bytes free on the disk of the instance store.';
comment on column node_state.store_mark is 'Bytes below which the node refuses.';
comment on column node_state.database_free is
  'Bytes free on the disk of the private database; NULL where the database is another host''s.';
comment on column node_state.database_mark is 'Bytes below which the node refuses; NULL likewise.';
comment on column node_state.due_analyses is 'Analyses that are due and have not begun.';
comment on column node_state.oldest_due is 'Seconds since the oldest of them was due; 0 where there is none.';
comment on column node_state.checked_at is 'When upkeep looked last; older than half a minute: it does not run.';

create table alert (
  alert_id    bigint      generated always as identity primary key,
  kind        text        not null check (kind <> ''),
  subject     text        not null,
  detail      text        not null,
  study_id    bigint      references study,
  raised_at   timestamptz not null default clock_timestamp(),
  last_at     timestamptz not null default clock_timestamp(),
  times       bigint      not null default 1 check (times > 0),
  closed_at   timestamptz
);
create unique index alert_open on alert (kind, subject) where closed_at is null;
create index alert_of_study on alert (study_id) where study_id is not null;
comment on table alert is
  'What somebody should know although no job stands for it; one open row for each kind and subject.';
comment on column alert.alert_id is 'Identifier of the row.';
comment on column alert.kind is 'Enumerated keyword, e.g. study_too_large.';
comment on column alert.subject is 'What it is about: a Study Instance UID, a node, a peer.';
comment on column alert.detail is 'What happened last, as a sentence without patient data.';
comment on column alert.study_id is 'The study that it is about; NULL where it is about none.';
comment on column alert.raised_at is 'When it happened first.';
comment on column alert.last_at is 'When it happened last.';
comment on column alert.times is 'How often it happened.';
comment on column alert.closed_at is 'When it was over, by itself or by an administrator; NULL: open.';
