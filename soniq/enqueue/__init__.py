"""Stage 1: a call becomes a row, in your transaction."""
