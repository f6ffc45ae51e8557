"""Keeps the database in shape while others work in it: statistics of its planner, and its log."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from scanjobs.config import Settings
from scanjobs.db import driver, models
from scanjobs.db.connection import Connection
from scanjobs.db.session import engine_for

ROWS_LOOKED_AT = 400
"""Of each index; so few are enough, and take milliseconds however many there are."""


def maintain(settings: Settings) -> dict[str, Any]:
    """Do what a database wants from time to time; answers what was done, for the result of a job.

    Nobody waits for it. Room that rows have left is used for the next ones; to give it back to the disk
    would mean to copy the file while all wait, so that is left to `VACUUM` by hand.
    """
    if settings.database_path is None:
        return _analyse_server(settings)
    with driver.read(settings) as connection:
        return _maintain_file(settings, connection)


def _maintain_file(settings: Settings, connection: Connection) -> dict[str, Any]:
    connection.execute(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}")
    names = _tables_of_scans()
    for name in names:
        connection.execute(f"ANALYZE {name}")  # each a transaction of its own
    # Passive: what nobody reads or writes at the moment; the rest goes the next time.
    _, pages, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    size, free = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] * _page_size(connection)
        for name in ("page_count", "freelist_count")
    )
    return {
        "database": "sqlite",
        "tables_analysed": len(names),
        "log_pages": pages,
        "log_pages_moved": moved,
        "bytes": size,
        "free_bytes": free,
    }


def _tables_of_scans() -> list[str]:
    # Not those of the queue and of what is told: their statements are made for their indexes, and statistics
    # of a moment at which nothing waits would have the planner go through a whole table instead.
    rooms = (models.Scan.__module__, models.Report.__module__)
    mappers = models.Base.registry.mappers
    return sorted(str(mapper.class_.__tablename__) for mapper in mappers if mapper.class_.__module__ in rooms)


def _page_size(connection: Connection) -> int:
    return int(connection.execute("PRAGMA page_size").fetchone()[0])


def _analyse_server(settings: Settings) -> dict[str, Any]:
    """The server's own autovacuum does the rest."""
    names = [table.name for table in models.Base.metadata.sorted_tables]
    engine = engine_for(settings).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in names:
            connection.execute(sa.text(f"ANALYZE {name}"))
        size = connection.execute(
            sa.text(
                "SELECT sum(pg_total_relation_size(format('%I.%I', schemaname, tablename)::regclass))::bigint"
                " FROM pg_tables WHERE schemaname = current_schema()"
            )
        ).scalar_one()
    return {"database": "postgresql", "tables_analysed": len(names), "bytes": size}
