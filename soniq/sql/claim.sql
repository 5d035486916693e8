-- name: take
-- Take the first ready jobs of one queue; each row comes back to the one worker that took it.
-- The ids are found first and updated by id, so that the walk is one ordered scan of the index, whatever
-- the planner believes about the table's size. The last column is the seconds it took, by the server's clock.
-- $1 queue  $2 rows at most  $3 token of this claim  $4 worker
-- Leans on jobs_ready.
update soniq.jobs
set state      = 'processing',
    attempt    = attempt + 1,
    token      = $3,
    worker_id  = $4,
    updated_at = now()
where id = any(array(
    select id
    from soniq.jobs
    where state = 'ready'
      and queue = $1
    order by priority, run_at, id
    limit $2
    for update skip locked
))
returning
    id, token, task, args::text, queue, priority, attempt, max_attempts, run_at, scheduled_at, created_at,
    crashes > 0 as rescued, snoozes, trace,
    extract(epoch from clock_timestamp() - statement_timestamp())::double precision as took

-- name: take_after
-- The same, from behind the row where the last claim ended: rows taken before stay in the index while an
-- old snapshot is held, and walking them again and again costs more than half of the rate.
-- $1 queue  $2 rows at most  $3 token of this claim  $4 worker  $5 priority  $6 run at  $7 id
-- Leans on jobs_ready, by row comparison.
update soniq.jobs
set state      = 'processing',
    attempt    = attempt + 1,
    token      = $3,
    worker_id  = $4,
    updated_at = now()
where id = any(array(
    select id
    from soniq.jobs
    where state = 'ready'
      and queue = $1
      and (priority, run_at, id) > ($5::integer, $6::timestamptz, $7::uuid)
    order by priority, run_at, id
    limit $2
    for update skip locked
))
returning
    id, token, task, args::text, queue, priority, attempt, max_attempts, run_at, scheduled_at, created_at,
    crashes > 0 as rescued, snoozes, trace,
    extract(epoch from clock_timestamp() - statement_timestamp())::double precision as took

-- name: take_rescued
-- Take one job that was in the hands of a worker that died.
-- $1 queues, null for every one  $2 token of this claim  $3 worker  $4 queues that are paused
-- Leans on jobs_waiting, in which hardly any are rescued.
update soniq.jobs
set state      = 'processing',
    attempt    = attempt + 1,
    token      = $2,
    worker_id  = $3,
    updated_at = now()
where id = any(array(
    select id
    from soniq.jobs
    where state = 'rescued'
      and ($1::text[] is null or queue = any($1::text[]))
      and (queue not in (select queue from soniq.queue_limits) or soniq.left_of_queue(queue, 1) > 0)
      and queue <> all($4::text[])
    order by priority, run_at, id
    limit 1
    for update skip locked
))
returning
    id, token, task, args::text, queue, priority, attempt, max_attempts, run_at, scheduled_at, created_at,
    crashes > 0 as rescued, snoozes, trace

-- name: ready_queues
-- Name the queues that have ready jobs: one index probe a queue, however many jobs there are.
-- Leans on jobs_ready. Source: PostgreSQL wiki, "Loose indexscan".
with recursive found as (
    (
        select queue
        from soniq.jobs
        where state = 'ready'
        order by queue
        limit 1
    )
    union all
    select (
        select queue
        from soniq.jobs
        where state = 'ready'
          and queue > found.queue
        order by queue
        limit 1
    )
    from found
    where found.queue is not null
)
select queue
from found
where queue is not null

-- name: ready_among
-- Name those of the given queues that have ready jobs.
-- $1 queues
-- Leans on jobs_ready.
select asked.queue
from unnest($1::text[]) as asked (queue)
cross join lateral (
    select 1
    from soniq.jobs
    where state = 'ready'
      and queue = asked.queue
    limit 1
) as one

-- name: promote
-- Make the jobs ready whose time has come, and wake who sleeps on their queues.
-- One row back: how many, and the seconds until the next one is due, null where none waits.
-- $1 rows at most  $2 'on' to wake workers
-- Leans on jobs_waiting.
with moved as (
    update soniq.jobs
    set state      = case
            when concurrency_key is not null then 'keyed'
            when crashes > 0 then 'rescued'
            else 'ready'
        end,
        updated_at = now()
    where id = any(array(
        select id
        from soniq.jobs
        where state = 'later'
          and run_at <= now()
        order by run_at
        limit $1
        for update skip locked
    ))
    returning queue
),
woken as (
    select soniq.wake(due.queue)
    from (select distinct queue from moved) as due
    where $2::text = 'on'
)
select
    (select count(*) from moved) as moved,
    (
        select extract(epoch from run_at - clock_timestamp())::double precision
        from soniq.jobs
        where state = 'later'
          and run_at > now()
        order by run_at
        limit 1
    ) as next_due,
    (select count(*) from woken) as woken

-- name: recall
-- The jobs that are held in a worker's name and that it does not know of: a claim whose answer was lost.
-- $1 worker  $2 ids that it knows it holds
-- Leans on jobs_held.
select
    id, token, task, args::text, queue, priority, attempt, max_attempts, run_at, scheduled_at, created_at,
    crashes > 0 as rescued, snoozes, trace
from soniq.jobs
where worker_id = $1
  and state = 'processing'
  and id <> all($2::uuid[])
order by priority, run_at, id
