-- name: lock
-- Let one process migrate at a time; held until the transaction's end, so that it works through a pooler too.
-- $1 what to lock, such as the schema's name
select pg_advisory_xact_lock(hashtext('soniq.setup'), hashtext($1))

-- name: has_schema
-- Whether the schema is there at all.
-- $1 the schema's name
select exists (
    select 1
    from pg_namespace
    where nspname = $1
)

-- name: has_meta
-- Whether the schema holds an installation.
select to_regclass('soniq.meta') is not null

-- name: version
-- The schema's version; 0 in a schema that was made a moment ago.
select coalesce(max(schema_version), 0)
from soniq.meta

-- name: start
-- Make the one row that says which installation this is.
insert into soniq.meta (schema_version, serves_from)
values (0, 0)
on conflict do nothing

-- name: advance
-- Say what the schema has become.
-- $1 version  $2 the oldest code's version that it serves
update soniq.meta
set schema_version = $1,
    serves_from    = $2

-- name: make_history_days
-- Make the history's partitions ahead of time.
-- $1 days ahead
select soniq.make_history_days($1)

-- name: grant_access
-- Give a role what it needs.
-- $1 role  $2 producer, viewer or worker
select soniq.grant_access($1, $2)
