"""The ORM's transactions: one way in, joined when nested, shared with the plain SQL of `db.driver`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from scanjobs.config import Settings
from scanjobs.db import driver, schema
from scanjobs.db.connection import Connection, server
from scanjobs.db.engines import make_engine
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
            mine = driver.Transaction(lambda: _connection_of(settings, session), session)
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
    with translated(settings):
        engine = engine_for(settings)
        if settings.database_path is None:
            engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with Session(engine, expire_on_commit=False) as session:
            yield session


def engine_for(settings: Settings) -> sa.Engine:
    """The engine of this process for these settings, its schema brought up to date at first use."""
    key = (settings.database_url, os.getpid())
    engine = _engines.get(key)
    if engine is None:
        schema.ensure(settings)
        engine = _engines[key] = make_engine(settings)
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


def _session_of(outer: driver.Transaction) -> Session:
    if outer.session is None:
        raise RuntimeError(
            "A transaction of plain SQL cannot be joined by the ORM; begin with `transaction`."
        )
    return cast("Session", outer.session)


def _connection_of(settings: Settings, session: Session) -> Connection:
    raw: Any = session.connection().connection.driver_connection
    if settings.database_path is not None:
        return cast("Connection", raw)
    return cast("Connection", server(settings.database_url).PostgresConnection(settings, raw))
