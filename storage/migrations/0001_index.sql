-- What was received, from whom, and what is to be done with it. The migration machinery creates the schema
-- `glisson` and sets the search path to it; the views at the end are the public interface.

create table peer (
    peer_id bigint generated always as identity primary key,
    name text not null check (name <> ''),
    ae_title text not null check (length(ae_title) between 1 and 16),
    host text not null,
    port integer not null check (port between 1 and 65535),
    may_store boolean not null,
    may_query boolean not null,
    may_echo boolean not null,
    receives_reports boolean not null,
    purpose text check (purpose in ('test', 'research', 'clinical_study')),
    responsible text,
    valid_until date,
    created_at timestamptz not null default now(),
    removed_at timestamptz
);
create unique index peer_name on peer (name) where removed_at is null;
create unique index peer_ae_title on peer (ae_title) where removed_at is null;

comment on table peer is 'Other application entities: what they may do here and what they get from here.';
comment on column peer.peer_id is 'Identifier of the row.';
comment on column peer.name is 'Name that the administrator gave; unique among peers that were not removed.';
comment on column peer.ae_title is 'Application entity title (PS3.5 6.2 AE), without padding.';
comment on column peer.host is 'Host name or numeric address that reports are sent to.';
comment on column peer.port is 'TCP port that reports are sent to.';
comment on column peer.may_store is 'May store objects here (C-STORE).';
comment on column peer.may_query is 'May query here (C-FIND, C-MOVE, C-GET).';
comment on column peer.may_echo is 'May verify the connection (C-ECHO).';
comment on column peer.receives_reports is 'Reports are sent to this peer.';
comment on column peer.purpose is 'What the reports are for at this peer; null: not declared, its reports are held.';
comment on column peer.responsible is 'Who answers for the use of the reports; null: not declared, its reports are held.';
comment on column peer.valid_until is 'Last day on which reports may be sent; null: not declared, its reports are held.';
comment on column peer.created_at is 'When the peer was added.';
comment on column peer.removed_at is 'When the peer was removed; the row stays because deliveries refer to it. Null: in use.';

create table association (
    association_id bigint generated always as identity primary key,
    calling text not null,
    called text not null,
    address text not null,
    opened_at timestamptz not null default now(),
    closed_at timestamptz,
    end_reason text,
    stored integer not null default 0 check (stored >= 0),
    refused integer not null default 0 check (refused >= 0)
);

comment on table association is 'DICOM associations in which something was sent to be stored.';
comment on column association.association_id is 'Identifier of the row.';
comment on column association.calling is 'Application entity title of the sender.';
comment on column association.called is 'Application entity title that the sender called.';
comment on column association.address is 'Numeric network address of the sender.';
comment on column association.opened_at is 'When the first object arrived.';
comment on column association.closed_at is 'When the association ended; null while it lasts and where the process was killed.';
comment on column association.end_reason is 'How the association ended, e.g. released; null as closed_at.';
comment on column association.stored is 'Objects that were answered with success, counted at the end.';
comment on column association.refused is 'Objects that were answered with anything else, counted at the end.';

create table study (
    study_id bigint generated always as identity primary key,
    study_instance_uid text not null unique,
    patient_id text,
    issuer_of_patient_id text,
    accession_number text,
    study_date text,
    study_description text,
    created_at timestamptz not null default now()
);
create index study_accession_number on study (accession_number);

comment on table study is 'Studies, one row for each Study Instance UID; attributes as the first object that had them said.';
comment on column study.study_id is 'Identifier of the row.';
comment on column study.study_instance_uid is 'Study Instance UID (0020,000D).';
comment on column study.patient_id is 'Patient ID (0010,0020); null where absent.';
comment on column study.issuer_of_patient_id is 'Issuer of Patient ID (0010,0021); null where absent.';
comment on column study.accession_number is 'Accession Number (0008,0050); null where absent.';
comment on column study.study_date is 'Study Date (0008,0020) as sent, YYYYMMDD; null where absent.';
comment on column study.study_description is 'Study Description (0008,1030); null where absent.';
comment on column study.created_at is 'When the first object of the study was received.';

create table series (
    series_id bigint generated always as identity primary key,
    study_id bigint not null references study,
    series_instance_uid text not null,
    modality text,
    series_description text,
    series_number text,
    frame_of_reference_uid text,
    manufacturer text,
    created_at timestamptz not null default now(),
    unique (study_id, series_instance_uid)
);
create index series_instance_uid on series (series_instance_uid);

