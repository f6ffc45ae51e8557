"""Brings the database to the version of this program, once, under a lock; refuses a newer one."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from scanjobs.config import Settings
from scanjobs.errors import DatabaseTooNewError, DataFolderError

REVISIONS = ("0001",)
"""Every revision this program knows, oldest first; a test compares it with the migrations folder."""

HEAD = REVISIONS[-1]


def ensure(engine: sa.Engine, settings: Settings) -> None:
    """Compare one value; migrate where it is older.

    Raises:
        DatabaseTooNewError: the database comes from a newer scanjobs.
        StorageError: it cannot be opened or written.
    """
    found = revision(engine, settings)
    if found == HEAD:
        return
    if found is not None and found not in REVISIONS:
        raise DatabaseTooNewError(
            f"The database {settings.database_path or settings.home} has the version {found}, "
            f"this program knows versions up to {HEAD}."
        )
    with _migration_lock(settings.home / "migration.lock"):
        if revision(engine, settings) != HEAD:
            _upgrade(engine)


def revision(engine: sa.Engine, settings: Settings) -> str | None:
    """The revision the database has, or None where it is new."""
    from scanjobs.db.session import translated

    with translated(settings), engine.connect() as connection:
        try:
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        except DBAPIError as error:
            if "no such table" in str(error.orig) or "does not exist" in str(error.orig):
                return None
            raise


def _upgrade(engine: sa.Engine) -> None:
    # Alembic takes 370 ms to import, so only a database that needs it pays.
    import logging

    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)


@contextmanager
def _migration_lock(path: Path) -> Iterator[None]:
    try:
        file = path.open("w")
    except OSError as error:
        raise DataFolderError(path.parent, error.strerror) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
