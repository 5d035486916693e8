-- name: cancel
-- Cancel a job, or ask its worker to: 'cancelled', 'asked', 'too_late' or 'unknown'.
-- No row back: this database holds another installation than $1. Parameters are text, cast here.
-- $1 installation  $2 job
-- Leans on the primary key of jobs, and on job_history_id.
select soniq.cancel_job($2::text::uuid)
where soniq.installation() = $1::text::uuid

-- name: delete
-- Remove a job wherever it is, unless a worker holds it; say how many rows went, and whether one is left.
-- No row back: this database holds another installation than $1. Parameters are text, cast here.
-- $1 installation  $2 job
-- Leans on the primary keys, and on job_history_id.
with free as (
    select id
    from soniq.jobs
    where id = $2::text::uuid
      and state in ('ready', 'later', 'rescued', 'keyed')
      and soniq.installation() = $1::text::uuid
    for update skip locked
),
live as (
    delete from soniq.jobs
    using free
    where jobs.id = free.id
    returning jobs.id
),
past as (
    delete from soniq.job_history
    where id = $2::text::uuid
      and soniq.installation() = $1::text::uuid
    returning id
),
dead as (
    delete from soniq.dead_letter_jobs
    where id = $2::text::uuid
      and soniq.installation() = $1::text::uuid
    returning id
)
select (select count(*) from live) + (select count(*) from past) + (select count(*) from dead)
where soniq.installation() = $1::text::uuid

-- name: run_now
-- Make a job due that waits for its time, and wake who sleeps on its queue; one row: whether it waited.
-- No row back: this database holds another installation than $1. Parameters are text, cast here.
-- $1 installation  $2 job  $3 'on' to wake workers
-- Leans on the primary key of jobs.
with due as (
    update soniq.jobs
    set state      = case
            when concurrency_key is not null then 'keyed'
            when crashes > 0 then 'rescued'
            else 'ready'
        end,
        run_at     = statement_timestamp(),
        updated_at = statement_timestamp()
    where id = $2::text::uuid
      and state = 'later'
      and soniq.installation() = $1::text::uuid
    returning queue
),
woken as (
    select soniq.wake(queue)
    from due
    where $3::text = 'on'
)
select
    exists (select 1 from due) as waited,
    (select count(*) from woken) as woken
where soniq.installation() = $1::text::uuid

-- name: pause
-- Let no worker claim from a queue; one row: whether it was not paused before.
-- No row back: this database holds another installation than $1. Parameters are text, cast here.
-- $1 installation  $2 queue
with paused as (
    insert into soniq.paused_queues (queue)
    select $2::text
    where soniq.installation() = $1::text::uuid
    on conflict (queue) do nothing
    returning queue
)
select exists (select 1 from paused)
where soniq.installation() = $1::text::uuid

-- name: resume
-- Let workers claim from a queue again; one row: whether it was paused.
-- No row back: this database holds another installation than $1. Parameters are text, cast here.
-- $1 installation  $2 queue
with resumed as (
    delete from soniq.paused_queues
    where queue = $2::text
      and soniq.installation() = $1::text::uuid
    returning queue
)
select exists (select 1 from resumed)
where soniq.installation() = $1::text::uuid

-- name: paused
-- Name the paused queues.
select queue
from soniq.paused_queues
order by queue

-- name: look
-- What others want of a worker: the paused queues, the jobs in its hands that are to be cancelled, and whether
-- there are requests for jobs that nobody holds. Twice a second, on tables that are nearly always empty.
-- $1 worker
-- Leans on the primary key of jobs.
select
    array(select queue from soniq.paused_queues) as paused,
    array(
        select request.job_id
        from soniq.cancel_requests as request
        join soniq.jobs as job
          on job.id = request.job_id
         and job.state not in ('ready', 'later', 'rescued', 'keyed')
         and job.worker_id = $1
    ) as mine,
    exists (
        select 1
        from soniq.cancel_requests as request
        where not exists (
            select 1
            from soniq.jobs
            where id = request.job_id
              and state not in ('ready', 'later', 'rescued', 'keyed')
        )
    ) as loose

-- name: cancel_loose
-- Cancel the jobs that were asked for while a worker held them, and that came back to their queue meanwhile.
-- Leans on the primary key of jobs.
select soniq.cancel_job(job.id)
from soniq.cancel_requests as request
join soniq.jobs as job
  on job.id = request.job_id
 and job.state in ('ready', 'later', 'rescued', 'keyed')

-- name: forget_requests
-- Remove the requests whose job has ended.
-- Leans on the primary key of jobs.
delete from soniq.cancel_requests
where not exists (
    select 1
    from soniq.jobs
    where id = cancel_requests.job_id
)
