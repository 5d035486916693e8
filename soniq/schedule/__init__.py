"""Stage 5: the clock enqueues."""
