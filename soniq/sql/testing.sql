-- name: clear
-- Empty every table that a test may have filled; who the installation is stays.
with live as (
    delete from soniq.jobs
),
ended as (
    delete from soniq.job_history
),
dead as (
    delete from soniq.dead_letter_jobs
),
working as (
    delete from soniq.workers
),
asleep as (
    delete from soniq.sleepers
),
limited as (
    delete from soniq.queue_limits
),
asked as (
    delete from soniq.cancel_requests
),
paused as (
    delete from soniq.paused_queues
),
reported as (
    delete from soniq.job_progress
),
waiting as (
    delete from soniq.waiters
),
scheduled as (
    delete from soniq.schedules
),
kept as (
    delete from soniq.unique_jobs
),
led as (
    update soniq.schedule_leader
    set worker_id = null,
        until     = '-infinity'
)
select

-- name: jobs
-- Every job of one task, or that one worker had last in its hands, wherever it is now: an object of JSON each.
-- As text, so that no codec of a user's connection changes it.
-- $1 task, or null for all  $2 worker, or null for all
select to_jsonb(found)::text
from (
    select
        id, task, args::text as args,
        case when state = 'processing' then 'processing' else 'queued' end as status,
        queue, priority, attempt, max_attempts, created_at,
        case when state = 'later' then run_at else scheduled_at end as scheduled_at,
        updated_at, errors::text as errors, null::text as result, null::text as reason, worker_id,
        null::text as traceback
    from soniq.jobs
    union all
    select
        id, task, args::text, state, queue, priority, attempt, max_attempts, created_at,
        scheduled_at, finished_at, errors::text, result::text, null, worker_id, null
    from soniq.job_history
    union all
    select
        id, task, args::text, 'dead_letter', queue, priority, attempt, max_attempts, created_at,
        scheduled_at, dead_at, errors::text, null, reason, worker_id, traceback
    from soniq.dead_letter_jobs
) as found
where ($1::text is null or task = $1::text)
  and ($2::text is null or worker_id = $2::text::uuid)
order by id

-- name: next_due
-- The seconds until the next waiting job is due, if that is within a span; 0 where it is due already.
-- $1 seconds
-- Leans on jobs_waiting.
select greatest(0, extract(epoch from run_at - now()))::double precision
from soniq.jobs
where state = 'later'
  and run_at <= now() + make_interval(secs => $1::double precision)
order by run_at
limit 1

-- name: bring_nearer
-- Let time pass for what waits, and for keys that done jobs hold: each row comes nearer, the clock stays.
-- $1 seconds
with held as (
    update soniq.unique_jobs
    set period = period - make_interval(secs => $1::double precision)
    where period is not null
      and not exists (
          select 1
          from soniq.jobs
          where id = unique_jobs.job_id
      )
)
update soniq.jobs
set run_at       = run_at - make_interval(secs => $1::double precision),
    scheduled_at = scheduled_at - make_interval(secs => $1::double precision)
where state = 'later'
