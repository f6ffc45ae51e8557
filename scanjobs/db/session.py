"""The ORM's transactions: one way in, joined when nested, shared with the plain SQL of `db.driver`."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from scanjobs.config import Settings
from scanjobs.db import driver, schema
from scanjobs.db.connection import connect
from scanjobs.db.refusals import translated

_engines: dict[tuple[str, int], sa.Engine] = {}


@contextmanager
def transaction(settings: Settings) -> Iterator[Session]:
    """Write: everything inside is committed together, or not at all. Inside another one it joins that.

    Raises:
        StorageError: the database cannot be opened, is full, locked for too long or not ours.
    """
    outer = driver.active.get()
    if outer is not None:
        yield _session_of(outer)
        return
    with translated(settings):
        engine = engine_for(settings).execution_options(writes=True)
        with Session(engine, expire_on_commit=False) as session:
            mine = driver.Transaction(lambda: _connection_of(session), session)
            token = driver.active.set(mine)
            try:
                with session.begin():
                    session.connection()  # takes the write lock now, not at the first row
                    yield session
            finally:
                driver.active.reset(token)
    for call in mine.after_commit:
        call()


@contextmanager
def reading(settings: Settings) -> Iterator[Session]:
    """Read from one snapshot; inside a transaction it sees what that has written."""
    outer = driver.active.get()
    if outer is not None:
        yield _session_of(outer)
        return
    with translated(settings), Session(engine_for(settings), expire_on_commit=False) as session:
        yield session


def engine_for(settings: Settings) -> sa.Engine:
    """The engine of this process for these settings, its schema brought up to date at first use."""
    key = (settings.database_url, os.getpid())
    engine = _engines.get(key)
    if engine is None:
        schema.ensure(settings)
        engine = sa.create_engine("sqlite://", creator=lambda: connect(settings), poolclass=sa.pool.QueuePool)
        sa.event.listen(engine, "begin", _begin)
        _engines[key] = engine
    return engine


def dispose() -> None:
    """Close every connection of this process: before a fork, and at the end of a test."""
    for engine in _engines.values():
        engine.dispose()
    _engines.clear()
    driver.dispose()


def forget_inherited() -> None:
    """In a child after a fork: drop the parent's engines without touching its connections."""
    for engine in _engines.values():
        engine.dispose(close=False)
    _engines.clear()
    driver.forget()


def _begin(connection: sa.Connection) -> None:
    # A transaction that will write takes the lock at once: one that reads first and writes later
    # can be refused half-way ("database is locked") without any waiting.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _session_of(outer: driver.Transaction) -> Session:
    if outer.session is None:
        raise RuntimeError(
            "A transaction of plain SQL cannot be joined by the ORM; begin with `transaction`."
        )
    return cast("Session", outer.session)


def _connection_of(session: Session) -> sqlite3.Connection:
    return cast("sqlite3.Connection", session.connection().connection.driver_connection)
