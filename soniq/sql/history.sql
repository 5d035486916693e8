-- name: try_lock
-- Whether this session may take away days of the history now: one at a time. Held until the session ends.
select pg_try_advisory_lock(hashtext('soniq.prune_history')) as taken

-- name: old_days
-- The days of the history that may go, oldest first, those that are half gone before all: a day that ended so long
-- ago, one whose detach was interrupted (at any age: it stands in the way of others), one that we have detached and
-- not dropped. A day that somebody else detached has no mark of ours, and is left alone.
-- $1 days to keep
select
    right(day.relname, 8) as day,
    case
        when link.inhrelid is null then 'detached'
        when link.inhdetachpending then 'detaching'
        else 'attached'
    end as state,
    marked.ours as marked,
    pg_has_role(day.relowner, 'usage') and pg_has_role(history.relowner, 'usage') as owned
from pg_class as history
join pg_class as day
  on day.relnamespace = history.relnamespace
 and day.relkind = 'r'
 and day.relname ~ '^job_history_[0-9]{8}$'
left join pg_inherits as link
  on link.inhrelid = day.oid
 and link.inhparent = history.oid
cross join lateral (
    select coalesce(obj_description(day.oid, 'pg_class') = 'to be dropped', false) as ours
) as marked
where history.oid = 'soniq.job_history'::regclass
  and case
      when link.inhrelid is null then marked.ours
      when link.inhdetachpending then true
      else right(day.relname, 8) < to_char((now() at time zone 'UTC')::date - $1::integer, 'YYYYMMDD')
  end
order by coalesce(link.inhdetachpending, true) desc, day.relname

-- name: mark
-- Say that a day is to be dropped, so that whoever comes after an interruption knows. The day's eight digits stand in
-- place of the zeros: no parameter can name a table.
comment on table soniq.job_history_00000000 is 'to be dropped'

-- name: detach
-- Take a day out of the history while others read and write it. Not inside a transaction, nor in a function.
-- The day's eight digits stand in place of the zeros.
alter table soniq.job_history detach partition soniq.job_history_00000000 concurrently

-- name: finish_detach
-- Bring a detach to its end that was interrupted.
-- The day's eight digits stand in place of the zeros.
alter table soniq.job_history detach partition soniq.job_history_00000000 finalize

-- name: drop
-- Drop a day that is no longer a part of the history.
-- The day's eight digits stand in place of the zeros.
drop table soniq.job_history_00000000

-- name: short_wait
-- Wait for locks no longer than this, in this session.
-- $1 such as 1s
select set_config('lock_timeout', $1, false)
