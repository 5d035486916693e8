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

revoke execute on function soniq.free_key(text, text, uuid) from public;
revoke execute on function soniq.holds_key(soniq.unique_jobs) from public;
