"""Which installation a statement is meant for, and whether it was found there."""

from dataclasses import dataclass

from soniq.errors import WrongDatabase


@dataclass(frozen=True, slots=True)
class Place:
    """Where an app's statements go.

    Attributes:
        schema: The Postgres schema.
        installation: The id that the app read when it was opened.
        notify: Wake sleeping workers.
    """

    schema: str
    installation: str
    notify: bool = True

    @property
    def notifies(self) -> str:
        """Say `notify` as statements take it: `on` or `off`."""
        return "on" if self.notify else "off"


def check_here(here: object) -> None:
    """Check what a statement says of the installation that it was sent for.

    Args:
        here: False, 0 or nothing where the database holds another one.

    Raises:
        WrongDatabase: It does; nothing was written.
    """
    if not here:
        raise WrongDatabase("this connection leads to a database that holds another Soniq installation")