comment on table series is 'Series of a study; attributes as the first object of the series said.';
comment on column series.series_id is 'Identifier of the row.';
comment on column series.study_id is 'The study.';
comment on column series.series_instance_uid is 'Series Instance UID (0020,000E).';
comment on column series.modality is 'Modality (0008,0060), e.g. CT, SEG; null where absent.';
comment on column series.series_description is 'Series Description (0008,103E); null where absent.';
comment on column series.series_number is 'Series Number (0020,0011) as sent; null where absent.';
comment on column series.frame_of_reference_uid is 'Frame of Reference UID (0020,0052); null where absent.';
comment on column series.manufacturer is 'Manufacturer (0008,0070); null where absent.';
comment on column series.created_at is 'When the first object of the series was received.';

create table instance (
    instance_id bigint generated always as identity primary key,
    series_id bigint not null references series,
    sop_instance_uid text not null,
    sop_class_uid text not null,
    transfer_syntax_uid text not null,
    instance_number text,
    state text not null check (state in ('current', 'pending', 'superseded', 'quarantined')),
    file_id text not null unique,
    bytes bigint not null check (bytes >= 0),
    digest bytea not null check (length(digest) = 32),
    association_id bigint references association,
    received_at timestamptz not null default now()
);
create unique index instance_current on instance (sop_instance_uid) where state = 'current';
create index instance_sop_instance_uid on instance (sop_instance_uid);
create index instance_series on instance (series_id);
create index instance_association on instance (association_id);

comment on table instance is 'Received objects, one row for each file in the instance store.';
comment on column instance.instance_id is 'Identifier of the row.';
comment on column instance.series_id is 'The series.';
comment on column instance.sop_instance_uid is 'SOP Instance UID (0008,0018); several rows where it came with different bytes.';
comment on column instance.sop_class_uid is 'SOP Class UID (0008,0016).';
comment on column instance.transfer_syntax_uid is 'Transfer syntax in which the object was sent and is kept.';
comment on column instance.instance_number is 'Instance Number (0020,0013) as sent; null where absent.';
comment on column instance.state is 'current: used; pending: same UID with other bytes, awaits comparison; superseded: replaced by a revision with the same content; quarantined: other content under a UID that was taken, an administrator decides.';
comment on column instance.file_id is 'Name of the file in the instance store, the server''s own.';
comment on column instance.bytes is 'Length of the data set without preamble and file meta information.';
comment on column instance.digest is 'SHA-256 of the data set without preamble and file meta information.';
comment on column instance.association_id is 'The association that brought the object.';
comment on column instance.received_at is 'When the object was indexed, just before it was acknowledged.';

create table segmentation_reference (
    segmentation_id bigint not null references instance on delete cascade,
    sop_instance_uid text not null,
    primary key (segmentation_id, sop_instance_uid)
);
create index segmentation_reference_image on segmentation_reference (sop_instance_uid);

comment on table segmentation_reference is 'Images that a segmentation refers to, received or not, whatever their study.';
comment on column segmentation_reference.segmentation_id is 'The segmentation, an instance.';
comment on column segmentation_reference.sop_instance_uid is 'SOP Instance UID of the image.';

create table own_object (
    sop_instance_uid text primary key,
    created_at timestamptz not null default now()
);

comment on table own_object is 'Objects that Glisson wrote: when a peer sends one back it is acknowledged and wakes nothing.';
comment on column own_object.sop_instance_uid is 'SOP Instance UID of the object.';
comment on column own_object.created_at is 'When the object was written.';

create table job (
    job_id bigint generated always as identity primary key,
    kind text not null check (kind in ('analyse', 'compare', 'deliver', 'ingest')),
    state text not null check (state in ('scheduled', 'running', 'done', 'dead', 'blocked', 'held')),
    instance_id bigint references instance,
    analysis_id bigint,
    peer_id bigint,
    iod text,
    refused_file_id text,
    association_id bigint references association,
    priority smallint not null default 0,
    run_at timestamptz not null default now(),
    attempt integer not null default 0 check (attempt >= 0),
    failures integer not null default 0 check (failures >= 0),
    lease_until timestamptz,
    deadline_at timestamptz,
    worker text,
    reason text,
    detail text,
    waiting_since timestamptz,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint running_has_lease check ((state = 'running') = (lease_until is not null)),
    constraint running_has_worker check ((state = 'running') = (worker is not null)),
    constraint finished_has_time check ((state in ('done', 'dead')) = (finished_at is not null)),
    constraint standing_has_reason check (state not in ('dead', 'blocked', 'held') or reason is not null),
    constraint analyse_has_segmentation check (kind <> 'analyse' or instance_id is not null),
    constraint compare_has_instance check (kind <> 'compare' or instance_id is not null),
    constraint deliver_has_report check (kind <> 'deliver' or (analysis_id is not null and peer_id is not null)),
    constraint ingest_has_file check (kind <> 'ingest' or (refused_file_id is not null and state = 'dead'))
);
create unique index job_one_scheduled_analysis on job (instance_id) where kind = 'analyse' and state = 'scheduled';
create index job_due on job (kind, run_at) where state = 'scheduled';
create index job_lease on job (lease_until) where state = 'running';
create index job_instance on job (instance_id);

