"""What happened becomes what the row says."""
