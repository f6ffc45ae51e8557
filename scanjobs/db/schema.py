"""Brings the database to the version of this program, once, under a lock; refuses a newer one."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from scanjobs.config import Settings
from scanjobs.db import workers
from scanjobs.db.connection import connect
from scanjobs.db.refusals import is_missing_table, translated
from scanjobs.errors import DatabaseTooNewError, DataFolderError, WorkersTooOldError

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
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
    if key in _checked and (settings.database_path is None or settings.database_path.exists()):
        return
    _make_folder(settings)
    found = revision(settings)
    if found not in (None, *REVISIONS):
        raise DatabaseTooNewError(
            f"The database {settings.database_name} has the version {found}, "
            f"this program knows versions up to {HEAD}."
        )
    if found != HEAD:
        with _migration_lock(settings):
            if (found := revision(settings)) != HEAD:
                if found is not None:
                    _refuse_beside_workers(settings)
                _upgrade(settings)
    _checked.add(key)


def revision(settings: Settings) -> str | None:
    """The revision the database has, or None where it is new."""
    with translated(settings), closing(connect(settings)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except Exception as error:
            if is_missing_table(error):
                return None
            raise
    return None if row is None else str(row[0])


def _refuse_beside_workers(settings: Settings) -> None:
    """A worker that lives was started by the older program, and would not understand the newer tables."""
    with translated(settings), closing(connect(settings)) as connection:
        living = workers.living(settings, connection)
    if living:
        raise WorkersTooOldError(living)


def _upgrade(settings: Settings, target: str = HEAD) -> None:
    # Alembic takes 370 ms to import, so only a database that needs it pays.
    import logging

    import sqlalchemy as sa
    from alembic import command
    from alembic.config import Config

    from scanjobs.db.engines import make_engine

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = make_engine(settings, sa.pool.NullPool).execution_options(writes=True)
    with translated(settings), engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, target)


def _make_folder(settings: Settings) -> None:
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        if settings.database_path is not None:  # whoever uses a server may never need the folder
            raise DataFolderError(settings.home, error.strerror) from error


@contextmanager
def _migration_lock(settings: Settings) -> Iterator[None]:
    """One process at a time: by a file beside a file, by a lock of the server on a server."""
    if settings.database_path is None:
        with translated(settings), closing(connect(settings)) as connection:
            connection.execute("SET lock_timeout = 0")  # a migration may take as long as it takes
            connection.execute("SELECT pg_advisory_lock(hashtextextended(current_schema() || '.schema', 0))")
            yield
        return
    path = settings.home / "migration.lock"
    try:
        file = path.open("w")
    except OSError as error:
        raise DataFolderError(path.parent, error.strerror) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
