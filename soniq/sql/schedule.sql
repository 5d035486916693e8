-- name: put
-- Write schedules, or change those that are there under the same name and say something else; a pause stays.
-- What is there as it is given is not touched, so nobody waits for who holds it. A changed rule counts from now on. One row back: whether this database holds installation $1, and what changed.
-- Every parameter is text and cast here, so no jsonb codec of the user's connection can change it.
-- $1 installation, null where it is surely this one  $2 names, sorted, so that two who write the same do not deadlock
-- $3 tasks  $4 args  $5 queues  $6 priorities  $7 max attempts  $8 keys, $9 their limits, or null each
-- $10 crons, $11 their time zones, or null each  $12 seconds between, or null each  $13 what becomes of missed ticks
-- $14 'code' or 'call'
with here as (
    select 1
    where soniq.installation() = coalesce($1::text::uuid, soniq.installation())
),
given as (
    select
        new.name, new.task, new.args::jsonb as args, new.queue, new.priority::integer as priority,
        new.max_attempts::integer as max_attempts, new.concurrency_key, new.concurrency::integer as concurrency,
        new.cron, new.tz, make_interval(secs => new.every::double precision) as every, new.missed,
        $14::text as source
    from here
    cross join unnest(
        $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
        $11::text[], $12::text[], $13::text[]
    ) as new (
        name, task, args, queue, priority, max_attempts, concurrency_key, concurrency, cron, tz, every, missed
    )
),
written as (
    insert into soniq.schedules as known (
        name, task, args, queue, priority, max_attempts, concurrency_key, concurrency, cron, tz, every, missed,
        source
    )
    select
        name, task, args, queue, priority, max_attempts, concurrency_key, concurrency, cron, tz, every, missed,
        source
    from given
    where not exists (
        select 1
        from soniq.schedules as same
        where same.name = given.name
          and (
              same.task, same.args, same.queue, same.priority, same.max_attempts, same.concurrency_key,
              same.concurrency, same.cron, same.tz, same.every, same.missed, same.source
          ) is not distinct from (
              given.task, given.args, given.queue, given.priority, given.max_attempts, given.concurrency_key,
              given.concurrency, given.cron, given.tz, given.every, given.missed, given.source
          )
    )
    on conflict (name) do update
    set task            = excluded.task,
        args            = excluded.args,
        queue           = excluded.queue,
        priority        = excluded.priority,
        max_attempts    = excluded.max_attempts,
        concurrency_key = excluded.concurrency_key,
        concurrency     = excluded.concurrency,
        cron            = excluded.cron,
        tz              = excluded.tz,
        every           = excluded.every,
        missed          = excluded.missed,
        source          = excluded.source,
        version         = excluded.version,
        declared_at     = excluded.declared_at,
        updated_at      = excluded.updated_at,
        after_at        = case
            when (known.cron, known.tz, known.every) is distinct from (excluded.cron, excluded.tz, excluded.every)
                then excluded.after_at
            else known.after_at
        end,
        next_at         = case
            when (known.cron, known.tz, known.every) is distinct from (excluded.cron, excluded.tz, excluded.every)
                then null
            else known.next_at
        end
    returning name
)
select
    (select count(*) from here) as here,
    (select coalesce(string_agg(name, ', '), '') from written) as written

-- name: pause
-- Let a schedule rest. One row back: whether this is installation $1, and whether there is such a schedule.
-- $1 installation  $2 name
with here as (
    select 1
    where soniq.installation() = $1::text::uuid
),
known as (
    select name
    from here
    cross join soniq.schedules
    where name = $2::text
),
paused as (
    update soniq.schedules
    set status     = 'paused',
        next_at    = null,
        version    = gen_random_uuid(),
        updated_at = statement_timestamp()
    where name in (select name from known)
      and status = 'active'
    returning name
)
select
    (select count(*) from here) as here,
    (select count(*) from known) as known,
    (select count(*) from paused) as paused

-- name: resume
-- Let a schedule go on, from its next tick: what came due meanwhile was not missed. One row back, as from `pause`.
-- $1 installation  $2 name
with here as (
    select 1
    where soniq.installation() = $1::text::uuid
),
known as (
    select name
    from here
    cross join soniq.schedules
    where name = $2::text
),
resumed as (
    update soniq.schedules
    set status     = 'active',
        after_at   = statement_timestamp(),
        next_at    = null,
        version    = gen_random_uuid(),
        updated_at = statement_timestamp()
    where name in (select name from known)
      and status = 'paused'
    returning name
)
select
    (select count(*) from here) as here,
    (select count(*) from known) as known,
    (select count(*) from resumed) as resumed

