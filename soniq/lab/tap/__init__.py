"""Watch what a process says to Postgres and to the queue, on the wire, and act at any moment of it.

The code under observation is given another port and nothing else: it needs no hook, and every library
is seen alike.
"""

from soniq.lab.tap.moment import Act, Moment, Observer
from soniq.lab.tap.tap import Tap, tap_postgres, tap_queue

__all__ = ["Act", "Moment", "Observer", "Tap", "tap_postgres", "tap_queue"]
