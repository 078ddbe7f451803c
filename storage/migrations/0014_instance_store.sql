-- Which instance store the rows of this database speak of.

create table instance_store (
  only_row  boolean     primary key default true check (only_row),
  identity  text        not null check (identity ~ '^[0-9a-f]{32}$'),
  since     timestamptz not null default clock_timestamp()
);
comment on table instance_store is
  'The instance store that the files of instance.file_id lie in: a host that finds another one, or none, refuses to use it.';
comment on column instance_store.only_row is 'There is at most one row.';
comment on column instance_store.identity is 'As in the file identity of the store: 32 hexadecimal digits, random.';
comment on column instance_store.since is 'When this store was taken for the one of this database.';

comment on column node_state.refuses_because is
  'foreign_store, store_disk_full, database_disk_full or queue_full: what is sent is refused for now; NULL: the node receives.';
