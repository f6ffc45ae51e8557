"""Every failure a user can meet: a sentence, a hint, an exit code."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the process tells the shell."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    FAILURE = 3
    INTERRUPTED = 130


class ScanjobsError(Exception):
    """Something could not be done; the message is a sentence, `hint` says what to do about it."""

    hint: str | None = None
    exit_code: ClassVar[ExitCode] = ExitCode.FAILURE
    is_permanent: ClassVar[bool] = True
    """Whether a job that met it would meet it again at once; others are retried."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if hint is not None:
            self.hint = hint


class UsageError(ScanjobsError):
    """The command was asked in a way that has no meaning."""

    exit_code = ExitCode.USAGE


class ConfigurationError(ScanjobsError):
    """A setting has a value that cannot be used."""

    exit_code = ExitCode.USAGE


class TemplateError(ConfigurationError):
    """A template of one's own, of a report or a message, cannot be used."""


class NotFoundError(ScanjobsError):
    """There is no such thing."""


class AmbiguousIdError(ScanjobsError):
    """More than one thing has an id that begins so."""


class CaptureError(ScanjobsError):
    """A file cannot be taken in as a capture."""


class TruncatedCaptureError(CaptureError):
    """A capture ends before its end."""

    hint = "Record it again, or add --salvage to keep the entries that are complete."


class StorageError(ScanjobsError):
    """A folder, a disk or the database refused."""

    is_permanent = False


class DataFolderError(StorageError):
    """The data folder cannot be made or written."""

    hint = "Name another one with --home or SCANJOBS_HOME, or change its permissions."

    def __init__(self, folder: object, reason: str | None) -> None:
        super().__init__(f"The data folder {folder} cannot be written: {(reason or 'refused').lower()}.")


class DatabaseGoneError(StorageError):
    """The database is not where it was when it was opened."""

    hint = "Restore it and start again; what was in it cannot be had from here."


class ConflictError(StorageError):
    """The database server ended a transaction in favour of another one, so that both do not wait for ever."""

    hint = "Try again; nothing was stored."

    def __init__(self) -> None:
        super().__init__("Another program changed the same things at the same time.")


class DatabaseTooNewError(StorageError):
    """The database was written by a newer scanjobs."""

    hint = "Install that version or a later one; nothing was changed."


class WorkersTooOldError(StorageError):
    """A worker of an older scanjobs still runs on a database that is to be brought to this version."""

    hint = "Stop it, which lets its running jobs finish, and try again; nothing was changed."

    def __init__(self, workers: Sequence[str]) -> None:
        super().__init__(f"A worker of an older scanjobs still runs on this database ({', '.join(workers)}).")


class ReportError(ScanjobsError):
    """A report could not be written."""


class CookieDataError(ScanjobsError):
    """A file of cookie data, or of what a user says about cookies, cannot be used."""


class BaselineError(ScanjobsError):
    """A file of accepted findings cannot be used."""


class DeliveryError(ScanjobsError):
    """A message did not go out for now."""

    is_permanent = False
    retry_after_seconds: float | None = None
    """How long the other side asked to be left alone."""

    def __init__(
        self, message: str, *, hint: str | None = None, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_seconds = retry_after_seconds


class DeliveryRefusedError(DeliveryError):
    """The other side does not want a message, and would not the next time."""

    is_permanent = True


class JobError(ScanjobsError):
    """A job did not end well."""


class JobFailedError(JobError):
    """A job failed; the message is its last error."""


class JobCancelledError(JobError):
    """A job was cancelled before it had a result."""


class JobTimeoutError(JobError):
    """A job was not finished within the time one wanted to wait."""
