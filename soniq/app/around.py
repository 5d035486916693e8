"""Declare what stands around handlers: hooks, middleware, and resources that a worker opens once."""

from collections.abc import Callable
from typing import Any, TypeVar

from soniq.app.core import Core
from soniq.errors import OptionInvalid
from soniq.task.resource import Resource
from soniq.task.surroundings import Hook, Middleware

H = TypeVar("H", bound=Hook)
M = TypeVar("M", bound=Middleware)
F = TypeVar("F")


class AroundVerbs(Core):
    """Puts things around handlers. A hook is called by name and may be asynchronous; its errors are only logged."""

    def before_job(self, hook: H) -> H:
        """Call this before each handler, with `job_name`, `job_id` and `attempt`.

        Raises:
            OptionInvalid: It is no function.
        """
        self._registry.around.before.append(_checked(hook, "before_job"))
        return hook

    def after_job(self, hook: H) -> H:
        """Call this when a handler has finished, with `job_name`, `job_id` and `duration_ms`.

        Raises:
            OptionInvalid: It is no function.
        """
        self._registry.around.after.append(_checked(hook, "after_job"))
        return hook

    def on_error(self, hook: H) -> H:
        """Call this when an attempt has failed, with `job_name`, `job_id`, `error` (what was raised) and `attempt`.

        Raises:
            OptionInvalid: It is no function.
        """
        self._registry.around.errors.append(_checked(hook, "on_error"))
        return hook

    def middleware(self, function: M) -> M:
        """Run each handler inside `async def function(ctx, call_next)`, the first one declared outermost.

        `await call_next()` runs what is inside and returns its result; what it raises comes out of it, and what
        this function raises or returns in its place is the attempt's outcome.

        Raises:
            OptionInvalid: It is no function.
        """
        self._registry.around.middleware.append(_checked(function, "middleware"))
        return function

    def resource(self, opener: Callable[..., Any]) -> Resource:
        """Open something once a worker: `opener` yields it once, and goes on when the worker stops.

        A handler asks for it with `Annotated[type, resource]`, and so does another resource.

        Raises:
            OptionInvalid: The function does not yield.
        """
        resource = Resource(opener)
        self._registry.around.resources.append(resource)
        return resource


def _checked(function: F, verb: str) -> F:
    if not callable(function):
        raise OptionInvalid(
            f"write `@app.{verb}`, without parentheses, above a function, not {function!r}", option=verb
        )
    return function
