-- The queue: live jobs in one small hot table; what ended, what died and who works beside it.
-- Serves code from schema version: 1

-- Which installation this is, as a function that never changes: an enqueue compares it while it is planned, for
-- nothing; as a row that it had to read, it cost 4 % of a small transaction.
do $$ begin
    execute format(
        'create function soniq.installation() returns uuid language sql immutable parallel safe as %L',
        format('select %L::uuid', gen_random_uuid())
    );
end $$;

create table soniq.meta (
    only_row boolean primary key default true check (only_row),
    schema_version integer not null,
    serves_from integer not null,
    created_at timestamptz not null default now()
);
comment on table soniq.meta is 'One row: the version of this schema, and the oldest code that it serves';

-- state: ready (due, in the ready index), later (due at run_at), rescued (taken from a dead worker,
-- run without prefetched company), processing (in a worker's hands). Users see the first three as queued.
-- No CHECK on it: reading one anew for each statement costs 24 µs of the server, a third of the insert.
-- token: made for each claim; it stays when the attempt is settled, so that a settle whose answer was lost
-- can be recognised. crashes: workers that died in a row while they held the job; a due job with any is
-- rescued instead of ready, and an attempt that ends in its process sets it to 0.
create table soniq.jobs (
    id uuid primary key,
    task text not null,
    queue text not null,
    priority integer not null,
    args jsonb not null,
    state text not null,
    run_at timestamptz not null,
    scheduled_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    attempt integer not null default 0,
    max_attempts integer not null,
    crashes integer not null default 0,
    snoozes integer not null default 0,
    token uuid,
    worker_id uuid,
    errors jsonb not null default '[]'
) with (
    -- Rows live for seconds: vacuum by count, not by share of a table that is mostly empty.
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_insert_scale_factor = 0.2,
    autovacuum_analyze_scale_factor = 0.05
);
create index jobs_ready on soniq.jobs (queue, priority, run_at, id) where state = 'ready';
-- One for both: rescued jobs are rare enough to be sorted, and each index costs an enqueue 1 %.
create index jobs_waiting on soniq.jobs (state, run_at) where state in ('later', 'rescued');
create index jobs_held on soniq.jobs (worker_id) where state = 'processing';

create table soniq.job_history (
    id uuid not null,
    task text not null,
    queue text not null,
    priority integer not null,
    args jsonb not null,
    state text not null check (state in ('done', 'cancelled')),
    scheduled_at timestamptz,
    created_at timestamptz not null,
    finished_at timestamptz not null default now(),
    attempt integer not null,
    max_attempts integer not null,
    token uuid,
    worker_id uuid,
    errors jsonb not null,
    result jsonb
) partition by range (finished_at);
create index job_history_id on soniq.job_history (id);

create table soniq.dead_letter_jobs (
    id uuid primary key,
    task text not null,
    queue text not null,
    priority integer not null,
    args jsonb not null,
    scheduled_at timestamptz,
    created_at timestamptz not null,
    dead_at timestamptz not null default now(),
    attempt integer not null,
    max_attempts integer not null,
    token uuid,
    worker_id uuid,
    errors jsonb not null,
    reason text not null,
    last_error text,
    traceback text,
    resurrection_count integer not null default 0,
    tags text[] not null default '{}'
);
create index dead_letter_jobs_dead_at on soniq.dead_letter_jobs (dead_at);

-- Append a failed attempt to a job's errors, of which the last 20 are kept; none where $3 is null.
create function soniq.with_error(errors jsonb, attempt integer, error text) returns jsonb
language sql stable
return case
    when error is null then errors
    else (case when jsonb_array_length(errors) >= 20 then errors - 0 else errors end)
        || jsonb_build_object('attempt', attempt, 'at', statement_timestamp(), 'error', error)
end;

create sequence soniq.worker_lock_keys as integer cycle;

-- lock_key: the session lock that its connection holds, new with every generation, that is with every
-- connection; null where a pooler stands between, so that only the heartbeat tells whether it lives.

create table soniq.workers (
    id uuid primary key,
    lock_key integer,
    generation integer not null default 1,
    host text not null,
    pid integer not null,
    queues text[],
    concurrency integer not null,
    state text not null default 'running' check (state in ('running', 'stopping')),
    started_at timestamptz not null default now(),
    beat_at timestamptz not null default now()
) with (fillfactor = 50);

-- A row a worker while it lives; queues is empty while it is awake, null means every queue.
-- Unlogged: after a crash of the server its workers register again by themselves.
create unlogged table soniq.sleepers (
    worker_id uuid primary key,
    queues text[] default '{}'
) with (fillfactor = 50);

-- 1 while somebody sleeps, 0 while nobody does. An enqueue reads this number before it looks at the sleepers
-- themselves: a look at a table, even an empty one, costs 4 % of a small transaction.
create sequence soniq.asleep minvalue 0 maxvalue 1 start 0;

-- The lock makes the number that of the last writer to commit; it is set only where it changes.
create function soniq.count_sleepers() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    asleep integer;
begin
    perform pg_advisory_xact_lock(hashtext('soniq.count_sleepers'));
    asleep := exists (select 1 from soniq.sleepers where queues is distinct from '{}')::integer;
    if asleep is distinct from pg_sequence_last_value('soniq.asleep'::regclass) then
        perform setval('soniq.asleep', asleep);
    end if;
    return null;
end $$;
create trigger count_sleepers after insert or update or delete on soniq.sleepers
for each statement execute function soniq.count_sleepers();

-- Wake those who sleep on this queue, when the transaction commits. Always true: it stands among conditions.
create function soniq.wake(queue text) returns boolean
language sql as $$
    select pg_notify('soniq_new_job', $1)
    from (select) as once
    where exists (select 1 from soniq.sleepers where queues is null or $1 = any(queues));
    select true
$$;

-- Make the history's days from today to $1 days ahead; quick where they exist.
-- CREATE LIKE and ATTACH: CREATE PARTITION OF would wait for every reader, and all settles behind it.
-- Security definer: a worker's role need not own the tables.
create function soniq.make_history_days(ahead integer) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    today date := (now() at time zone 'UTC')::date;
    made integer := 0;
    day date;
    part text;
begin
    for step in 0 .. ahead loop
        day := today + step;
        part := 'job_history_' || to_char(day, 'YYYYMMDD');
        continue when to_regclass('soniq.' || part) is not null;
        perform pg_advisory_xact_lock(hashtext('soniq.make_history_days'));
        continue when to_regclass('soniq.' || part) is not null;
        execute format('create table soniq.%I (like soniq.job_history including all)', part);
        execute format(
            'alter table soniq.job_history attach partition soniq.%I for values from (%L) to (%L)',
            part, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC'
        );
        made := made + 1;
    end loop;
    return made;
end $$;

-- Give a role what a producer, a viewer or a worker needs, and no more.
-- $1 role  $2 'producer' (enqueue), 'viewer' (read everything) or 'worker' (both, and run jobs)
create function soniq.grant_access(role_name text, access text) returns void
language plpgsql as $$
begin
    if access not in ('producer', 'viewer', 'worker') then
        raise exception 'access must be producer, viewer or worker, not %', access;
    end if;
    -- GRANT by who has the right but not the grant option is a warning only, and grants nothing.
    if not pg_has_role((select relowner from pg_class where oid = 'soniq.meta'::regclass), 'usage') then
        raise insufficient_privilege using message = format('%I does not own the schema', current_user);
    end if;
    execute format('grant usage on schema soniq to %I', role_name);
    execute format('grant select on soniq.meta, soniq.sleepers, soniq.asleep to %I', role_name);
    execute format('grant execute on function soniq.installation() to %I', role_name);
    if access in ('producer', 'worker') then
        execute format('grant insert, select (id, queue) on soniq.jobs to %I', role_name);
        execute format('grant execute on function soniq.wake(text) to %I', role_name);
        execute format('grant execute on function soniq.cancel_job(uuid) to %I', role_name);
        execute format('grant select, insert, update, delete on soniq.schedules to %I', role_name);
        execute format('grant insert, select (task, key, job_id) on soniq.unique_jobs to %I', role_name);
        execute format('grant execute on function soniq.free_key(text, text, uuid) to %I', role_name);
    end if;
    if access in ('viewer', 'worker') then
        execute format('grant select on all tables in schema soniq to %I', role_name);
        execute format('grant execute on function soniq.is_wanted(soniq.dead_letter_jobs, jsonb) to %I', role_name);
        execute format('grant insert, update, delete on soniq.waiters to %I', role_name);
    end if;
    if access = 'worker' then
        execute format('grant update, delete on soniq.jobs, soniq.dead_letter_jobs to %I', role_name);
        execute format('grant insert on soniq.job_history, soniq.dead_letter_jobs to %I', role_name);
        execute format('grant delete on soniq.job_history to %I', role_name);
        execute format('grant insert, delete on soniq.paused_queues, soniq.cancel_requests to %I', role_name);
        execute format('grant insert, update, delete on soniq.job_progress to %I', role_name);
        execute format('grant select on soniq.awaited to %I', role_name);
        execute format('grant execute on function soniq.tell_waiters(uuid[]) to %I', role_name);
        execute format('grant insert, update, delete on soniq.workers, soniq.sleepers to %I', role_name);
        execute format('grant insert, update, delete on soniq.queue_limits to %I', role_name);
        execute format('grant execute on function soniq.left_of_key(text, integer) to %I', role_name);
        execute format('grant execute on function soniq.left_of_queue(text, integer) to %I', role_name);
        execute format('grant update on soniq.schedule_leader to %I', role_name);
        execute format('grant update, delete on soniq.unique_jobs to %I', role_name);
        execute format('grant execute on function soniq.holds_key(soniq.unique_jobs) to %I', role_name);
        execute format('grant usage on sequence soniq.worker_lock_keys to %I', role_name);
        execute format('grant execute on function soniq.make_history_days(integer) to %I', role_name);
        execute format('grant execute on function soniq.with_error(jsonb, integer, text) to %I', role_name);
        execute format('grant execute on function soniq.new_id() to %I', role_name);
    end if;
end $$;
revoke execute on function soniq.make_history_days(integer) from public;
