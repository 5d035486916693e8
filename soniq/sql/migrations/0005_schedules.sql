-- Schedules: what the clock enqueues, and the worker that minds it.
-- Serves code from schema version: 1

-- cron with tz, or every: when it ticks. next_at: the first tick that is not decided yet; null while it is paused,
-- and until the leader has worked it out: it is then the first one after after_at.
-- version: new with each change, so that a leader which read the row before the change decides nothing by it.
-- source: `code` where a task declares it, and then declared_at is when a running worker last said so.
create table soniq.schedules (
    name text primary key,
    id uuid not null default gen_random_uuid(),
    version uuid not null default gen_random_uuid(),
    task text not null,
    args jsonb not null,
    queue text not null,
    priority integer not null,
    max_attempts integer not null,
    concurrency_key text,
    concurrency integer,
    cron text,
    tz text,
    every interval,
    missed text not null check (missed in ('latest', 'catch_up', 'skip')),
    source text not null check (source in ('code', 'call')),
    status text not null default 'active' check (status in ('active', 'paused')),
    after_at timestamptz not null default statement_timestamp(),
    next_at timestamptz,
    last_at timestamptz,
    last_job_id uuid,
    declared_at timestamptz not null default statement_timestamp(),
    created_at timestamptz not null default statement_timestamp(),
    updated_at timestamptz not null default statement_timestamp(),
    check ((cron is null) = (tz is null) and (cron is null) <> (every is null))
);
create index schedules_next on soniq.schedules (next_at nulls first) where status = 'active';

-- One row: who turns ticks into jobs, and until when if nothing is heard of it. Only who asks the others not to
-- look: that a tick happens once does not depend on it.
create table soniq.schedule_leader (
    only_row boolean primary key default true check (only_row),
    worker_id uuid,
    until timestamptz not null default '-infinity'
) with (fillfactor = 50);
insert into soniq.schedule_leader default values;
