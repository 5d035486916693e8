"""The databases and shapes of the conformance suite, for what goes on longer."""

from tests.adapters.conftest import places, queue, shape_name

__all__ = ["places", "queue", "shape_name"]
