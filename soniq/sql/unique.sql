-- name: claim
-- Write one job if it gets its key: where nobody holds it, or whose job holds it no longer. Whoever has written the
-- same key in a transaction that is still open is waited for; then, and where the key is held, nothing is written.
-- Under REPEATABLE READ, one that committed after this transaction's snapshot makes it fail (40001). Never DO UPDATE:
-- it would lock the winner's row.
-- One row back: whether this database holds installation $1, and whether the job was written.
-- Every parameter is text and cast here, so no jsonb codec of the user's connection can change it.
-- $1 installation  $2 'on' to wake workers  $3 id  $4 task  $5 args  $6 queue  $7 priority  $8 max attempts
-- $9 run at, or null  $10 seconds from now, or null  $11 key for a limit, $12 the limit, or null
-- $13 trace, or null  $14 unique key  $15 statuses that hold it  $16 seconds for which done holds it, or null
-- Leans on the primary key of unique_jobs.
with here as (
    select 1
    where soniq.installation() = $1::text::uuid
),
freed as materialized (
    select soniq.free_key($4::text, $14::text, $3::text::uuid) as any_key
    from here
),
claimed as (
    insert into soniq.unique_jobs (task, key, job_id, statuses, period)
    select
        $4::text,
        $14::text,
        $3::text::uuid,
        $15::text[],
        make_interval(secs => $16::text::double precision)
    from freed
    where any_key is not null
    on conflict (task, key) do nothing
    returning job_id
),
written as (
    insert into soniq.jobs (
        id, task, args, queue, priority, max_attempts, state, run_at, scheduled_at, concurrency_key, concurrency,
        trace
    )
    select
        claimed.job_id,
        $4::text,
        $5::text::jsonb,
        $6::text,
        $7::text::integer,
        $8::text::integer,
        case
            when asked.at > statement_timestamp() then 'later'
            when $11::text is not null then 'keyed'
            else 'ready'
        end,
        coalesce(asked.at, statement_timestamp()),
        asked.at,
        $11::text,
        $12::text::integer,
        $13::text
    from claimed
    cross join lateral (
        select coalesce(
            $9::text::timestamptz,
            statement_timestamp() + make_interval(secs => $10::text::double precision)
        ) as at
    ) as asked
    returning queue
),
woken as (
    select soniq.wake(queue)
    from written
    where $2::text = 'on'
)
select
    (select count(*) from here) as here,
    (select count(*) from written) as written,
    (select count(*) from woken) as woken

-- name: holder
-- Whose key it is. A statement of its own, behind `claim`: that one may have waited, and sees only what was committed
-- before it began. No row back: the key was given up meanwhile.
-- $1 installation  $2 task  $3 key
-- Leans on the primary key of unique_jobs.
select job_id::text as job_id
from soniq.unique_jobs
where soniq.installation() = $1::text::uuid
  and task = $2::text
  and key = $3::text

-- name: forget
-- Remove the keys, of the next $3 behind one, whose job holds them no longer. Waits for nobody.
-- One row back: the last key that was looked at, null where there was none, how many were, and how many went.
-- $1 task and $2 key behind which it looks, '' for the first  $3 how many
-- Leans on the primary key of unique_jobs.
with seen as materialized (
    select held.task, held.key, soniq.holds_key(held) as held
    from soniq.unique_jobs as held
    where (held.task, held.key) > ($1::text, $2::text)
    order by held.task, held.key
    limit $3
),
loose as (
    select spent.task, spent.key
    from soniq.unique_jobs as spent
    join seen using (task, key)
    where not seen.held
    for update of spent skip locked
),
gone as (
    delete from soniq.unique_jobs as spent
    using loose
    where spent.task = loose.task
      and spent.key = loose.key
    returning 1
)
select
    (select task from seen order by task desc, key desc limit 1) as task,
    (select key from seen order by task desc, key desc limit 1) as key,
    (select count(*) from seen) as seen,
    (select count(*) from gone) as gone
