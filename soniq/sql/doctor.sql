-- name: clock
-- The database's time, and whether this role sees what other roles' sessions do.
select
    clock_timestamp() as now,
    pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees_everybody

-- name: backend
-- Which of the server's processes runs this.
select pg_backend_pid()

-- name: notify
-- Say something that only a doctor listens to.
-- $1 what
select pg_notify('soniq_doctor', $1)

-- name: lock
-- Take a lock that this session is to keep.
-- $1 key
select pg_advisory_lock(hashtext('soniq.doctor'), $1)

-- name: holds_lock
-- Whether this very session holds it.
-- $1 key
select exists (
    select 1
    from pg_locks
    where locktype = 'advisory'
      and pid = pg_backend_pid()
      and classid = hashtext('soniq.doctor')::oid
      and objid = $1::integer::oid
      and objsubid = 2
      and granted
)

-- name: unlock
-- Let it go.
-- $1 key
select pg_advisory_unlock(hashtext('soniq.doctor'), $1)

-- name: snapshots
-- Whose open transactions keep dead rows from being removed, oldest first. Vacuum's own do not.
select
    pid,
    coalesce(usename, '') as role,
    coalesce(application_name, '') as program,
    coalesce(state, '') as state,
    extract(epoch from clock_timestamp() - xact_start)::double precision as seconds
from pg_stat_activity
where datname = current_database()
  and (backend_xmin is not null or backend_xid is not null)
  and xact_start is not null
  and backend_type <> 'autovacuum worker'
  and pid <> pg_backend_pid()
order by xact_start
limit 3

-- name: dead_rows
-- How many rows of the hot table are dead, how many are alive, and when it was last vacuumed.
select
    n_dead_tup as dead,
    n_live_tup as alive,
    extract(epoch from now() - greatest(last_vacuum, last_autovacuum))::double precision as vacuumed_ago
from pg_stat_all_tables
where relid = 'soniq.jobs'::regclass

-- name: unserved
-- Queues with jobs that no living worker serves.
-- $1 seconds of silence after which a worker is dead
select
    job.queue,
    count(*) as jobs,
    extract(epoch from now() - min(job.created_at))::double precision as oldest
from soniq.jobs as job
where job.state in ('ready', 'later', 'rescued')
  and not exists (
      select 1
      from soniq.workers
      where workers.beat_at > clock_timestamp() - make_interval(secs => $1::double precision)
        and (workers.queues is null or job.queue = any(workers.queues))
  )
group by job.queue
order by jobs desc, job.queue

-- name: unknown_tasks
-- Tasks that jobs name and this program does not have.
-- $1 the names that it has
select task, count(*) as jobs
from soniq.jobs
where task <> all($1::text[])
group by task
order by jobs desc, task

-- name: silent_workers
-- Workers that gave no sign of life for too long, and what they still hold.
-- $1 seconds
-- Leans on jobs_held.
select
    host,
    pid,
    extract(epoch from clock_timestamp() - beat_at)::double precision as silent,
    (select count(*) from soniq.jobs where worker_id = workers.id and jobs.state = 'processing') as jobs
from soniq.workers
where beat_at < clock_timestamp() - make_interval(secs => $1::double precision)
order by beat_at

-- name: history_days
-- For how many days without a gap, today first, the history has a partition.
-- $1 days to look at
select count(*)
from (
    select bool_and(
        to_regclass('soniq.job_history_' || to_char((now() at time zone 'UTC')::date + step, 'YYYYMMDD')) is not null
    ) over (order by step) as unbroken
    from generate_series(0, $1::integer - 1) as step
) as days
where unbroken