comment on table job is 'The queue: what is to be done, being done or was done.';
comment on column job.job_id is 'Identifier of the row; `glisson job show` takes it.';
comment on column job.kind is 'analyse: a segmentation; compare: two objects with one UID; deliver: a report to a peer; ingest: an object that was refused (dead from the start).';
comment on column job.state is 'scheduled: runs at run_at; running: has a lease; done; dead: failed for good; blocked: the peer refuses; held: the peer has no declared purpose.';
comment on column job.instance_id is 'analyse: the segmentation; compare: the second object; else null.';
comment on column job.analysis_id is 'deliver: the analysis whose report is sent; else null.';
comment on column job.peer_id is 'deliver: the destination; else null.';
comment on column job.iod is 'deliver: information object definition of the report to try now; else null.';
comment on column job.refused_file_id is 'ingest: name of the file in the store''s folder refused; else null.';
comment on column job.association_id is 'ingest: the association that sent the object; else null.';
comment on column job.priority is 'Lower goes first; backfill has a higher value than live work.';
comment on column job.run_at is 'Not before this time.';
comment on column job.attempt is 'Number of claims; fencing token of the attempt that runs.';
comment on column job.failures is 'Attempts that ended in an error or without an answer.';
comment on column job.lease_until is 'A running job whose lease is over may be claimed by another worker; null unless running.';
comment on column job.deadline_at is 'The lease of the present attempt is not renewed past this time.';
comment on column job.worker is 'Who runs it, host:pid; null unless running.';
comment on column job.reason is 'Enumerated keyword that says why the job ended or waits.';
comment on column job.detail is 'The reason in words, without patient data.';
comment on column job.waiting_since is 'analyse: when the present wait for images began; else null.';
comment on column job.created_at is 'When the job was created.';
comment on column job.finished_at is 'When the job became done or dead; null before.';

create view study_list as
select st.study_id, st.study_instance_uid, st.patient_id, st.issuer_of_patient_id, st.accession_number,
       st.study_date, st.study_description, count(distinct se.series_id) as series_count,
       count(i.instance_id) filter (where i.state = 'current') as instance_count,
       count(i.instance_id) filter (where i.state in ('pending', 'quarantined')) as conflict_count,
       st.created_at as first_received_at, max(i.received_at) as last_received_at
from study st
left join series se using (study_id)
left join instance i using (series_id)
group by st.study_id;

comment on view study_list is 'Studies received, with counts.';
comment on column study_list.study_id is 'Identifier of the study.';
comment on column study_list.study_instance_uid is 'Study Instance UID (0020,000D).';
comment on column study_list.patient_id is 'Patient ID (0010,0020).';
comment on column study_list.issuer_of_patient_id is 'Issuer of Patient ID (0010,0021).';
comment on column study_list.accession_number is 'Accession Number (0008,0050).';
comment on column study_list.study_date is 'Study Date (0008,0020), YYYYMMDD.';
comment on column study_list.study_description is 'Study Description (0008,1030).';
comment on column study_list.series_count is 'Series received.';
comment on column study_list.instance_count is 'Objects in use, each SOP Instance UID once.';
comment on column study_list.conflict_count is 'Objects that came under a UID that was taken, awaiting comparison or quarantined.';
comment on column study_list.first_received_at is 'When the first object was received.';
comment on column study_list.last_received_at is 'When the last object was received.';

create view segmentation_list as
select s.instance_id as segmentation_id, s.sop_instance_uid, st.study_instance_uid, st.accession_number,
       count(r.sop_instance_uid) as referenced_images, count(i.instance_id) as received_images,
       s.received_at
from instance s
join series se using (series_id)
join study st using (study_id)
left join segmentation_reference r on r.segmentation_id = s.instance_id
left join instance i on i.sop_instance_uid = r.sop_instance_uid and i.state = 'current'
where s.sop_class_uid = '1.2.840.10008.5.1.4.1.1.66.4' and s.state = 'current'
group by s.instance_id, st.study_id;

comment on view segmentation_list is 'Segmentations received, with how many of the images that they refer to are here.';
comment on column segmentation_list.segmentation_id is 'Identifier of the segmentation, an instance.';
comment on column segmentation_list.sop_instance_uid is 'SOP Instance UID of the segmentation.';
comment on column segmentation_list.study_instance_uid is 'Study Instance UID of the segmentation.';
comment on column segmentation_list.accession_number is 'Accession Number of that study.';
comment on column segmentation_list.referenced_images is 'Images that the segmentation refers to.';
comment on column segmentation_list.received_images is 'How many of them are here.';
comment on column segmentation_list.received_at is 'When the segmentation was received.';
