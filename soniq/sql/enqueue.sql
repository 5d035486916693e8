-- name: installation
-- Say which installation this database holds, and which code it serves.
select soniq.installation()::text as installation, schema_version, serves_from
from soniq.meta

-- name: one
-- Write one job that is due now, and wake a worker only where one sleeps: NOTIFY makes committing transactions
-- queue up. The most frequent case by far, so it says no more than it needs; `many` writes whatever else there is.
-- No row written: this database holds another installation than $1. How many were written is the answer: a row
-- to return would cost 3 % of a small transaction.
-- Every parameter is text and cast here, so no jsonb codec of the user's connection can change it.
-- $1 installation  $2 id  $3 task  $4 args  $5 queue  $6 priority  $7 max attempts
insert into soniq.jobs (id, task, args, queue, priority, max_attempts, state, run_at)
select
    $2::text::uuid,
    $3::text,
    $4::text::jsonb,
    $5::text,
    $6::text::integer,
    $7::text::integer,
    'ready',
    statement_timestamp()
where soniq.installation() = $1::text::uuid
  and case when pg_sequence_last_value('soniq.asleep'::regclass) > 0 then soniq.wake($5::text) else true end

-- name: many
-- Write any number of jobs in one statement; one wake-up a queue, only where a worker sleeps.
-- One row back: whether this database holds installation $1. Where it does not, nothing was written.
-- What may be sent a second time, and jobs with a key or a trace, are for `many_whole`. ON CONFLICT, rows to return and columns
-- in which all are alike cost 50,000 jobs half of the server's time: of $4 and $6 to $10 one element stands for all.
-- $1 installation  $2 'on' to wake workers  $3 ids  $4 tasks  $5 args  $6 queues  $7 priorities
-- $8 max attempts  $9 run at, or null each  $10 seconds from now, or null each
with here as (
    select 1
    where soniq.installation() = $1::text::uuid
),
written as (
    insert into soniq.jobs (id, task, args, queue, priority, max_attempts, state, run_at, scheduled_at)
    select
        new.id::uuid,
        case when cardinality($4::text[]) = 1 then ($4::text[])[1] else new.task end,
        new.args::jsonb,
        case when cardinality($6::text[]) = 1 then ($6::text[])[1] else new.queue end,
        case when cardinality($7::text[]) = 1 then ($7::text[])[1] else new.priority end::integer,
        case when cardinality($8::text[]) = 1 then ($8::text[])[1] else new.max_attempts end::integer,
        case when asked.at > statement_timestamp() then 'later' else 'ready' end,
        coalesce(asked.at, statement_timestamp()),
        asked.at
    from here
    cross join unnest(
        $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[]
    ) as new (id, task, args, queue, priority, max_attempts, run_at, delay)
    cross join lateral (
        select coalesce(
            case when cardinality($9::text[]) = 1 then ($9::text[])[1] else new.run_at end::timestamptz,
            statement_timestamp() + make_interval(
                secs => case when cardinality($10::text[]) = 1 then ($10::text[])[1] else new.delay end::double precision
            )
        ) as at
    ) as asked
),
woken as (
    select soniq.wake(fresh.queue)
    from here
    cross join (select distinct queue from unnest($6::text[]) as given (queue)) as fresh
    where $2::text = 'on'
)
select
    (select count(*) from here) as here,
    (select count(*) from woken) as woken

-- name: many_whole
-- The same with whatever else a job may have: a key, which makes it keyed instead of ready, and a trace. A statement of
-- its own, because more columns cost a batch that needs none of them a tenth. Also where `many` was sent and its answer
-- was lost: an id that is there already is left alone.
-- One row back: whether this database holds installation $1. Where it does not, nothing was written.
-- $1 installation  $2 'on' to wake workers  $3 ids  $4 tasks  $5 args  $6 queues  $7 priorities
-- $8 max attempts  $9 run at, or null each  $10 seconds from now, or null each  $11 keys, $12 their limits, or null each
-- $13 traces, or null each
with here as (
    select 1
    where soniq.installation() = $1::text::uuid
),
written as (
    insert into soniq.jobs (
        id, task, args, queue, priority, max_attempts, state, run_at, scheduled_at, concurrency_key, concurrency,
        trace
    )
    select
        new.id::uuid,
        new.task,
        new.args::jsonb,
        new.queue,
        new.priority::integer,
        new.max_attempts::integer,
        case
            when asked.at > statement_timestamp() then 'later'
            when new.concurrency_key is not null then 'keyed'
            else 'ready'
        end,
        coalesce(asked.at, statement_timestamp()),
        asked.at,
        new.concurrency_key,
        new.concurrency::integer,
        new.trace
    from here
    cross join unnest(
        $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
        $11::text[], $12::text[], $13::text[]
    ) as new (
        id, task, args, queue, priority, max_attempts, run_at, delay, concurrency_key, concurrency, trace
    )
    cross join lateral (
        select coalesce(
            new.run_at::timestamptz,
            statement_timestamp() + make_interval(secs => new.delay::double precision)
        ) as at
    ) as asked
    on conflict (id) do nothing
    returning queue
),
woken as (
    select soniq.wake(fresh.queue)
    from (select distinct queue from written) as fresh
    where $2::text = 'on'
)
select
    (select count(*) from here) as here,
    (select count(*) from woken) as woken
