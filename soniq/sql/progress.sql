-- name: report
-- Write how far jobs have come, each only for the attempt that still holds it. No job's row is locked.
-- $1 jobs  $2 tokens  $3 shares from 0 to 1  $4 notes
-- Leans on the primary key of jobs.
insert into soniq.job_progress (job_id, token, share, note)
select job.id, job.token, said.share, said.note
from unnest($1::uuid[], $2::uuid[], $3::double precision[], $4::text[]) as said (id, token, share, note)
join soniq.jobs as job
  on job.id = said.id
 and job.token = said.token
 and job.state not in ('ready', 'later', 'rescued', 'keyed')
on conflict (job_id) do update
set token = excluded.token,
    share = excluded.share,
    note  = excluded.note

-- name: forget
-- Remove the progress of attempts that ended, unless the next attempt has said something already.
-- $1 jobs  $2 tokens
delete from soniq.job_progress
using unnest($1::uuid[], $2::uuid[]) as ended (id, token)
where job_id = ended.id
  and job_progress.token = ended.token

-- name: forget_lost
-- Remove the progress of jobs that are gone: their worker died.
-- Leans on the primary key of jobs.
delete from soniq.job_progress
where not exists (
    select 1
    from soniq.jobs
    where id = job_progress.job_id
)
