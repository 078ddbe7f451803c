-- Peers that get reports over TLS, and calling titles that are bound to a certificate.

alter table peer add column tls boolean not null default false;
alter table peer add column certificate text check (certificate ~ '^sha256:[0-9a-f]{64}$' or certificate ~ '^[^=]+=');
comment on column peer.tls is 'Reports are sent over TLS (DICOM PS3.15 B.12).';
comment on column peer.certificate is
  'Certificate that the peer is bound to, sha256: and its fingerprint or its subject (RFC 2253): its title is accepted over TLS with that certificate only. Null: bound to none.';

alter table refused_association drop constraint refused_association_reason_check;
alter table refused_association add constraint refused_association_reason_check check (reason in (
    'malformed_request', 'called_title_unknown', 'calling_title_unknown', 'title_not_for_peer',
    'address_not_allowed', 'store_not_permitted', 'echo_not_permitted', 'certificate_missing',
    'certificate_not_bound'));
comment on column refused_association.reason is
  'malformed_request: a title that is none, or a foreign application context; called_title_unknown: not a title of this node; calling_title_unknown: no peer has it; title_not_for_peer: the title called is open to other peers only; address_not_allowed: the peer may not call from there; store_not_permitted and echo_not_permitted: the peer lacks the right; certificate_missing: the peer is bound to a certificate and showed none; certificate_not_bound: it showed another one.';
