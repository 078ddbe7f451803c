-- Who may look at the web pages, who is signed in, and who changed what.

create table account (
  account_id    bigint      generated always as identity primary key,
  name          text        not null unique check (length(name) between 1 and 64),
  role          text        not null check (role in ('viewer', 'administrator')),
  password_hash text        not null,
  created_at    timestamptz not null default now()
);
comment on table account is 'Accounts of the web pages.';
comment on column account.account_id is 'Key.';
comment on column account.name is 'Name that is typed to sign in.';
comment on column account.role is 'viewer: sees everything; administrator: also changes peers, jobs, pauses and accounts.';
comment on column account.password_hash is 'Argon2id (RFC 9106) with its parameters and salt; the password is kept nowhere.';
comment on column account.created_at is 'When the account was made.';

create table web_session (
  token_digest bytea       primary key check (length(token_digest) = 32),
  account_id   bigint      not null references account on delete cascade,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz not null
);
create index web_session_of_account on web_session (account_id);
comment on table web_session is 'Browsers that are signed in.';
comment on column web_session.token_digest is 'SHA-256 of the token in the browser''s cookie: who reads this table cannot sign in with it.';
comment on column web_session.account_id is 'The account.';
comment on column web_session.created_at is 'When somebody signed in.';
comment on column web_session.expires_at is 'When the session ends.';

create table change (
  change_id bigint      generated always as identity primary key,
  at        timestamptz not null default now(),
  who       text        not null,
  what      text        not null check (what <> ''),
  subject   text        not null,
  reason    text,
  old       jsonb,
  new       jsonb
);
comment on table change is 'Who changed what: peers, accounts, and jobs that were tried again.';
comment on column change.change_id is 'Key.';
comment on column change.at is 'When.';
comment on column change.who is
  'Account of the web pages, or user of the operating system on the command line; the role of the database where neither was told.';
comment on column change.what is 'peer, account or job.';
comment on column change.subject is 'Name of the peer or account, number of the job.';
comment on column change.reason is 'Why, as the person said; NULL where nobody asked.';
comment on column change.old is 'As it was; NULL: it was not there.';
comment on column change.new is 'As it is; NULL: it was removed.';

create function said(setting text) returns text language sql stable as $$
  select nullif(current_setting('glisson.' || setting, true), '')
$$;
comment on function said(text) is 'What the transaction said of itself: author or reason.';

-- A trigger, so that nothing changes unseen, whichever way it is changed.
create function record_change() returns trigger language plpgsql as $$
declare
  hidden constant text[] := '{peer_id,account_id,created_at,removed_at,password_hash}';
  old_row jsonb;
  new_row jsonb;
begin
  if tg_op <> 'INSERT' then old_row := to_jsonb(old); end if;
  if tg_op <> 'DELETE' then new_row := to_jsonb(new); end if;
  if new_row ->> 'removed_at' is not null then new_row := null; end if;
  if old_row ->> 'password_hash' <> new_row ->> 'password_hash' then
    new_row := new_row || '{"password": "changed"}';
  end if;
  if old_row - hidden is not distinct from new_row - hidden then return null; end if;
  insert into change (who, what, subject, reason, old, new)
  values (coalesce(said('author'), session_user), tg_argv[0], coalesce(new_row, old_row) ->> 'name', said('reason'),
          old_row - hidden, new_row - hidden);
  return null;
end $$;
comment on function record_change() is 'Writes a row of change, of the kind that the trigger names.';

create trigger peer_changed after insert or update or delete on peer
  for each row execute function record_change('peer');
comment on trigger peer_changed on peer is 'Keeps who changed which peer.';
create trigger account_changed after insert or update or delete on account
  for each row execute function record_change('account');
comment on trigger account_changed on account is 'Keeps who changed which account.';
