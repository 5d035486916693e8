-- name: join
-- Enter a worker under a new generation, with a session lock that is free as soon as this connection ends.
-- A new key each time: the lock of a connection that is half dead may be held for a while.
-- $1 worker  $2 host  $3 pid  $4 queues, null for every one  $5 concurrency  $6 state
-- $7 whether it keeps its session: behind a pooler a lock would be anybody's
with key as materialized (
    select nextval('soniq.worker_lock_keys')::integer as key
),
locked as materialized (
    select key
    from key
    where case when $7::boolean then pg_try_advisory_lock(hashtext('soniq.workers'), key) else false end
)
insert into soniq.workers (id, lock_key, host, pid, queues, concurrency, state, beat_at)
select $1, (select key from locked), $2, $3, $4::text[], $5, $6, clock_timestamp()
on conflict (id) do update
set lock_key   = excluded.lock_key,
    generation = workers.generation + 1,
    state      = excluded.state,
    beat_at    = excluded.beat_at
returning clock_timestamp() as now

-- name: beat
-- Say that a worker lives. No row back: it was taken for dead, and has to join again.
-- Where its lock is not in this very session a pooler stands between, and only the heartbeat counts.
-- $1 worker  $2 state
update soniq.workers
set beat_at  = clock_timestamp(),
    state    = $2,
    lock_key = (
        select workers.lock_key
        from pg_locks
        where locktype = 'advisory'
          and pid = pg_backend_pid()
          and classid = hashtext('soniq.workers')::oid
          and objid = workers.lock_key::oid
          and objsubid = 2
          and granted
        limit 1
    )
where id = $1
returning clock_timestamp() as now

-- name: leave
-- Take a worker out that has nothing in its hands.
-- $1 worker
with sleeper as (
    delete from soniq.sleepers
    where worker_id = $1
)
delete from soniq.workers
where id = $1
  and not exists (
      select 1
      from soniq.jobs
      where worker_id = $1
        and state = 'processing'
  )
returning id

-- name: survey
-- How the other workers look: the seconds since their last beat, and whether their lock is free.
-- $1 the worker that asks
with held as materialized (
    select objid::bigint as key
    from pg_locks
    where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())
      and classid = hashtext('soniq.workers')::oid
      and objsubid = 2
      and granted
)
select
    id,
    generation,
    beat_at,
    extract(epoch from clock_timestamp() - beat_at)::double precision as silent,
    lock_key is not null and lock_key::bigint not in (select key from held) as lock_free
from soniq.workers
where id <> $1

-- name: rescue
-- Take the jobs out of the hands of workers that died, unless one gave a sign of life since it was looked at.
-- The attempt is spent, and may be the last, only where no other job can have killed the worker: it was the
-- only one held, or the only rescued one.
-- $1 workers  $2 their generations  $3 their last beats
-- Leans on jobs_held.
with dead as (
    select workers.id, workers.host, workers.pid
    from soniq.workers
    join unnest($1::uuid[], $2::integer[], $3::timestamptz[]) as seen (id, generation, beat_at)
      on seen.id = workers.id
     and seen.generation = workers.generation
     and seen.beat_at = workers.beat_at
    for update of workers
),
company as (
    select job.worker_id, count(*) as jobs, count(*) filter (where job.crashes > 0) as suspects
    from dead
    join soniq.jobs as job
      on job.worker_id = dead.id
     and job.state = 'processing'
    group by job.worker_id
),
held as (
    select
        job.id,
        company.jobs = 1 or (job.crashes > 0 and company.suspects = 1) as spend,
        format('WorkerDied: worker %s on %s (pid %s) died while it held this job', dead.id, dead.host, dead.pid)
            as error
    from dead
    join company
      on company.worker_id = dead.id
    join soniq.jobs as job
      on job.worker_id = dead.id
     and job.state = 'processing'
    for update of job skip locked
),
ended as (
    delete from soniq.jobs as job
    using held
    where job.id = held.id
      and held.spend
      and job.attempt >= job.max_attempts
    returning
        job.id, job.task, job.queue, job.priority, job.args, job.scheduled_at, job.created_at, job.attempt,
        job.max_attempts, job.worker_id, soniq.with_error(job.errors, job.attempt, held.error) as errors, held.error,
        job.concurrency_key, job.concurrency
),
buried as (
    insert into soniq.dead_letter_jobs (
        id, task, queue, priority, args, scheduled_at, created_at, attempt, max_attempts, worker_id, errors,
        reason, last_error, concurrency_key, concurrency
    )
    select
        id, task, queue, priority, args, scheduled_at, created_at, attempt, max_attempts, worker_id, errors,
        'max_retries_exceeded', error, concurrency_key, concurrency
    from ended
    on conflict (id) do nothing
),
rescued as (
    update soniq.jobs as job
    set state      = case when job.concurrency_key is null then 'rescued' else 'keyed' end,
        attempt    = job.attempt - (not held.spend)::integer,
        crashes    = job.crashes + 1,
        errors     = soniq.with_error(job.errors, job.attempt, held.error),
        token      = null,
        updated_at = now()
    from held
    where job.id = held.id
      and not (held.spend and job.attempt >= job.max_attempts)
    returning job.id
)
select
    (select count(*) from rescued) as rescued,
    (select count(*) from ended) as ended

-- name: forget
-- Remove workers that died once nothing is left in their hands.
-- $1 workers  $2 their generations  $3 their last beats
with gone as (
    delete from soniq.workers
    using unnest($1::uuid[], $2::integer[], $3::timestamptz[]) as seen (id, generation, beat_at)
    where workers.id = seen.id
      and workers.generation = seen.generation
      and workers.beat_at = seen.beat_at
      and not exists (
          select 1
          from soniq.jobs
          where worker_id = seen.id
            and state = 'processing'
      )
    returning workers.id
),
asleep as (
    delete from soniq.sleepers
    using gone
    where worker_id = gone.id
)
select id
from gone

-- name: adopt
-- Enter a row for each holder of jobs that has none, so that the sweep finds it dead in its turn.
-- $1 seconds for which a job must have been held
-- Leans on jobs_held.
insert into soniq.workers (id, host, pid, concurrency, beat_at)
select distinct job.worker_id, 'unknown', 0, 0, job.updated_at
from soniq.jobs as job
where job.state = 'processing'
  and job.updated_at < now() - make_interval(secs => $1::double precision)
  and not exists (
      select 1
      from soniq.workers
      where workers.id = job.worker_id
  )
on conflict (id) do nothing
returning id

-- name: lie_down
-- Ask to be woken by whoever enqueues.
-- $1 worker  $2 queues, null for every one
insert into soniq.sleepers (worker_id, queues)
values ($1, $2::text[])
on conflict (worker_id) do update
set queues = excluded.queues

-- name: get_up
-- Busy again: nobody needs to wake this worker.
-- $1 worker
update soniq.sleepers
set queues = '{}'
where worker_id = $1

-- name: wake_nobody
-- Remove the sleepers that are no workers.
delete from soniq.sleepers
where not exists (
    select 1
    from soniq.workers
    where workers.id = sleepers.worker_id
)
