"""Asks how the database itself is: whether it can be written, is whole, and how large it has become."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass

from scanjobs.config import Settings
from scanjobs.db import schema
from scanjobs.db.connection import connect
from scanjobs.db.refusals import translated
from scanjobs.errors import StorageError

_STEPS = 20_000
"""After so many steps of its machine SQLite asks whether it may go on."""
_BUSY_MILLISECONDS = 3000
_INTERRUPTED = "interrupted"
_OF_SERVER = """
    SELECT current_setting('server_version'), current_setting('transaction_read_only'),
           (SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
             WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r')
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """How a database is."""

    version: str
    """Of SQLite, or of the server."""
    revision: str
    bytes: int
    wal_bytes: int = 0
    free_bytes: int = 0
    """Of deleted rows, for new ones."""
    journal_mode: str | None = None
    problem: str | None = None
    """What an examination of its pages has found."""
    is_examined: bool = False
    """Whether that came to its end; a server sees to it itself."""


def condition(settings: Settings, *, examine_seconds: float | None = None) -> Condition:
    """How the database is; it can be opened and written.

    Args:
        settings: Of the database.
        examine_seconds: How long its pages may be examined; None examines all of them, 0 none.

    Raises:
        StorageError: it cannot.
    """
    schema.ensure(settings)
    if settings.database_path is None:
        return _of_server(settings)
    with translated(settings), closing(connect(settings)) as connection:
        if not isinstance(connection, sqlite3.Connection):
            raise TypeError("A file is opened by sqlite3.")
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        (journal_mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        problem, is_examined = _examine(connection, examine_seconds)
    return Condition(
        version=sqlite3.sqlite_version,
        revision=schema.HEAD,
        bytes=pages * size,
        wal_bytes=_wal_bytes(settings),
        free_bytes=free * size,
        journal_mode=journal_mode,
        problem=problem,
        is_examined=is_examined,
    )


def _of_server(settings: Settings) -> Condition:
    with translated(settings), closing(connect(settings)) as connection:
        version, is_read_only, size = connection.execute(_OF_SERVER).fetchone()
    if is_read_only == "on":
        raise StorageError(
            f"The database {settings.database_name} can only be read.",
            hint="It may be a replica: name the primary server in SCANJOBS_DATABASE_URL.",
        )
    return Condition(version=version, revision=schema.HEAD, bytes=size)


def _examine(connection: sqlite3.Connection, seconds: float | None) -> tuple[str | None, bool]:
    if seconds == 0:
        return None, False
    if seconds is not None:
        deadline = time.monotonic() + seconds
        connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        found = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
    except sqlite3.DatabaseError as error:
        if str(error) == _INTERRUPTED:
            return None, False
        return str(error), True
    finally:
        connection.set_progress_handler(None, 0)
    return (None if found == ["ok"] else "; ".join(found)), True


def _wal_bytes(settings: Settings) -> int:
    path = settings.database_path
    try:
        return 0 if path is None else path.with_name(f"{path.name}-wal").stat().st_size
    except OSError:
        return 0
