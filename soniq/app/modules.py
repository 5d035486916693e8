"""Import the modules that define an app's tasks."""

from collections.abc import Sequence
from importlib import import_module

from soniq.errors import SettingsInvalid


def import_modules(names: Sequence[str] | None) -> None:
    """Import what the setting `jobs_modules` names; a second time does nothing.

    Raises:
        SettingsInvalid: One is not there, or fails when it is imported.
    """
    for name in names or ():
        try:
            import_module(name)
        except Exception as error:  # whatever the user's module does at import
            raise SettingsInvalid(
                f"setting `jobs_modules`: importing {name} failed: {type(error).__name__}: {error}", name="jobs_modules"
            ) from error
