"""Makes engines for the ORM and for migrations, on a file or on a server."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from scanjobs.config import Settings
from scanjobs.db.connection import connect, server
from scanjobs.errors import StorageError


def make_engine(settings: Settings, pool: type[sa.pool.Pool] = sa.pool.QueuePool) -> sa.Engine:
    """A fresh engine; transactions that will write say so by the execution option `writes`."""
    if settings.database_path is not None:
        engine = sa.create_engine("sqlite://", creator=lambda: connect(settings), poolclass=pool)
        sa.event.listen(engine, "begin", _begin)
        return engine
    open_raw = server(settings.database_url).open_raw

    def opened() -> Any:
        raw = open_raw(settings)
        raw.autocommit = False
        return raw

    # A connection that a restart of the server has ended is replaced before it is used.
    engine = sa.create_engine("postgresql+psycopg://", creator=opened, poolclass=pool, pool_pre_ping=True)
    sa.event.listen(engine, "commit", _refuse_to_forget)
    return engine


def _begin(connection: sa.Connection) -> None:
    # A transaction that will write takes the lock at once: one that reads first and writes later
    # can be refused half-way ("database is locked") without any waiting.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _refuse_to_forget(connection: sa.Connection) -> None:
    # PostgreSQL takes the COMMIT of a transaction in which a statement failed for a ROLLBACK, without a word.
    raw: Any = connection.connection.driver_connection
    if raw.info.transaction_status.name == "INERROR":
        raise StorageError("A statement of this transaction had failed, so nothing of it was stored.")
