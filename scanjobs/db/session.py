"""Transactions: one way in, joined when nested, with foreign errors turned into ours."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from scanjobs.config import Settings
from scanjobs.db import schema
from scanjobs.errors import DataFolderError, StorageError

BUSY_TIMEOUT_SECONDS = 10.0


@dataclass
class _Transaction:
    """The transaction this context is in, and what waits for its commit."""

    session: Session
    after_commit: list[Callable[[], None]] = field(default_factory=list)


_active: ContextVar[_Transaction | None] = ContextVar("scanjobs_transaction", default=None)
_engines: dict[tuple[str, int], sa.Engine] = {}


@contextmanager
def transaction(settings: Settings) -> Iterator[Session]:
    """Write: everything inside is committed together, or not at all. Inside another one it joins that.

    Raises:
        StorageError: the database cannot be opened, is full, locked for too long or not ours.
    """
    outer = _active.get()
    if outer is not None:
        yield outer.session
        return
    with translated(settings):
        engine = engine_for(settings).execution_options(writes=True)
        with Session(engine, expire_on_commit=False) as session:
            mine = _Transaction(session)
            token = _active.set(mine)
            try:
                with session.begin():
                    session.connection()  # takes the write lock now, not at the first row
                    yield session
            finally:
                _active.reset(token)
    for call in mine.after_commit:
        call()


@contextmanager
def reading(settings: Settings) -> Iterator[Session]:
    """Read from one snapshot; inside a transaction it sees what that has written."""
    outer = _active.get()
    if outer is not None:
        yield outer.session
        return
    with translated(settings), Session(engine_for(settings), expire_on_commit=False) as session:
        yield session


def after_commit(call: Callable[[], None]) -> None:
    """Have something done when the present transaction has been committed, or now where there is none."""
    active = _active.get()
    if active is None:
        call()
    else:
        active.after_commit.append(call)


def engine_for(settings: Settings) -> sa.Engine:
    """The engine of this process for these settings, its schema brought up to date at first use."""
    key = (settings.database_url, os.getpid())
    engine = _engines.get(key)
    if engine is None:
        _make_folder(settings)
        engine = _create_engine(settings.database_url)
        schema.ensure(engine, settings)
        _engines[key] = engine
    return engine


def dispose() -> None:
    """Close every connection of this process: before a fork, and at the end of a test."""
    for engine in _engines.values():
        engine.dispose()
    _engines.clear()


def forget_inherited() -> None:
    """In a child after a fork: drop the parent's engines without touching its connections."""
    for engine in _engines.values():
        engine.dispose(close=False)
    _engines.clear()


def _create_engine(url: str) -> sa.Engine:
    try:
        engine = sa.create_engine(url, connect_args=_connect_arguments(url))
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise StorageError(
            f"The database URL cannot be used: {error}.", hint="Unset SCANJOBS_DATABASE_URL for a local file."
        ) from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connect_arguments(url: str) -> dict[str, Any]:
    if not url.startswith("sqlite"):
        return {}
    # Python's own transaction handling is switched off; `_begin_sqlite` says what begins.
    return {"timeout": BUSY_TIMEOUT_SECONDS, "isolation_level": None}


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that will write takes the lock at once: one that reads first and writes later
    # can be refused half-way ("database is locked") without any waiting.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _make_folder(settings: Settings) -> None:
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise DataFolderError(settings.home, error.strerror) from error


@contextmanager
def translated(settings: Settings) -> Iterator[None]:
    """Turn what the database driver raises into a sentence with a way out."""
    try:
        yield
    except (OperationalError, DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        told = _told(str(cause), settings)
        if told is None:
            raise
        raise told from error


def _told(reason: str, settings: Settings) -> StorageError | None:
    place = settings.database_path or "the database server"
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
            f"The database {place} has been locked by another program for {BUSY_TIMEOUT_SECONDS:g} seconds.",
            hint="End that program, or try again in a moment.",
        )
    if "not a database" in reason or "malformed" in reason:
        return StorageError(
            f"The file {place} is not a scanjobs database, or it is damaged.",
            hint="Move it away, or restore it from a backup.",
        )
    return None
