-- Who may call from where, which of this node's titles took an association, and who was turned away.

alter table peer add column networks cidr[] not null default '{}';
comment on column peer.networks is 'Addresses and networks from which the peer may call; empty: any.';

alter table association add column application_entity text;
comment on column association.application_entity is
  'Title of this node under which the association was taken, whose settings hold for the analyses; NULL before titles had settings of their own.';

create table refused_association (
    refused_association_id bigint generated always as identity primary key,
    reason text not null check (reason in (
        'malformed_request', 'called_title_unknown', 'calling_title_unknown', 'title_not_for_peer',
        'address_not_allowed', 'store_not_permitted', 'echo_not_permitted')),
    calling text not null check (length(calling) <= 16),
    called text not null check (length(called) <= 16),
    address text not null check (length(address) <= 64),
    times bigint not null default 1 check (times > 0),
    first_seen timestamptz not null default now(),
    last_seen timestamptz not null default now(),
    unique (reason, calling, called, address)
);
create index refused_association_address on refused_association (address);
create index refused_association_last_seen on refused_association (last_seen);
create index refused_association_calling on refused_association (calling);

comment on table refused_association is
  'Associations that were refused for good, counted by who tried what from where. At most 20 kinds for an address and 2000 in all; those beyond are counted together.';
comment on column refused_association.refused_association_id is 'Identifier of the row.';
comment on column refused_association.reason is
  'malformed_request: a title that is none, or a foreign application context; called_title_unknown: not a title of this node; calling_title_unknown: no peer has it; title_not_for_peer: the title called is open to other peers only; address_not_allowed: the peer may not call from there; store_not_permitted and echo_not_permitted: the peer lacks the right.';
comment on column refused_association.calling is
  'Calling AE title; empty where it was none, or where too many kinds are counted together.';
comment on column refused_association.called is 'Called AE title; empty as calling.';
comment on column refused_association.address is
  'Numeric network address; empty where too many addresses are counted together.';
comment on column refused_association.times is 'How often.';
comment on column refused_association.first_seen is 'When it happened first.';
comment on column refused_association.last_seen is 'When it happened last; forgotten 90 days later.';
