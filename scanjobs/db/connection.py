"""Opens a connection to the database, the same way for everybody."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from scanjobs.config import Settings

BUSY_TIMEOUT_SECONDS = 10.0


def connect(settings: Settings) -> sqlite3.Connection:
    """A fresh connection, set to keep what it has committed through a loss of power."""
    path = settings.database_path
    connection = sqlite3.connect(
        str(path), timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")  # pages: fewer, larger checkpoints
    except BaseException:
        connection.close()
        raise
    return connection


def identity(settings: Settings) -> tuple[int, int] | None:
    """Tells one database file from another at the same path; None where there is no file."""
    try:
        found = Path(settings.database_path or "").stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
