-- name: limit_queue
-- Say how many jobs of a queue run at once, and wake who sleeps: a higher limit lets waiting jobs start.
-- One row back: whether this database holds installation $1. Where it does not, nothing was written.
-- $1 installation  $2 'on' to wake workers  $3 queue  $4 jobs at once, or null for no limit
with here as (
    select 1
    where soniq.installation() = $1::text::uuid
),
written as (
    insert into soniq.queue_limits (queue, concurrency)
    select $3::text, $4::text::integer
    from here
    where $4::text is not null
    on conflict (queue) do update
    set concurrency = excluded.concurrency
),
removed as (
    delete from soniq.queue_limits
    using here
    where queue = $3::text
      and $4::text is null
),
woken as (
    select soniq.wake($3::text)
    from here
    where $2::text = 'on'
)
select
    (select count(*) from here) as here,
    (select count(*) from woken) as woken

-- name: queue_limits
-- The limit of each queue that has one.
select queue, concurrency
from soniq.queue_limits
order by queue

-- name: limited
-- The queues that a worker cannot claim from in the plain way: where jobs wait for their keys, and those with a limit.
-- $1 queues that it serves, null for every one
-- Leans on jobs_keyed. Source: PostgreSQL wiki, "Loose indexscan".
with recursive found as (
    select ''::text as queue
    union all
    select (
        select case state when 'keyed' then queue when 'processing' then '' end
        from soniq.jobs
        where (case state when 'keyed' then queue when 'processing' then '' end) > found.queue
          and concurrency_key is not null
        order by case state when 'keyed' then queue when 'processing' then '' end
        limit 1
    )
    from found
    where found.queue is not null
)
select queue, 'keyed' as why
from found
where queue > ''
  and ($1::text[] is null or queue = any($1::text[]))
union all
select queue, 'limited'
from soniq.queue_limits
where $1::text[] is null or queue = any($1::text[])

-- name: take_keyed
-- Take jobs that have a key, at most what is left of each key and of the queue. Of up to 256 keys the first jobs
-- are compared, in the order of priority and time; the walk through more keys goes on with the next statement.
-- One row at least: the last key that was walked over where there may be more, whether a first job was left for a
-- claim with $6, and a claim's columns, null where nothing was taken.
-- A job behind the first of its key is taken with it only where its own limit is not stricter.
-- $1 queue  $2 rows at most  $3 token of this claim  $4 worker  $5 key behind which the walk starts, '' for all
-- $6 jobs whose worker died, instead of the others?
-- Leans on jobs_keyed: one probe a key, however many jobs wait behind its first.
with recursive walked as (
    (
        select concurrency_key as key, 1 as place
        from soniq.jobs
        where (case state when 'keyed' then queue when 'processing' then '' end) = $1
          and concurrency_key > $5
        order by concurrency_key
        limit 1
    )
    union all
    select
        (
            select concurrency_key
            from soniq.jobs
            where (case state when 'keyed' then queue when 'processing' then '' end) = $1
              and concurrency_key > walked.key
            order by concurrency_key
            limit 1
        ),
        place + 1
    from walked
    where key is not null
      and place < 256
),
heads as materialized (
    select first.key, first.concurrency, first.crashes, first.priority, first.run_at, first.id
    from walked
    cross join lateral (
        select concurrency_key as key, concurrency, crashes, priority, run_at, id
        from soniq.jobs
        where (case state when 'keyed' then queue when 'processing' then '' end) = $1
          and concurrency_key = walked.key
        order by priority, run_at, id
        limit 1
    ) as first
),
taken as (
    update soniq.jobs
    set state      = 'processing',
        attempt    = attempt + 1,
        token      = $3,
        worker_id  = $4,
        updated_at = now()
    where id = any(array(
        select next.id
        from (
            select key, concurrency
            from heads
            where (crashes > 0) = $6::boolean
            order by priority, run_at, id
        ) as head
        cross join lateral (
            select id
            from soniq.jobs
            where (case state when 'keyed' then queue when 'processing' then '' end) = $1
              and concurrency_key = head.key
              and concurrency >= head.concurrency
              and (crashes > 0) = $6::boolean
            order by priority, run_at, id
            limit soniq.left_of_key(head.key, head.concurrency)
            for update skip locked
        ) as next
        limit soniq.left_of_queue($1, $2)
    ))
    returning
        id, token, task, args::text, queue, priority, attempt, max_attempts, run_at, scheduled_at, created_at,
        crashes > 0 as rescued, snoozes, trace, concurrency_key
)
select
    (select key from walked where place = 256) as behind,
    exists (select 1 from heads where crashes > 0) as suspects,
    taken.id, token, task, args, queue, priority, attempt, max_attempts, run_at, scheduled_at, created_at, rescued,
    snoozes, trace, concurrency_key
from (select) as always
left join taken
  on true

-- name: take_limited
-- Take the first ready jobs of a queue that has a limit, at most what is left of it.
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
    limit soniq.left_of_queue($1, $2)
    for update skip locked
))
returning
    id, token, task, args::text, queue, priority, attempt, max_attempts, run_at, scheduled_at, created_at,
    crashes > 0 as rescued, snoozes, trace

-- name: wake_waiting
-- Wake who sleeps on a queue in which a job waits that may start, now that others of its key or queue have ended.
-- $1 keys that were freed  $2 queues that were freed
-- Leans on jobs_keyed and jobs_ready; nothing is looked for while nobody sleeps.
with recursive asleep as materialized (
    select 1
    where pg_sequence_last_value('soniq.asleep'::regclass) > 0
),
lines as (
    select ''::text as queue
    from asleep
    union all
    select (
        select case state when 'keyed' then queue when 'processing' then '' end
        from soniq.jobs
        where (case state when 'keyed' then queue when 'processing' then '' end) > lines.queue
          and concurrency_key is not null
        order by case state when 'keyed' then queue when 'processing' then '' end
        limit 1
    )
    from lines
    where lines.queue is not null
),
free as (
    select lines.queue
    from lines
    cross join unnest($1::text[]) as freed (key)
    cross join lateral (
        select concurrency
        from soniq.jobs
        where (case state when 'keyed' then queue when 'processing' then '' end) = lines.queue
          and concurrency_key = freed.key
        order by priority, run_at, id
        limit 1
    ) as first
    where lines.queue > ''
      and concurrency > (
          select count(*)
          from soniq.jobs
          where (case state when 'keyed' then queue when 'processing' then '' end) = ''
            and concurrency_key = freed.key
      )
    union
    select freed.queue
    from asleep
    cross join unnest($2::text[]) as freed (queue)
    where exists (select 1 from soniq.jobs where state = 'ready' and queue = freed.queue)
       or exists (select 1 from lines where lines.queue = freed.queue)
)
select soniq.wake(queue)
from free
