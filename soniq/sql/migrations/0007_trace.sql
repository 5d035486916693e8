-- A job carries the trace in which it was enqueued.
-- Serves code from schema version: 1

-- trace: `traceparent` as the W3C writes it, and `tracestate` on a second line where there is one. Null for all who trace
-- nothing: their enqueue does not name the column.
alter table soniq.jobs add column trace text;
