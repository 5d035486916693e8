"""Test what enqueues and what runs: throw-away queues, jobs run now, assertions on jobs, time that passes.

The pytest plugin beside it is opt-in: `pytest_plugins = ["soniq.testing.pytest_plugin"]`.
"""

from soniq.testing.asserts import assert_enqueued, assert_not_enqueued
from soniq.testing.drain import drain
from soniq.testing.frozen import FrozenTime
from soniq.testing.throwaway import make_app
from soniq.testing.wait import wait_until

__all__ = ["FrozenTime", "assert_enqueued", "assert_not_enqueued", "drain", "make_app", "wait_until"]
