"""Accepts jobs in several databases by turns, a few at a time, so that a busy moment meets all of them.

`python -m peers.accept systems COUNT` compares scanjobs, plain sqlite3 and Huey in fresh databases;
`python -m peers.accept homes COUNT HOME…` compares scanjobs in several data folders. Both print the seconds
for one job, as JSON.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from peers import huey_sqlite, ours, trace
from peers.submit import PAYLOAD
from scanjobs import config
from scanjobs.db import driver
from scanjobs.jobs import statements
from scanjobs.jobs.storage import row_of
from scanjobs.tasks import queue

BLOCK = 50
BULK_TURNS = 4
WARM_UP = 1000
"""Until the write-ahead log of each has its full length: appending to a file is synced more slowly."""
FULL_SYNC = 2


def main() -> None:
    """Do what the arguments say."""
    what, count, homes = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    print(json.dumps(compare_systems(count) if what == "systems" else compare_homes(count, homes)))


def compare_systems(count: int) -> dict[str, float]:
    """Seconds for one job, one at a time and many at once."""
    raw = _raw_connection()
    _require_synced(huey_sqlite.huey.storage.conn)
    bulk = max(1, count // BULK_TURNS)
    rows = _rows(count + WARM_UP + BLOCK + (1 + BULK_TURNS) * bulk)

    def insert(_: str) -> None:
        raw.execute(statements.INSERT_JOB, next(rows))

    one_by_one = alternate(
        {"scanjobs": ours.submit, "sqlite3": insert, "SqliteHuey": huey_sqlite.submit}, count
    )

    def insert_many(many: list[tuple[object, ...]]) -> None:
        raw.execute("BEGIN IMMEDIATE")
        raw.executemany(statements.INSERT_JOB, many)
        raw.execute("COMMIT")

    spent = {"scanjobs bulk": 0.0, "sqlite3 bulk": 0.0}
    for turn in range(1 + BULK_TURNS):
        many = [next(rows) for _ in range(bulk)]
        calls = [
            ("scanjobs bulk", lambda: ours.submit.map([PAYLOAD] * bulk)),
            ("sqlite3 bulk", lambda many=many: insert_many(many)),
        ]
        for name, call in calls if turn % 2 else reversed(calls):
            started = time.perf_counter()
            call()
            if turn:  # the first makes the write-ahead log as long as such a transaction needs
                spent[name] += time.perf_counter() - started
    return one_by_one | {name: seconds / (BULK_TURNS * bulk) for name, seconds in spent.items()}


def compare_homes(count: int, homes: list[str]) -> dict[str, float]:
    """Seconds for one job in each of these data folders."""

    def in_home(home: str) -> Callable[[str], object]:
        settings = config.load({"home": home})

        def submit(payload: str) -> None:
            config.use(settings)
            ours.submit(payload)

        return submit

    return alternate({home: in_home(home) for home in homes}, count)


def alternate(submits: Mapping[str, Callable[[str], object]], count: int) -> dict[str, float]:
    """Seconds for one job by each: a block by the first, a block by the second, and again."""
    for submit in submits.values():
        for _ in range(WARM_UP):
            submit(PAYLOAD)
    spent = dict.fromkeys(submits, 0.0)
    names = list(submits)
    blocks = max(1, count // BLOCK)
    for _ in range(blocks):
        for name in names:
            submit = submits[name]
            started = time.perf_counter()
            for _ in range(BLOCK):
                submit(PAYLOAD)
            spent[name] += time.perf_counter() - started
        names.append(names.pop(0))
    return {name: seconds / (blocks * BLOCK) for name, seconds in spent.items()}


def _raw_connection() -> sqlite3.Connection:
    """A database that scanjobs has made, opened without scanjobs, with the same promise at each commit."""
    home = trace.FOLDER / "raw"
    settings = config.load({"home": home})
    with driver.read(settings) as connection:
        _require_synced(connection)
        checkpoint = connection.execute("PRAGMA wal_autocheckpoint").fetchone()[0]
    raw = sqlite3.connect(home / "scanjobs.db", isolation_level=None)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute(f"PRAGMA wal_autocheckpoint = {checkpoint}")
    _require_synced(raw)
    return raw


def _require_synced(connection: sqlite3.Connection) -> None:
    """The comparison is fair only where everybody's commit is on the disk when it returns."""
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == FULL_SYNC


def _rows(count: int) -> Iterator[tuple[object, ...]]:
    """Rows as scanjobs would write them, made before the clock runs."""
    now = time.time()
    tasks = (ours.noop.signature(PAYLOAD) for _ in range(count))
    return iter([row_of(queue.serialize_task(task).job, now) for task in tasks])


if __name__ == "__main__":
    Path(os.environ["BENCH_FOLDER"]).mkdir(exist_ok=True)
    main()