-- name: remove
-- Take a schedule out. One row back: whether this is installation $1, and whether there was such a schedule.
-- $1 installation  $2 name
with here as (
    select 1
    where soniq.installation() = $1::text::uuid
),
removed as (
    delete from soniq.schedules
    using here
    where name = $2::text
    returning name
)
select
    (select count(*) from here) as here,
    (select count(*) from removed) as known

-- name: schedules
-- The schedules as users see them, by name.
-- $1 name, or null for all  $2 status, or null for all  $3 seconds after which nobody declares one any more
select
    name, task, args, queue, priority, max_attempts, cron, tz, every, missed, source, status, after_at, next_at,
    last_at, last_job_id, created_at, updated_at
from (
    select
        name, task, args::text as args, queue, priority, max_attempts, cron, tz, every, missed, source,
        case
            when status = 'active'
             and source = 'code'
             and declared_at < clock_timestamp() - make_interval(secs => $3::double precision)
                then 'orphaned'
            else status
        end as status,
        after_at, next_at, last_at, last_job_id, created_at, updated_at
    from soniq.schedules
    where $1::text is null
       or name = $1::text
) as shown
where $2::text is null
   or status = $2::text
order by name

-- name: renew
-- Say that a running worker's code declares these. Skips what another one is just writing, so that nobody waits.
-- $1 names  $2 seconds for which it need not be said again
update soniq.schedules
set declared_at = clock_timestamp()
where name in (
    select name
    from soniq.schedules
    where name = any($1::text[])
      and source = 'code'
      and declared_at < clock_timestamp() - make_interval(secs => $2::double precision)
    for update skip locked
)

-- name: lead
-- Become or stay the leader; no row back: another one is, or there is no schedule.
-- Nobody leads for more than two minutes ahead: such a lease is from before the clock was set back.
-- $1 who  $2 seconds until another one may, if nothing is heard
update soniq.schedule_leader
set worker_id = $1,
    until     = clock_timestamp() + make_interval(secs => $2::double precision)
where (
        worker_id = $1
        or until < clock_timestamp()
        or until > clock_timestamp() + interval '2 minutes'
      )
  and exists (select 1 from soniq.schedules)
returning until

-- name: step_down
-- Leave the lead to whoever asks next.
-- $1 who
update soniq.schedule_leader
set until = '-infinity'
where worker_id = $1

-- name: soonest
-- The schedules that tick next, and what time it is. Those that no running worker declares any more rest.
-- $1 seconds after which nobody declares one any more  $2 limit
-- Leans on schedules_next.
select id, name, version, cron, tz, every, missed, after_at, next_at, clock_timestamp() as now
from soniq.schedules
where status = 'active'
  and (source = 'call' or declared_at >= clock_timestamp() - make_interval(secs => $1::double precision))
order by next_at nulls first
limit $2

-- name: advance
-- Move a schedule past its due ticks and write their jobs, in one statement. Nothing happens where another leader
-- has moved it, or somebody changed it, since it was read: of two, the second finds another next_at. Nor while
-- somebody holds the row, in a transaction that changes it: the leader is a worker and does not wait.
-- $1 name  $2 version  $3 next_at as it was read  $4 the tick that follows  $5 job ids  $6 their ticks, oldest first
-- $7 'on' to wake workers
with held as (
    select name
    from soniq.schedules
    where name = $1
      and version = $2
      and next_at is not distinct from $3
      and status = 'active'
    for update skip locked
),
moved as (
    update soniq.schedules
    set next_at     = $4,
        last_at     = coalesce(($6::timestamptz[])[cardinality($6::timestamptz[])], last_at),
        last_job_id = coalesce(($5::uuid[])[cardinality($5::uuid[])], last_job_id)
    where name in (select name from held)
    returning task, args, queue, priority, max_attempts, concurrency_key, concurrency
),
written as (
    insert into soniq.jobs (
        id, task, args, queue, priority, max_attempts, state, run_at, scheduled_at, concurrency_key, concurrency
    )
    select
        tick.job_id, moved.task, moved.args, moved.queue, moved.priority, moved.max_attempts,
        case when moved.concurrency_key is null then 'ready' else 'keyed' end,
        statement_timestamp(), tick.at, moved.concurrency_key, moved.concurrency
    from moved
    cross join unnest($5::uuid[], $6::timestamptz[]) as tick (job_id, at)
    on conflict (id) do nothing
    returning queue
),
woken as (
    select soniq.wake(fresh.queue)
    from (select distinct queue from written) as fresh
    where $7::text = 'on'
)
select
    (select count(*) from moved) as moved,
    (select count(*) from written) as written,
    (select count(*) from woken) as woken
