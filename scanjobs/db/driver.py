"""Plain SQL on the driver's own connection, for the queue and for those who only look; no ORM is loaded.

It also knows which transaction this context is in, so that a job is accepted with what it is about.
"""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from scanjobs.config import Settings
from scanjobs.db import schema
from scanjobs.db.connection import Connection, connect
from scanjobs.db.dialect import BEGIN_LOSABLE
from scanjobs.db.refusals import translated
from scanjobs.errors import ConflictError

MOST_TRIES = 6
"""How often a transaction that others were in the way of is tried."""

_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.' || :name, 0))"

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


@dataclass
class Transaction:
    """The transaction this context is in, and what waits for its commit."""

    connection: Callable[[], Connection]
    session: object | None = None
    """The ORM's session, where the transaction was begun by `db.session`."""
    after_commit: list[Callable[[], None]] = field(default_factory=list)


active: ContextVar[Transaction | None] = ContextVar("scanjobs_transaction", default=None)


class _Connections(threading.local):
    """The connections of one thread, by database; a fork makes them somebody else's."""

    def __init__(self) -> None:
        self.open: dict[str, Connection] = {}
        self.pid = os.getpid()


_mine = _Connections()


@contextmanager
def write(settings: Settings, begin: str = "BEGIN IMMEDIATE") -> Iterator[Connection]:
    """Write by plain SQL: all inside is committed together, or not at all; inside a transaction it joins.

    Args:
        settings: Of the database.
        begin: `dialect.BEGIN_LOSABLE` where nobody need wait for the disk: the last moments before a loss
            of power may be undone, and what is committed and waited for after it takes it along.

    Raises:
        StorageError: the database cannot be opened, is full, locked for too long or not ours.
    """
    outer = active.get()
    if outer is not None:
        yield outer.connection()
        return
    with translated(settings):
        connection = _connection(settings)
        mine = Transaction(lambda: connection)
        is_losable = begin == BEGIN_LOSABLE and settings.database_path is not None
        if is_losable:
            connection.execute("PRAGMA synchronous = NORMAL")
        try:
            connection.execute(begin)
            token = active.set(mine)
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                active.reset(token)
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        finally:
            if is_losable:
                connection.execute("PRAGMA synchronous = FULL")
    for call in mine.after_commit:
        call()


def write_one(settings: Settings, statement: str, values: Sequence[Any]) -> bool:
    """Write by one statement, which is a transaction of its own; inside a transaction it joins.

    It costs less than `write`, which matters where every single submit waits for it. Answers whether it is
    committed; inside a transaction it is not.

    Raises:
        StorageError: the database cannot be opened, is full, locked for too long or not ours.
    """
    outer = active.get()
    if outer is not None:
        outer.connection().execute(statement, values)
        return False
    with translated(settings):
        _connection(settings).execute(statement, values)
    return True


@contextmanager
def read(settings: Settings) -> Iterator[Connection]:
    """Read by plain SQL; inside a transaction it sees what that has written."""
    outer = active.get()
    if outer is not None:
        yield outer.connection()
        return
    with translated(settings):
        yield _connection(settings)


@contextmanager
def alone(settings: Settings) -> Iterator[Connection]:
    """Write by statements that are each a transaction of its own; inside a transaction they join."""
    with read(settings) as connection:
        yield connection


def hold(connection: Connection, name: str) -> None:
    """Wait until no other transaction holds this name, and hold it until this one ends.

    For what one reads in order to write something else: there a server lets two go side by side. In SQLite
    whoever writes holds everything anyway.
    """
    if not isinstance(connection, sqlite3.Connection):
        connection.execute(_HOLD, {"name": name})


def retried(function: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
    """Have a function that is one transaction begin anew where a server ended it in favour of another's.

    Inside a transaction around it that is for whoever began that one.
    """

    @wraps(function)
    def tried(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        for number in range(1, MOST_TRIES):
            try:
                return function(*args, **kwargs)
            except ConflictError:
                if active.get() is not None:
                    raise
                time.sleep(random.uniform(0, 0.02 * 2**number))  # noqa: S311 - so that they do not meet again
        return function(*args, **kwargs)

    return tried


def after_commit(call: Callable[[], None]) -> None:
    """Have something done when the present transaction has been committed, or now where there is none."""
    transaction = active.get()
    if transaction is None:
        call()
    else:
        transaction.after_commit.append(call)


def dispose() -> None:
    """Close the connections of this thread: before a fork, and at the end of a test."""
    if _mine.pid == os.getpid():
        for connection in _mine.open.values():
            connection.close()
    forget()


def forget() -> None:
    """In a child after a fork: drop the parent's connections without touching them."""
    if _mine.pid != os.getpid():
        _abandoned.extend(_mine.open.values())
    _mine.open = {}
    _mine.pid = os.getpid()


_abandoned: list[Connection] = []
"""Closing an inherited connection would disturb the parent's, so it is kept and never used."""


def _connection(settings: Settings) -> Connection:
    if _mine.pid != os.getpid():
        forget()
    connection = _mine.open.get(settings.database_url)
    if connection is None:
        schema.ensure(settings)
        connection = _mine.open[settings.database_url] = connect(settings)
    return connection
