"""See it: what the queue holds, who works, what happened."""
