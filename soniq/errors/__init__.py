"""Everything that Soniq refuses: one class a code, each with what to do about it.

A message says what happened, the hint what to do, `context` holds the facts as data.
"""

from soniq.errors.app import (
    AppClosed,
    CodeTooOld,
    DatabaseUnreachable,
    LabUnavailable,
    MigrationBlocked,
    NoDatabase,
    SchemaTooOld,
    SessionNeeded,
    SettingsInvalid,
    WrongLoop,
)
from soniq.errors.base import SoniqError
from soniq.errors.calls import (
    ArgumentsInvalid,
    ConnectionRequired,
    DuplicateTask,
    InvalidTaskName,
    OptionInvalid,
    ScheduleInvalid,
    UniqueBusy,
    UniqueConflict,
    UniqueInBatch,
    UnjoinedEnqueue,
    UnjoinedWarning,
    UnknownTask,
)
from soniq.errors.connections import (
    ConnectionUnusable,
    NotInTransaction,
    PermissionDenied,
    SchemaMissing,
    TransactionAborted,
    TransactionReadOnly,
    UnsupportedConnection,
    WrongDatabase,
)
from soniq.errors.jobs import (
    AlreadyCompleted,
    ClaimLost,
    ContextUnusable,
    DeadLetterNotFound,
    JobNotFound,
    ProcessDied,
    ResourceFailed,
    ResultInvalid,
    WaitTimedOut,
)

__all__ = [
    "AlreadyCompleted",
    "AppClosed",
    "ArgumentsInvalid",
    "ClaimLost",
    "CodeTooOld",
    "ConnectionRequired",
    "ConnectionUnusable",
    "ContextUnusable",
    "DatabaseUnreachable",
    "DeadLetterNotFound",
    "DuplicateTask",
    "InvalidTaskName",
    "JobNotFound",
    "LabUnavailable",
    "MigrationBlocked",
    "NoDatabase",
    "NotInTransaction",
    "OptionInvalid",
    "PermissionDenied",
    "ProcessDied",
    "ResourceFailed",
    "ResultInvalid",
    "ScheduleInvalid",
    "SchemaMissing",
    "SchemaTooOld",
    "SessionNeeded",
    "SettingsInvalid",
    "SoniqError",
    "TransactionAborted",
    "TransactionReadOnly",
    "UniqueBusy",
    "UniqueConflict",
    "UniqueInBatch",
    "UnjoinedEnqueue",
    "UnjoinedWarning",
    "UnknownTask",
    "UnsupportedConnection",
    "WaitTimedOut",
    "WrongDatabase",
    "WrongLoop",
]

for _name in __all__:
    globals()[_name].__module__ = __name__  # where people import them from, and what a traceback calls them
