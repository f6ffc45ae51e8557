"""What the database driver refuses, as a sentence with a way out."""

from __future__ import annotations

import os
import sqlite3
from types import TracebackType

from scanjobs.config import Settings
from scanjobs.errors import DataFolderError, StorageError


class translated:  # noqa: N801 - read as a verb: `with translated(settings)`
    """Turn what the driver, or the ORM around it, raises into one of our errors."""

    # A class, since a generator would cost each submit more than the message it encodes.
    __slots__ = ("_settings",)

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            return
        cause = getattr(error, "orig", error)  # the ORM wraps what the driver raised
        told = None
        if isinstance(cause, sqlite3.Error):
            told = _told(str(cause), self._settings)
        elif _is_of_psycopg(cause):
            from scanjobs.db import refusals_postgres  # its driver is loaded already

            told = refusals_postgres.told(cause, self._settings.database_name)
        if told is not None:
            raise told from error


def is_duplicate(error: BaseException) -> bool:
    """Whether something was to be stored whose id is there already."""
    return isinstance(error, sqlite3.IntegrityError) or (
        _is_of_psycopg(error) and getattr(error, "sqlstate", None) == "23505"
    )


def is_missing_table(error: BaseException) -> bool:
    """Whether a table was asked for that does not exist."""
    if isinstance(error, sqlite3.OperationalError):
        return "no such table" in str(error)
    return _is_of_psycopg(error) and getattr(error, "sqlstate", None) == "42P01"


def _is_of_psycopg(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] == "psycopg"


def _told(reason: str, settings: Settings) -> StorageError | None:
    place = settings.database_name
    unwritable = settings.database_path is not None and not os.access(settings.home, os.W_OK)
    if "readonly" in reason or ("unable to open" in reason and unwritable):
        return DataFolderError(settings.home, "it is read-only")
    if "unable to open" in reason:
        return StorageError(f"The database {place} cannot be opened.", hint=DataFolderError.hint)
    if "disk is full" in reason:
        return StorageError(
            f"The disk that holds {place} is full.", hint="Free some space and try again; nothing was lost."
        )
    if "disk I/O error" in reason:
        return StorageError(
            f"The disk that holds {place} refused to read or write.",
            hint="Look whether it is full or failing, then try again; what was accepted is kept.",
        )
    if "is locked" in reason or "busy" in reason:
        return StorageError(
            f"The database {place} has been locked by another program for too long.",
            hint="End that program, or try again in a moment.",
        )
    if "not a database" in reason or "malformed" in reason:
        return StorageError(
            f"The file {place} is not a scanjobs database, or it is damaged.",
            hint="Move it away, or restore it from a backup.",
        )
    return None
