"""Moves an installation into another database: every row of every table, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import sqlalchemy as sa

from scanjobs.config import Settings
from scanjobs.db import models, schema, workers
from scanjobs.db.connection import connect
from scanjobs.db.engines import make_engine
from scanjobs.db.refusals import translated
from scanjobs.errors import StorageError, UsageError

CHUNK = 1000
"""Rows that are held in memory at once."""

OnProgress = Callable[[str, int, int], None]
"""Called with the name of a table, how many of its rows are there, and how many there will be."""


def copy_database(
    source: Settings, target: Settings, on_progress: OnProgress = lambda table, done, total: None
) -> dict[str, int]:
    """Copy everything into an empty database; answers how many rows each table has.

    Nobody can write into the source meanwhile, and the target is filled in one transaction: whatever goes
    wrong, the one is as it was and the other is empty.

    Raises:
        UsageError: both are the same.
        StorageError: the target holds something, a worker lives on the source, or one of them refused.
    """
    if source.database_url == target.database_url:
        raise UsageError("A database cannot be copied into itself.", hint="Name another one with --to.")
    for settings in (source, target):
        schema.ensure(settings)
    with (
        translated(target),
        _writing(target) as there,
        translated(source),
        _writing(source) as here,
    ):
        _hold_everything(here)
        _refuse_beside_workers(source)
        _require_empty(target, there)
        with translated(target):
            copied = {
                table.name: _copy_table(here, there, table, on_progress)
                for table in models.Base.metadata.sorted_tables
            }
            if there.dialect.name == "postgresql":
                _set_sequences(there)
    return copied


def _writing(settings: Settings) -> Any:
    return make_engine(settings, sa.pool.NullPool).execution_options(writes=True).begin()


def _hold_everything(connection: sa.Connection) -> None:
    """Let nobody write until this transaction ends; a file is held by its beginning already."""
    if connection.dialect.name == "postgresql":
        for table in models.Base.metadata.sorted_tables:
            connection.exec_driver_sql(f"LOCK TABLE {table.name} IN SHARE MODE")


def _refuse_beside_workers(source: Settings) -> None:
    with closing(connect(source)) as connection:
        living = workers.living(source, connection)
    if living:
        raise StorageError(
            f"A worker still runs on {source.database_name} ({', '.join(living)}).",
            hint="Stop it, which lets its running jobs finish, and try again; nothing was copied.",
        )


def _require_empty(target: Settings, connection: sa.Connection) -> None:
    for table in models.Base.metadata.sorted_tables:
        if connection.execute(sa.select(sa.exists(sa.select(table)))).scalar():
            raise StorageError(
                f"The database {target.database_name} is not empty: there are {table.name} in it.",
                hint="Name an empty one, or another schema of it; nothing was copied.",
            )


def _copy_table(here: sa.Connection, there: sa.Connection, table: sa.Table, on_progress: OnProgress) -> int:
    total = here.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
    rows = here.execute(
        sa.select(table).order_by(*table.primary_key), execution_options={"yield_per": CHUNK}
    ).mappings()
    done = 0
    for chunk in rows.partitions():
        there.execute(sa.insert(table), [dict(row) for row in chunk])
        done += len(chunk)
        on_progress(table.name, done, total)
    arrived = there.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
    if arrived != total:
        raise StorageError(f"Of {total} rows of {table.name}, {arrived} have arrived; nothing was copied.")
    return int(total)


def _set_sequences(connection: sa.Connection) -> None:
    """Have new rows numbered after the copied ones."""
    for table in models.Base.metadata.sorted_tables:
        if "seq" in table.c:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'seq'), max(seq)) FROM {table.name}"  # noqa: S608 - a name of ours
            )
