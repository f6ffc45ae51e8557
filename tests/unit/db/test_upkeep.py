"""The database is kept in shape while others work in it."""

from __future__ import annotations

import sqlite3

from scanjobs.config import Settings
from scanjobs.db import driver, scans, upkeep
from scanjobs.jobs import looking_statements, statements
from tests import factories
from tests.conftest import on_sqlite_only

HOT = (statements.DELETE_OLD_JOBS, statements.OLDEST_OF_NEWEST, looking_statements.SELECT_FINISHED)


def test_upkeep_tells_what_it_did(settings: Settings, database: str) -> None:
    scans.add_scan(settings, factories.scan_record())

    done = upkeep.maintain(settings)

    assert done["database"] == database
    assert done["tables_analysed"] > 10
    assert done["bytes"] > 100_000


@on_sqlite_only
def test_upkeep_moves_the_log_while_others_read_and_write(settings: Settings) -> None:
    scans.add_scan(settings, factories.scan_record())
    path = settings.database_path
    assert path is not None
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM scans").fetchone()

    done = upkeep.maintain(settings)

    assert 0 < done["log_pages_moved"] <= done["log_pages"]
    with driver.write(settings) as connection:
        connection.execute("UPDATE scans SET source = 'har'")
    reader.close()


@on_sqlite_only
def test_upkeep_does_not_change_how_the_queue_asks(settings: Settings) -> None:
    """Where many jobs have ended and none waits, statistics would tell that an index is of no use."""
    with driver.write(settings) as connection:
        connection.executemany(
            "INSERT INTO jobs (id, task, queue, state, payload, priority, created_at, run_at, finished_at)"
            " VALUES (?, 'work', 'default', 'succeeded', '{}', 0, 1, 1, ?)",
            [(f"{number:08x}", number) for number in range(5000)],
        )
    before = _plans(settings)
    driver.dispose()

    upkeep.maintain(settings)

    driver.dispose()
    assert _plans(settings) == before


def _plans(settings: Settings) -> list[str]:
    values = {"before": 1, "limit": 1, "others": 1}
    with driver.read(settings) as connection:
        return [
            row[3]
            for asked in HOT
            for row in connection.execute(f"EXPLAIN QUERY PLAN {asked}", values).fetchall()
        ]
