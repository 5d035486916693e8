"""What a handler is to the queue: its name, its options, and the contract of its annotations."""
