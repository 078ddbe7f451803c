-- Takes the rows of the schema `newer` into the older one in `glisson`, without the columns that the older one does not
-- have. See package_test.py.
do $$
declare
  tab record;
  identity record;
begin
  for tab in
    select table_name, string_agg(quote_ident(column_name), ', ') as columns from information_schema.columns
    join pg_tables on schemaname = table_schema and tablename = table_name
    where table_schema = 'glisson' and table_name <> 'schema_migration' and is_generated = 'NEVER' group by table_name
  loop
    execute format('insert into glisson.%1$I (%2$s) overriding system value select %2$s from newer.%1$I',
                   tab.table_name, tab.columns);
  end loop;
  for identity in
    select table_name, column_name from information_schema.columns where table_schema = 'glisson' and is_identity = 'YES'
  loop
    execute format('select setval(pg_get_serial_sequence(%L, %L), coalesce(max(%I), 0) + 1, false) from glisson.%I',
                   'glisson.' || identity.table_name, identity.column_name, identity.column_name, identity.table_name);
  end loop;
end $$;
drop schema newer cascade;
