-- name: expect
-- Say that an app waits for these jobs, so that their end is told on the channel.
-- $1 app  $2 jobs
insert into soniq.waiters (job_id, app_id)
select job_id, $1
from unnest($2::uuid[]) as awaited (job_id)
on conflict (job_id, app_id) do update
set seen_at = now()

-- name: expect_no_more
-- Say that an app no longer waits for these.
-- $1 app  $2 jobs
delete from soniq.waiters
where job_id = any($2::uuid[])
  and app_id = $1

-- name: going_on
-- Which of these jobs have not ended.
-- $1 jobs
-- Leans on the primary key of jobs.
select id
from soniq.jobs
where id = any($1::uuid[])

-- name: forget_waiters
-- Remove what apps that are gone waited for.
-- $1 seconds without a sign of life
delete from soniq.waiters
where seen_at < now() - make_interval(secs => $1::double precision)
