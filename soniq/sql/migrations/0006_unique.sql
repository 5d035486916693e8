-- Unique jobs: who holds which key.
-- Serves code from schema version: 1

-- A row is written with its job, in the same transaction, and is never updated: it stands until somebody who wants
-- the key finds that its job holds it no longer, or until a worker's sweep does. So no settle, claim or cancellation
-- ever touches this table, and a job that is not unique costs nothing more.
-- statuses: those in which the job holds its key, of queued, processing and done; period: for how long done does.
create table soniq.unique_jobs (
    task text,
    key text,
    job_id uuid not null,
    statuses text[] not null,
    period interval,
    primary key (task, key)
);

-- Whether the job of this row still holds its key. Two statements, because most keys need no look at the history,
-- whose every partition would be locked for it.
create function soniq.holds_key(held soniq.unique_jobs) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    if exists (
        select 1
        from soniq.jobs
        where id = held.job_id
          and case state when 'processing' then 'processing' else 'queued' end = any(held.statuses)
    ) then
        return true;
    end if;
    if held.period is null then
        return false;
    end if;
    return exists (
        select 1
        from soniq.job_history
        where id = held.job_id
          and state = 'done'
          and finished_at > statement_timestamp() - held.period
    );
end $$;

-- Take a key from a job that holds it no longer; say whether one was taken. Of two who try, the second waits for the
-- first one's commit and finds the row gone. Never from the job that asks: its first try may have been answered to
-- nobody. Security definer: who may enqueue may take no key that is held, and sees no job by it.
create function soniq.free_key(of_task text, wanted text, asking uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from soniq.unique_jobs as held
    where task = of_task
      and key = wanted
      and job_id <> asking
      and not soniq.holds_key(held);
    return found;
end $$;

-- Give a role what a producer, a viewer or a worker needs, and no more.
-- $1 role  $2 'producer' (enqueue), 'viewer' (read everything) or 'worker' (both, and run jobs)
create or replace function soniq.grant_access(role_name text, access text) returns void
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
revoke execute on function soniq.free_key(text, text, uuid) from public;
revoke execute on function soniq.holds_key(soniq.unique_jobs) from public;
