"""Fills a database with many copies of one job, by SQL, as fast as it goes."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

STEP = 100_000
OLDEST_SECONDS = 20 * 86_400
YOUNGEST_SECONDS = 2 * 3_600
"""History is spread between these: old enough that results are gone, young enough to be kept."""

_RANDOM_ID = """lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)
                || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"""


def fill(database: Path, rows: int) -> None:
    """Copy the newest job so often; a job that has ended is copied as history."""
    connection = sqlite3.connect(database, isolation_level=None, timeout=30)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -500000")
        seq, ended = connection.execute(
            "SELECT seq, finished_at IS NOT NULL FROM jobs ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        names = [row[1] for row in connection.execute("PRAGMA table_info(jobs)") if row[1] != "seq"]
        values = ", ".join(_value(name, ended=bool(ended)) for name in names)
        for first in range(0, rows, STEP):
            connection.execute(
                f"""
                WITH RECURSIVE numbers(n) AS
                     (SELECT :first UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :last)
                INSERT INTO jobs ({", ".join(names)})
                SELECT {values} FROM numbers, jobs WHERE jobs.seq = :seq
                """,
                {
                    "first": first,
                    "last": min(rows, first + STEP),
                    "seq": seq,
                    "rows": rows,
                    "oldest": OLDEST_SECONDS,
                    "youngest": YOUNGEST_SECONDS,
                },
            )
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    descriptor = os.open(database, os.O_RDONLY)
    os.fsync(descriptor)  # or the first commits that are measured would pay for it
    os.close(descriptor)


def _value(name: str, *, ended: bool) -> str:
    if name == "id":
        return _RANDOM_ID
    if ended and name == "result":
        return "NULL"
    if ended and name in ("created_at", "run_at", "started_at", "finished_at"):
        return f"jobs.{name} - :oldest + (:oldest - :youngest) * n / :rows"
    return f"jobs.{name}"
