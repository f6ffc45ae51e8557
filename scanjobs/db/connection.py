"""Opens a connection to the database, the same way for everybody; its URL says which kind it is."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Protocol

from scanjobs.config import Settings, is_postgresql
from scanjobs.domain import clock
from scanjobs.errors import ConfigurationError

BUSY_TIMEOUT_SECONDS = 10.0
"""How long one waits for the lock of a file."""


class Cursor(Protocol):
    """What a statement found."""

    @property
    def rowcount(self) -> int:
        """How many rows it wrote."""
        ...

    @property
    def description(self) -> Any:
        """Its columns, the name of each first."""
        ...

    def fetchone(self) -> Any:
        """The next row."""
        ...

    def fetchall(self) -> list[Any]:
        """All further rows."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """What the plain SQL of this program runs on: sqlite3's connection, or one that behaves like it."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction has begun and not ended."""
        ...

    def execute(self, statement: str, values: Any = ..., /) -> Cursor:
        """Run one statement."""
        ...

    def executemany(self, statement: str, rows: Any, /) -> Cursor:
        """Run one statement for each of these rows."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


def connect(settings: Settings) -> Connection:
    """A fresh connection, set to keep what it has committed through a loss of power.

    Raises:
        ConfigurationError: there is no such kind of database, or its driver is not installed.
    """
    path = settings.database_path
    if path is None:
        opened: Connection = server(settings.database_url).PostgresConnection(settings)
        return opened
    return open_file(path)


def open_file(path: Path) -> sqlite3.Connection:
    """A connection to an SQLite file."""
    connection = sqlite3.connect(
        str(path), timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        _begin_log(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")  # pages: fewer, larger checkpoints
    except BaseException:
        connection.close()
        raise
    return connection


def _begin_log(connection: sqlite3.Connection) -> None:
    # Of several who are the first to open a file, SQLite tells some at once that it is locked: they hold what
    # another one waits for, so the timeout does not apply.
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
        time.sleep(0.002)


def server(url: str) -> ModuleType:
    """The module that speaks with PostgreSQL, loaded only where the URL of the database asks for it.

    Raises:
        ConfigurationError: it asks for something else, or the driver is not installed.
    """
    if not is_postgresql(url):
        kind = url.partition(":")[0]  # the rest may hold a password
        raise ConfigurationError(
            f"A database URL that begins with '{kind}:' cannot be used.",
            hint="Unset SCANJOBS_DATABASE_URL, or name a file, sqlite:////path/to/scanjobs.db, or a server, "
            "postgresql+psycopg://user@host/database",
        )
    try:
        from scanjobs.db import postgres
    except ImportError as error:
        raise ConfigurationError(
            "The database is on a PostgreSQL server, and the driver for it is not installed.",
            hint="Install it with: pip install 'scanjobs[postgres]'",
        ) from error
    return postgres


class NamedRow(tuple[Any, ...]):
    """A row whose columns can be asked for by name as well, as sqlite3's can."""

    __slots__ = ()
    places: ClassVar[dict[str, int]] = {}

    def __getitem__(self, key: Any) -> Any:
        """A column by its name, or by its place."""
        return super().__getitem__(self.places[key] if isinstance(key, str) else key)


def named_rows(connection: Connection, statement: str, values: Any) -> Sequence[Any]:
    """The rows of a statement, their columns by name and by place."""
    if isinstance(connection, sqlite3.Connection):
        cursor = connection.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(statement, values).fetchall()
    found = connection.execute(statement, values)
    places = {column[0]: place for place, column in enumerate(found.description)}
    kind = type("Row", (NamedRow,), {"places": places})
    return [kind(row) for row in found]


def identity(settings: Settings) -> tuple[int, int] | None:
    """Tells one database file from another at the same path; None where there is no file."""
    if settings.database_path is None:
        return None
    try:
        found = settings.database_path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


# Below this room nobody can ask a server what time it is.
clock.ask_servers_by(lambda url: server(url).seconds_of(url))
