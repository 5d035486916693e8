-- name: list
-- Dead letters that a filter wants, the latest first.
-- $1 filter as json  $2 this many at most, null for all  $3 only those that died before, or null
-- $4 and, of those that died then, only those with a lower id
-- Leans on dead_letter_jobs_dead_at.
select
    dead.id, dead.task, dead.args::text as args, dead.queue, dead.priority, dead.attempt, dead.max_attempts,
    dead.created_at, dead.scheduled_at, dead.dead_at, dead.last_error, dead.reason, dead.traceback,
    dead.errors::text as errors, dead.worker_id, dead.resurrection_count, dead.tags
from soniq.dead_letter_jobs as dead
where soniq.is_wanted(dead, $1::text::jsonb)
  and (dead.dead_at, dead.id) < (
      coalesce($3::timestamptz, 'infinity'), coalesce($4::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
  )
order by dead.dead_at desc, dead.id desc
limit $2

-- name: count
-- How many dead letters a filter wants.
-- $1 filter as json
select count(*) as count
from soniq.dead_letter_jobs as dead
where soniq.is_wanted(dead, $1::text::jsonb)

-- name: stats
-- How many dead letters there are by task, queue, reason and error class, and of when; the row without a name counts all.
-- $1 only those that died in the last so many hours, null for all
select
    case
        when grouping(task) = 0 then 'by_task'
        when grouping(queue) = 0 then 'by_queue'
        when grouping(reason) = 0 then 'by_reason'
        when grouping(error_class) = 0 then 'by_error_class'
        else 'total'
    end as what,
    coalesce(task, queue, reason, error_class) as name,
    count(*) as count,
    count(*) filter (where resurrection_count > 0) as replayed,
    min(dead_at) as oldest_at,
    max(dead_at) as newest_at
from (
    select task, queue, reason, split_part(last_error, ':', 1) as error_class, resurrection_count, dead_at
    from soniq.dead_letter_jobs
    where $1::double precision is null
       or dead_at >= now() - $1::double precision * interval '1 hour'
) as lately
group by grouping sets ((), (task), (queue), (reason), (error_class))
order by count(*) desc, 2

-- name: replay
-- Make a new job of each dead letter that a filter wants, the oldest first, with the errors so far; the record stays
-- and counts it. Sleeping workers are woken, once a queue. Who runs this at the same moment waits, and looks again.
-- One row back: whether this database holds installation $1 (where not, nothing was written), how many jobs were
-- made, the id of one of them, and how many queues were woken.
-- Every parameter is text and cast here, so no codec of the user's connection can change it.
-- $1 installation  $2 'on' to wake workers  $3 filter as json  $4 this many at most, null for all
-- $5 'true' to count attempts from the beginning  $6 attempts at most, null for as before
-- $7 priority, null for as before  $8 queue, null for as before
-- Leans on the primary key for one, else on dead_letter_jobs_dead_at.
with here as (
    select 1
    where soniq.installation() = $1::text::uuid
),
chosen as (
    select dead.id
    from soniq.dead_letter_jobs as dead
    where exists (select 1 from here)
      and soniq.is_wanted(dead, $3::text::jsonb)
    order by dead.dead_at, dead.id
    limit $4::text::bigint
    for update of dead
),
counted as (
    update soniq.dead_letter_jobs as dead
    set resurrection_count = dead.resurrection_count + 1
    from chosen
    where dead.id = chosen.id
    returning
        dead.task, dead.queue, dead.priority, dead.args, dead.max_attempts, dead.errors,
        dead.concurrency_key, dead.concurrency,
        case when $5::text::boolean then 0 else dead.attempt end as attempt
),
written as (
    insert into soniq.jobs (
        id, task, args, queue, priority, max_attempts, attempt, errors, state, run_at, concurrency_key, concurrency
    )
    select
        soniq.new_id(),
        task,
        args,
        coalesce($8::text, queue),
        coalesce($7::text::integer, priority),
        greatest(coalesce($6::text::integer, max_attempts), attempt + 1),
        attempt,
        errors,
        case when concurrency_key is null then 'ready' else 'keyed' end,
        statement_timestamp(),
        concurrency_key,
        concurrency
    from counted
    returning id, queue
),
woken as (
    select soniq.wake(fresh.queue)
    from (select distinct queue from written) as fresh
    where $2::text = 'on'
)
select
    (select count(*) from here) as here,
    (select count(*) from written) as written,
    (select id::text from written limit 1) as id,
    (select count(*) from woken) as woken

-- name: delete
-- Delete the dead letters that a filter wants, the oldest first.
-- One row back: whether this database holds installation $1 (where not, nothing was written), and how many went.
-- $1 installation  $2 filter as json  $3 this many at most, null for all
with here as (
    select 1
    where soniq.installation() = $1::text::uuid
),
chosen as (
    select dead.id
    from soniq.dead_letter_jobs as dead
    where exists (select 1 from here)
      and soniq.is_wanted(dead, $2::text::jsonb)
    order by dead.dead_at, dead.id
    limit $3::text::bigint
    for update of dead
),
gone as (
    delete from soniq.dead_letter_jobs as dead
    using chosen
    where dead.id = chosen.id
    returning dead.id
)
select
    (select count(*) from here) as here,
    (select count(*) from gone) as written

-- name: tag
-- Add tags to a dead letter; those that it has already are not added twice.
-- One row back: whether this database holds installation $1, and all its tags as json, null where there is no such
-- dead letter.
-- $1 installation  $2 id  $3 tags
-- Leans on the primary key.
with here as (
    select 1
    where soniq.installation() = $1::text::uuid
),
tagged as (
    update soniq.dead_letter_jobs as dead
    set tags = array(
            select distinct tag
            from unnest(dead.tags || $3::text[]) as tag
            order by tag
        )
    from here
    where dead.id = $2::text::uuid
    returning to_jsonb(dead.tags)::text as tags
)
select
    (select count(*) from here) as here,
    (select tags from tagged) as tags
