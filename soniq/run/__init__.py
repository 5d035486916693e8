"""Stage 3: a claim meets its handler."""
