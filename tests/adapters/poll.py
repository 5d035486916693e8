"""Wait for what another process does, by looking."""

import time
from collections.abc import Callable


def wait_until(happened: Callable[[], bool], timeout: float = 10) -> None:
    """Look until it happened.

    Raises:
        AssertionError: It did not, within `timeout` seconds.
    """
    ends = time.monotonic() + timeout
    while not happened():
        assert time.monotonic() < ends, f"not within {timeout} s"
        time.sleep(0.002)
