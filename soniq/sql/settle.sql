-- name: record
-- Write a batch of verdicts, each only over its own claim, and say how many were written. Where one was not,
-- its claim was lost, or its row is locked by somebody's open transaction: no other verdict waits for that.
-- Who waits for one of these jobs is told; while nobody waits, that costs the look at one number a batch.
-- Every parameter is an array of text, cast here, so no codec of a user's connection can change it.
-- $1 ids  $2 tokens  $3 states (done, cancelled, dead_letter, queued)  $4 seconds until due again
-- $5 spend the attempt?  $6 errors  $7 tracebacks  $8 results as json  $9 dead letter reasons
-- $10 put off at its own wish?  $11 seconds for which the result can be read
-- Leans on the primary key of jobs; "not in", because "= 'processing'" would offer the planner jobs_held,
-- which looks small in the statistics and holds every claimed job.
with ours as (
    select
        job.id,
        verdict.state,
        verdict.delay::double precision as delay,
        verdict.spend::boolean as spend,
        verdict.error,
        verdict.traceback,
        verdict.result::jsonb as result,
        verdict.reason,
        verdict.snooze::boolean as snooze,
        verdict.result_ttl::double precision as result_ttl
    from unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::text[], $11::text[]
    ) as verdict (id, token, state, delay, spend, error, traceback, result, reason, snooze, result_ttl)
    join soniq.jobs as job
      on job.id = verdict.id::uuid
     and job.token = verdict.token::uuid
     and job.state not in ('ready', 'later', 'rescued', 'keyed')
    for update of job skip locked
),
ended as (
    delete from soniq.jobs as job
    using ours
    where job.id = ours.id
      and ours.state <> 'queued'
    returning
        job.id, job.task, job.queue, job.priority, job.args, job.scheduled_at, job.created_at, job.attempt,
        job.max_attempts, job.token, job.worker_id, soniq.with_error(job.errors, job.attempt, ours.error) as errors,
        job.concurrency_key, job.concurrency, ours.state, ours.error, ours.traceback, ours.result, ours.reason,
        statement_timestamp() + make_interval(secs => ours.result_ttl) as result_until
),
kept as (
    insert into soniq.job_history (
        id, task, queue, priority, args, state, scheduled_at, created_at, attempt, max_attempts, token, worker_id,
        errors, result, result_until
    )
    select
        id, task, queue, priority, args, state, scheduled_at, created_at, attempt, max_attempts, token, worker_id,
        errors, result, result_until
    from ended
    where state <> 'dead_letter'
),
buried as (
    insert into soniq.dead_letter_jobs (
        id, task, queue, priority, args, scheduled_at, created_at, attempt, max_attempts, token, worker_id, errors,
        reason, last_error, traceback, concurrency_key, concurrency
    )
    select
        id, task, queue, priority, args, scheduled_at, created_at, attempt, max_attempts, token, worker_id, errors,
        reason, error, traceback, concurrency_key, concurrency
    from ended
    where state = 'dead_letter'
    on conflict (id) do nothing
),
returned as (
    update soniq.jobs as job
    set state      = case
            when ours.delay > 0 then 'later'
            when job.concurrency_key is not null then 'keyed'
            when job.crashes > 0 and not ours.spend then 'rescued'
            else 'ready'
        end,
        run_at     = case
            when ours.spend or ours.delay > 0 then statement_timestamp() + make_interval(secs => ours.delay)
            else job.run_at
        end,
        attempt    = job.attempt - (not ours.spend)::integer,
        crashes    = case when ours.spend then 0 else job.crashes end,
        snoozes    = job.snoozes + ours.snooze::integer,
        errors     = soniq.with_error(job.errors, job.attempt, ours.error),
        updated_at = statement_timestamp()
    from ours
    where job.id = ours.id
      and ours.state = 'queued'
    returning job.id
)
select
    (select count(*) from ended) + (select count(*) from returned) as written,
    case
        when pg_sequence_last_value('soniq.awaited'::regclass) > 0
            then soniq.tell_waiters(array(select id from ended))
    end as told

