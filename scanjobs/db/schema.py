"""Brings the database to the version of this program, once, under a lock; refuses a newer one."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scanjobs.config import Settings
from scanjobs.db.connection import connect
from scanjobs.db.locks import holds_lock
from scanjobs.db.refusals import translated
from scanjobs.errors import ConfigurationError, DatabaseTooNewError, DataFolderError, WorkersTooOldError

REVISIONS = ("0001", "0002", "0003", "0004")
"""Every revision this program knows, oldest first; a test compares it with the migrations folder."""

HEAD = REVISIONS[-1]

_checked: set[tuple[str, int]] = set()


def ensure(settings: Settings) -> None:
    """Compare one value, once in a process; migrate where it is older.

    Raises:
        ConfigurationError: there is no driver for the URL of the database.
        DatabaseTooNewError: the database comes from a newer scanjobs.
        WorkersTooOldError: it comes from an older one, whose worker still runs.
        StorageError: it cannot be opened or written.
    """
    key = (settings.database_url, os.getpid())
    if key in _checked and settings.database_path is not None and settings.database_path.exists():
        return
    _make_folder(settings)
    found = revision(settings)
    if found not in (None, *REVISIONS):
        raise DatabaseTooNewError(
            f"The database {settings.database_path} has the version {found}, "
            f"this program knows versions up to {HEAD}."
        )
    if found != HEAD:
        with _migration_lock(settings.home / "migration.lock"):
            if (found := revision(settings)) != HEAD:
                if found is not None:
                    _refuse_beside_workers(settings)
                _upgrade(settings)
    _checked.add(key)


def revision(settings: Settings) -> str | None:
    """The revision the database has, or None where it is new."""
    if settings.database_path is None:
        raise ConfigurationError(
            f"The database URL {settings.database_url!r} cannot be used.",
            hint="Unset SCANJOBS_DATABASE_URL, or name a file: sqlite:////path/to/scanjobs.db",
        )
    with translated(settings):
        connection = connect(settings)
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return None
            raise
        finally:
            connection.close()
    return None if row is None else str(row[0])


def _refuse_beside_workers(settings: Settings) -> None:
    """A worker that lives was started by the older program, and would not understand the newer tables."""
    with translated(settings):
        connection = connect(settings)
        try:
            rows = connection.execute(
                "SELECT pid, lock_path FROM workers WHERE stopped_at IS NULL"
            ).fetchall()
        finally:
            connection.close()
    living = [pid for pid, lock_path in rows if holds_lock(Path(lock_path))]
    if living:
        raise WorkersTooOldError(living)


def _upgrade(settings: Settings, target: str = HEAD) -> None:
    # Alembic takes 370 ms to import, so only a database that needs it pays.
    import logging

    import sqlalchemy as sa
    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = sa.create_engine("sqlite://", creator=lambda: connect(settings), poolclass=sa.pool.NullPool)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with translated(settings), engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, target)


def _make_folder(settings: Settings) -> None:
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise DataFolderError(settings.home, error.strerror) from error


@contextmanager
def _migration_lock(path: Path) -> Iterator[None]:
    try:
        file = path.open("w")
    except OSError as error:
        raise DataFolderError(path.parent, error.strerror) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
