-- Limits over all workers: so many jobs of a key, and so many of a queue, run at once.
-- Serves code from schema version: 1

-- A due job with a key is `keyed` instead of ready or rescued, so no plain claim sees it. The key and its limit
-- travel with the job: an enqueue reads no table for them. A dead letter keeps them, to be enqueued again as it was.
alter table soniq.jobs
    add column concurrency_key text,
    add column concurrency integer;
alter table soniq.dead_letter_jobs
    add column concurrency_key text,
    add column concurrency integer;

-- One index for both questions, since each one costs every enqueue. Its first column is the queue in which a job
-- waits for its key, or '' (no queue's name) where it runs.
create index jobs_keyed on soniq.jobs (
    (case state when 'keyed' then queue when 'processing' then '' end), concurrency_key, priority, run_at, id
) where concurrency_key is not null;

create table soniq.queue_limits (
    queue text primary key,
    concurrency integer not null check (concurrency > 0)
);
comment on table soniq.queue_limits is 'How many jobs of a queue run at once, over all workers; no row: no limit';

-- How many more jobs of a key may start. Others decide about this key only after our transaction: they get 0.
-- The count is a statement of its own, behind the lock: as part of the claim it would see the table as it was
-- before the lock, and two would run at limit one. An advisory lock, not a row's: there is no row to clean up.
-- Keys whose hashes are equal wait for each other's claims, and for nothing else.
create function soniq.left_of_key(wanted text, allowed integer) returns integer
language plpgsql as $$
begin
    if not pg_try_advisory_xact_lock(hashtext('soniq.keys'), hashtext(wanted)) then
        return 0;
    end if;
    return greatest(0, allowed - (
        select count(*)
        from soniq.jobs
        where (case state when 'keyed' then queue when 'processing' then '' end) = ''
          and concurrency_key = wanted
    ));
end $$;

-- How many more jobs of a queue may start, $2 at most; in the same way. All of $2 where the queue has no limit.
create function soniq.left_of_queue(wanted text, most integer) returns integer
language plpgsql as $$
declare
    allowed integer := (select concurrency from soniq.queue_limits where queue = wanted);
begin
    if allowed is null then
        return most;
    end if;
    if not pg_try_advisory_xact_lock(hashtext('soniq.queue_limits'), hashtext(wanted)) then
        return 0;
    end if;
    return least(most, greatest(0, allowed - (
        select count(*)
        from soniq.jobs
        where state = 'processing'
          and queue = wanted
    )));
end $$;
