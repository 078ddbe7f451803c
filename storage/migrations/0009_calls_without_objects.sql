-- An association in which a peer calls back shows that it reaches this node; `glisson peer check` looks for it.

comment on table association is
  'DICOM associations in which something was sent to be stored, or that a peer opened for something else than storing and C-ECHO.';
comment on column association.opened_at is 'When the first object arrived; without objects, when the association was admitted.';
create index association_calling on association (calling, association_id);
