"""Hand the schema's migrations to whoever applies them with a tool of their own."""

from soniq.app.core import Core
from soniq.job.numbers import check_whole
from soniq.sql.export import export
from soniq.sql.migrate import Migration, migrations


class MigrationVerbs(Core):
    """Shows the migrations; `setup()` applies them."""

    @property
    def migrations(self) -> tuple[Migration, ...]:
        """The migrations of this code, in order; each has a `version`, a `name` and its `text`."""
        return migrations()

    def export_migrations(self, after: int = 0) -> list[str]:
        """Return the SQL that `setup()` would run, a statement each, for this app's schema; no database is asked.

        Args:
            after: The version at which the schema is; 0 where it is not there yet.

        Raises:
            OptionInvalid: There is no such version.
        """
        check_whole("after", after, 0, len(migrations()))
        return export(self._settings.database_schema, migrations(), after)
