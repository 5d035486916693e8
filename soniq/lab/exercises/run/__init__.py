"""Run a learner's cell in processes of its own, and check what comes of it."""
