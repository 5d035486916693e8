-- name: job
-- One job by id, wherever it is: live, ended or dead. One statement, so it cannot slip between two looks.
-- $1 id
select
    id, task, args::text as args,
    case when state = 'processing' then 'processing' else 'queued' end as status,
    queue, priority, attempt, max_attempts, created_at,
    case when state = 'later' then run_at else scheduled_at end as scheduled_at,
    updated_at, errors::text as errors, null::text as result, null::text as reason, worker_id,
    null::text as traceback, progress.share as progress, progress.note as progress_note
from soniq.jobs
left join soniq.job_progress as progress
  on progress.job_id = jobs.id
 and progress.token = jobs.token
 and jobs.state = 'processing'
where id = $1
union all
select
    id, task, args::text, state, queue, priority, attempt, max_attempts, created_at,
    scheduled_at, finished_at, errors::text,
    case when result_until is null or result_until > now() then result::text end,
    null, worker_id, null, null, null
from soniq.job_history
where id = $1
union all
select
    id, task, args::text, 'dead_letter', queue, priority, attempt, max_attempts, created_at,
    scheduled_at, dead_at, errors::text, null, reason, worker_id, traceback, null, null
from soniq.dead_letter_jobs
where id = $1
limit 1

-- name: jobs
-- Jobs of any state, newest first.
-- $1 queue, or null for all  $2 status, or null for all  $3 limit  $4 offset  $5 task, or null for all
select
    id, task, args, status, queue, priority, attempt, max_attempts, created_at, scheduled_at, updated_at, errors,
    result, reason, worker_id
from (
    select
        id, task, args::text as args,
        case when state = 'processing' then 'processing' else 'queued' end as status,
        queue, priority, attempt, max_attempts, created_at,
        case when state = 'later' then run_at else scheduled_at end as scheduled_at,
        updated_at, errors::text as errors, null::text as result, null::text as reason, worker_id
    from soniq.jobs
    where coalesce($2::text, 'queued') in ('queued', 'processing')
    union all
    select
        id, task, args::text, state, queue, priority, attempt, max_attempts, created_at,
        scheduled_at, finished_at, errors::text,
        case when result_until is null or result_until > now() then result::text end,
        null, worker_id
    from soniq.job_history
    where coalesce($2::text, 'done') in ('done', 'cancelled')
    union all
    select
        id, task, args::text, 'dead_letter', queue, priority, attempt, max_attempts, created_at,
        scheduled_at, dead_at, errors::text, null, reason, worker_id
    from soniq.dead_letter_jobs
    where coalesce($2::text, 'dead_letter') = 'dead_letter'
) as every_job
where ($1::text is null or queue = $1)
  and ($2::text is null or status = $2)
  and ($5::text is null or task = $5)
order by created_at desc, id desc
limit $3
offset $4

-- name: counts
-- How many jobs each queue has in each status; a row 'paused' for a queue that is.
-- $1 queue, or null for all
select queue, status, sum(count)::bigint as count
from (
    select queue, case when state = 'processing' then 'processing' else 'queued' end as status, count(*) as count
    from soniq.jobs
    group by 1, 2
    union all
    select queue, state, count(*)
    from soniq.job_history
    group by 1, 2
    union all
    select queue, 'dead_letter', count(*)
    from soniq.dead_letter_jobs
    group by 1
    union all
    select queue, 'paused', 1
    from soniq.paused_queues
) as counted
where $1::text is null or queue = $1
group by 1, 2
order by 1, 2

-- name: workers
-- Who works, and how long ago each gave a sign of life.
select
    id, host, pid, queues, concurrency, state, started_at,
    now() - beat_at as silent_for,
    (select count(*) from soniq.jobs where worker_id = workers.id and jobs.state = 'processing') as running
from soniq.workers
order by started_at
