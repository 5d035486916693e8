"""What people say about jobs and queues that are under way: cancel, delete, pause, resume."""
