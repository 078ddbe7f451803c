-- Regions that derive from segments: rings, rims, cores, groups of lesions.

alter table region add column derivation text;
alter table region alter column segment_number drop not null;
alter table region drop constraint region_role_check;
alter table region add constraint region_role_check
  check (role in ('lesion', 'liver', 'derived') and (role = 'derived') = (derivation is not null)
         and (segment_number is not null or derivation is not null));
alter table region drop constraint region_analysis_id_segment_number_key;
alter table region add constraint region_key unique nulls not distinct (analysis_id, segment_number, derivation);
comment on table region is
  'A region that an analysis looked at: a segment, or what derives from it. Sizes are NULL when it is empty.';
comment on column region.derivation is
  'How it derives from its segment, e.g. peritumoral-ring-3mm; NULL for a segment itself.';
comment on column region.segment_number is
  'Segment Number (0062,0004) of the segment that it is or derives from; NULL: derives from all lesions.';
comment on column region.role is 'lesion, liver or derived.';
comment on column region.label is 'Segment Label (0062,0005), or what the region is where it has no segment.';
comment on column region.tracking_uid is
  'Tracking UID (0062,0021) of the segment, or the one made for it; derived regions have their own.';

create or replace view measured_region as
select overview.study_instance_uid, overview.accession_number, overview.patient_id, overview.segmentation_uid,
       overview.analysis_id, overview.analysed_at, overview.latest,
       region.segment_number, region.label, region.role, region.tracking_id, region.tracking_uid,
       region.volume, region.voxels, region.slices, region.long_axis, region.short_axis, region.not_measured,
       region.derivation
from region
join analysis_overview overview using (analysis_id);
comment on column measured_region.segment_number is
  'Segment Number (0062,0004) of the segment that it is or derives from; NULL: derives from all lesions.';
comment on column measured_region.role is 'lesion, liver or derived.';
comment on column measured_region.derivation is
  'How it derives from its segment, e.g. peritumoral-ring-3mm; NULL for a segment itself.';

create or replace view feature_value as
select overview.study_instance_uid, overview.accession_number, overview.patient_id, overview.segmentation_uid,
       overview.analysis_id, overview.analysed_at, overview.latest,
       region.segment_number, region.label, region.role, region.tracking_uid,
       protocol.name as protocol, protocol.version as protocol_version,
       feature.name as feature, feature.ibsi_code, feature.unit, feature.value, feature.reason,
       region.derivation
from feature_vector vector
join extraction_protocol protocol using (extraction_protocol_id)
join region using (region_id)
join analysis_overview overview using (analysis_id)
cross join lateral unnest(protocol.feature_names, protocol.ibsi_codes, protocol.units,
                          vector.feature_values, vector.reasons)
                   as feature (name, ibsi_code, unit, value, reason);
comment on column feature_value.segment_number is
  'Segment Number (0062,0004) of the segment that the region is or derives from; NULL: derives from all lesions.';
comment on column feature_value.role is 'lesion, liver or derived.';
comment on column feature_value.feature is
  'Name: image type, class and feature, e.g. original_firstorder_Mean; of a derived region after its derivation.';
comment on column feature_value.derivation is
  'How the region derives from its segment, e.g. peritumoral-ring-3mm; NULL for a segment itself.';

create or replace view score as
select overview.study_instance_uid, overview.accession_number, overview.patient_id, overview.segmentation_uid,
       overview.analysis_id, overview.analysed_at, overview.latest,
       assessment.segment_number, region.label, region.tracking_uid,
       assessment.model_name as model, assessment.model_version, assessment.model_status, assessment.endpoint,
       assessment.score_name, assessment.score, assessment.score_unit as unit, assessment.probability,
       assessment.category, assessment.risk, assessment.at_cut_off, assessment.contributions,
       assessment.reason, assessment.detail
from assessment
join analysis_overview overview using (analysis_id)
left join region on region.analysis_id = assessment.analysis_id
                and region.segment_number = assessment.segment_number and region.derivation is null;
