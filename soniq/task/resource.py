"""What handlers share and a worker opens once: a pool, a client, a model."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from soniq.errors import OptionInvalid

Opener = Callable[..., Any]


class Resource:
    """A generator function that yields one value; the worker runs it up to there, and on from there at its end.

    Ask for it by annotation: `client: Annotated[httpx.AsyncClient, http]`, where `http` was decorated
    with `@app.resource`.

    Attributes:
        name: The function's.
        opener: The function itself.
    """

    def __init__(self, opener: Opener) -> None:
        if not (inspect.isasyncgenfunction(opener) or inspect.isgeneratorfunction(opener)):
            raise OptionInvalid(
                f"@app.resource needs a function that yields its value once, not {opener!r}", option="resource"
            )
        self.name: str = opener.__qualname__
        self.opener = opener

    def __repr__(self) -> str:
        return f"<resource {self.name!r}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself, as in a test of it."""
        return self.opener(*args, **kwargs)

    def needs(self) -> dict[str, "Resource"]:
        """Return the resources that its parameters ask for, by their names.

        Raises:
            OptionInvalid: A parameter asks for something else, and has no default.
        """
        try:
            hints = get_type_hints(self.opener, include_extras=True)
        except NameError as error:
            raise OptionInvalid(
                f"resource {self.name!r}: an annotation names `{error.name}`, which is not there at run time",
                option="resource",
            ) from error
        needed = dict[str, Resource]()
        for parameter in inspect.signature(self.opener).parameters.values():
            found = asked_for(hints.get(parameter.name))
            if found is not None:
                needed[parameter.name] = found
            elif parameter.default is parameter.empty:
                raise OptionInvalid(
                    f"resource {self.name!r}: parameter `{parameter.name}` is no resource; "
                    "annotate it `Annotated[type, other_resource]`, or give it a default",
                    option="resource",
                )
        return needed


def asked_for(annotation: Any) -> Resource | None:
    """Return the resource that an annotation names, None where it names none."""
    if get_origin(annotation) is not Annotated:
        return None
    return next((one for one in get_args(annotation)[1:] if isinstance(one, Resource)), None)
