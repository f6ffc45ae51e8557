"""Size: the file around 100,000 jobs, after pruning all of them, and what VACUUM would make of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from contestants import Options, System, environment, local_systems, work_off
from peers import filling
from peers.processes import ask, fresh_folder
from tables import show

from scanjobs import config
from scanjobs.db import driver
from scanjobs.domain.clock import SystemClock
from scanjobs.jobs import pruning

JOBS = 100_000
TIMES = 10
"""As many times the jobs of one run, where that is fewer."""


def run(options: Options, _: Sequence[System]) -> None:
    """One database through its life."""
    jobs = min(JOBS, TIMES * options.jobs)
    system = local_systems()[0]
    rows = []
    with fresh_folder() as folder:
        surroundings = environment(options, folder)
        ask(system.submit("accept", 1), surroundings)
        database = folder / "home" / "scanjobs.db"
        rows.append(["fresh", *_sizes(database, folder)])

        filling.fill(database, jobs - 1)
        rows.append([f"{jobs:,} jobs waiting", *_sizes(database, folder)])
        tally = work_off(system, jobs, folder, surroundings)
        if tally.count != jobs:
            raise SystemExit(f"scanjobs has begun {tally.count:,} of {jobs:,} jobs in time")
        rows.append([f"{jobs:,} jobs done", *_sizes(database, folder)])

        settings = replace(config.load({"home": folder / "home"}), history_days=1e-6, result_seconds=0.0)
        started = time.perf_counter()
        while pruning.prune(settings, SystemClock()):
            pass
        seconds = time.perf_counter() - started
        rows.append(["all pruned", *_sizes(database, folder)])
        driver.dispose()

    show(
        f"Size of the database around {jobs:,} jobs with a payload of 1 KB",
        ["", "file", "of it free for new jobs", "write-ahead log", "after VACUUM"],
        rows,
    )
    print(f"\nPruning took {seconds:.1f} s, {jobs / seconds:,.0f} jobs a second.")


def _sizes(database: Path, folder: Path) -> list[str]:
    wal = database.with_name(database.name + "-wal")
    log = wal.stat().st_size if wal.exists() else 0
    compact = folder / "compact.db"
    connection = sqlite3.connect(database, timeout=30)
    connection.execute("VACUUM INTO ?", (str(compact),))
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    pages, free, page_size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    connection.close()
    small = compact.stat().st_size
    compact.unlink()
    return [f"{number / 1e6:,.1f} MB" for number in (pages * page_size, free * page_size, log, small)]
