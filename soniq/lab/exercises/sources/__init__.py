"""Code that exercises show and run, and that learners do not change."""
