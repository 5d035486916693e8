-- Dead letters are chosen by one filter, whatever is then done with them; and the database can make a job's id.
-- Serves code from schema version: 1

-- Whether a dead letter is one of those that the caller wants: everything that the filter names has to fit.
-- Keys: id, task, queue, reason, error_class, tags (all of them), from_time (included), to_time (not included),
-- older_than_days, replayed. One expression without a subquery, so that the planner sees through the call.
create function soniq.is_wanted(dead soniq.dead_letter_jobs, wanted jsonb) returns boolean
language sql stable parallel safe
return (wanted ->> 'id' is null or dead.id = (wanted ->> 'id')::uuid)
    and (wanted ->> 'task' is null or dead.task = wanted ->> 'task')
    and (wanted ->> 'queue' is null or dead.queue = wanted ->> 'queue')
    and (wanted ->> 'reason' is null or dead.reason = wanted ->> 'reason')
    and (wanted ->> 'error_class' is null or split_part(dead.last_error, ':', 1) = wanted ->> 'error_class')
    and (wanted -> 'tags' is null or to_jsonb(dead.tags) @> (wanted -> 'tags'))
    and (wanted ->> 'from_time' is null or dead.dead_at >= (wanted ->> 'from_time')::timestamptz)
    and (wanted ->> 'to_time' is null or dead.dead_at < (wanted ->> 'to_time')::timestamptz)
    and (
        wanted ->> 'older_than_days' is null
        or dead.dead_at < now() - (wanted ->> 'older_than_days')::double precision * interval '1 day'
    )
    and (wanted ->> 'replayed' is null or (dead.resurrection_count > 0) = (wanted ->> 'replayed')::boolean);

-- A UUIDv7, as the client makes them: for statements that write more jobs than the client knows of.
-- 48 bits of milliseconds over a random UUID, and its version 4 (0100) made 7 (0111).
create function soniq.new_id() returns uuid
language sql volatile parallel safe
return encode(
    set_bit(
        set_bit(
            overlay(
                uuid_send(gen_random_uuid())
                placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
                from 1 for 6
            ),
            52, 1
        ),
        53, 1
    ),
    'hex'
)::uuid;
