-- Signals: jobs to be cancelled, queues that are paused, how far a job has come, and who waits for its end.
-- Serves code from schema version: 1

-- Beside the jobs, never in their rows: no lock is held while a handler works, and no settle waits for these.
create table soniq.cancel_requests (
    job_id uuid primary key,
    asked_at timestamptz not null default now()
);

create table soniq.paused_queues (
    queue text primary key,
    paused_at timestamptz not null default now()
);

-- token: of the attempt that said so; what an earlier attempt said is not shown.
create table soniq.job_progress (
    job_id uuid primary key,
    token uuid not null,
    share double precision not null,
    note text
) with (fillfactor = 50);

-- A row for each job that an app waits for. Unlogged: after a crash of the server the apps say it again.
create unlogged table soniq.waiters (
    job_id uuid,
    app_id uuid,
    seen_at timestamptz not null default now(),
    primary key (job_id, app_id)
) with (fillfactor = 50);

-- 1 while somebody waits, 0 while nobody does: a settle reads this number before it looks at the waiters.
create sequence soniq.awaited minvalue 0 maxvalue 1 start 0;

-- The lock makes the number that of the last writer to commit; it is set only where it changes.
create function soniq.count_waiters() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    awaited integer;
begin
    perform pg_advisory_xact_lock(hashtext('soniq.count_waiters'));
    awaited := exists (select 1 from soniq.waiters)::integer;
    if awaited is distinct from pg_sequence_last_value('soniq.awaited'::regclass) then
        perform setval('soniq.awaited', awaited);
    end if;
    return null;
end $$;
create trigger count_waiters after insert or delete on soniq.waiters
for each statement execute function soniq.count_waiters();

-- Tell those who wait for one of these jobs that it has ended, when the transaction commits.
create function soniq.tell_waiters(ended uuid[]) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform pg_notify('soniq_ended', awaited.job_id::text)
    from (select distinct job_id from soniq.waiters where job_id = any(ended)) as awaited;
    return true;
end $$;

-- null: kept as long as the history. Later it is not shown; it goes with the history's day.
alter table soniq.job_history add column result_until timestamptz;

-- Cancel a job that nobody holds; ask for it where a worker does, or where its row is locked just now.
-- Security definer: who may enqueue may cancel, and reads no arguments by it.
-- The history may lack its day, which only a worker can make: then one is asked, too.
create function soniq.cancel_job(job uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    with free as (
        select id
        from soniq.jobs
        where id = job
          and state in ('ready', 'later', 'rescued', 'keyed')
          and to_regclass('soniq.job_history_' || to_char(now() at time zone 'UTC', 'YYYYMMDD')) is not null
        for update skip locked
    ),
    ended as (
        delete from soniq.jobs
        using free
        where jobs.id = free.id
        returning
            jobs.id, jobs.task, jobs.queue, jobs.priority, jobs.args, jobs.scheduled_at, jobs.created_at,
            jobs.attempt, jobs.max_attempts, jobs.token, jobs.worker_id, jobs.errors
    )
    insert into soniq.job_history (
        id, task, queue, priority, args, state, scheduled_at, created_at, attempt, max_attempts, token, worker_id,
        errors
    )
    select
        id, task, queue, priority, args, 'cancelled', scheduled_at, created_at, attempt, max_attempts, token,
        worker_id, errors
    from ended;
    if found then
        if pg_sequence_last_value('soniq.awaited'::regclass) > 0 then
            perform soniq.tell_waiters(array[job]);
        end if;
        return 'cancelled';
    end if;
    insert into soniq.cancel_requests (job_id)
    select id
    from soniq.jobs
    where id = job
    on conflict (job_id) do nothing;
    if exists (select 1 from soniq.jobs where id = job) then
        return 'asked';
    end if;
    if exists (select 1 from soniq.job_history where id = job)
        or exists (select 1 from soniq.dead_letter_jobs where id = job)
    then
        return 'too_late';
    end if;
    return 'unknown';
end $$;
revoke execute on function soniq.cancel_job(uuid) from public;
revoke execute on function soniq.tell_waiters(uuid[]) from public;