-- name: record_done
-- The same for a batch in which every job is done, as most are: a third quicker.
-- $1 ids  $2 tokens  $3 results as json  $4 seconds for which each can be read
-- Leans on the primary key of jobs.
with ours as (
    select job.id, verdict.result::jsonb as result, verdict.result_ttl
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::double precision[])
        as verdict (id, token, result, result_ttl)
    join soniq.jobs as job
      on job.id = verdict.id
     and job.token = verdict.token
     and job.state not in ('ready', 'later', 'rescued', 'keyed')
    for update of job skip locked
),
ended as (
    delete from soniq.jobs as job
    using ours
    where job.id = ours.id
    returning
        job.id, job.task, job.queue, job.priority, job.args, job.scheduled_at, job.created_at, job.attempt,
        job.max_attempts, job.token, job.worker_id, job.errors, ours.result,
        statement_timestamp() + make_interval(secs => ours.result_ttl) as result_until
),
kept as (
    insert into soniq.job_history (
        id, task, queue, priority, args, state, scheduled_at, created_at, attempt, max_attempts, token, worker_id,
        errors, result, result_until
    )
    select
        id, task, queue, priority, args, 'done', scheduled_at, created_at, attempt, max_attempts, token, worker_id,
        errors, result, result_until
    from ended
)
select
    count(*) as written,
    case
        when pg_sequence_last_value('soniq.awaited'::regclass) > 0
            then soniq.tell_waiters(array(select id from ended))
    end as told
from ended

-- name: whereabouts
-- What became of claims whose verdict did not come back as written: `written` by an earlier try whose answer
-- was lost, `ours` still and only locked; no row for one that is lost.
-- $1 ids  $2 tokens
-- Leans on job_history_id and on the primary keys.
select claim.id, 'written' as found
from unnest($1::text[], $2::text[]) as claim (id, token)
join soniq.job_history as past
  on past.id = claim.id::uuid
 and past.token = claim.token::uuid
union all
select claim.id, 'written'
from unnest($1::text[], $2::text[]) as claim (id, token)
join soniq.dead_letter_jobs as dead
  on dead.id = claim.id::uuid
 and dead.token = claim.token::uuid
union all
select claim.id, case job.state when 'processing' then 'ours' else 'written' end
from unnest($1::text[], $2::text[]) as claim (id, token)
join soniq.jobs as job
  on job.id = claim.id::uuid
 and job.token = claim.token::uuid

-- name: complete
-- Settle one job as done inside a handler's transaction. Where the claim was lost it fails with division_by_zero
-- (22012) instead of returning no row, so that the transaction can only roll back, whatever the handler does then.
-- It waits for a row that is locked, as a claim that is only looked at is not lost. The times are the
-- statement's: the handler's transaction may have begun long before.
-- Every parameter is text and cast here, so no codec of the user's connection can change it.
-- $1 id  $2 token  $3 result as json  $4 seconds for which it can be read
-- Leans on the primary key of jobs.
with ours as (
    select job.id
    from soniq.jobs as job
    where job.id = $1::text::uuid
      and job.token = $2::text::uuid
      and job.state not in ('ready', 'later', 'rescued', 'keyed')
    for update
),
ended as (
    delete from soniq.jobs as job
    using ours
    where job.id = ours.id
    returning
        job.id, job.task, job.queue, job.priority, job.args, job.scheduled_at, job.created_at, job.attempt,
        job.max_attempts, job.token, job.worker_id, job.errors
),
kept as (
    insert into soniq.job_history (
        id, task, queue, priority, args, state, scheduled_at, created_at, finished_at, attempt, max_attempts, token,
        worker_id, errors, result, result_until
    )
    select
        id, task, queue, priority, args, 'done', scheduled_at, created_at, statement_timestamp(), attempt,
        max_attempts, token, worker_id, errors, $3::text::jsonb,
        statement_timestamp() + make_interval(secs => $4::text::double precision)
    from ended
)
select
    1 / count(*) as written,
    case
        when pg_sequence_last_value('soniq.awaited'::regclass) > 0
            then soniq.tell_waiters(array(select id from ended))
    end as told
from ended

-- name: fate
-- What became of a claim that its handler's own transaction may have settled: done by its commit, or ours still.
-- Neither: the claim was lost.
-- $1 id  $2 token
-- Leans on job_history_id and on the primary key of jobs.
select
    exists (
        select
        from soniq.job_history
        where id = $1::text::uuid
          and token = $2::text::uuid
          and state = 'done'
    ) as done,
    exists (
        select
        from soniq.jobs
        where id = $1::text::uuid
          and token = $2::text::uuid
          and state not in ('ready', 'later', 'rescued', 'keyed')
    ) as ours
