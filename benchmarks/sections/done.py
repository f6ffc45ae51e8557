"""Done: jobs that do nothing, waiting when two processes start; how many of them begin in a second."""

from __future__ import annotations

import sqlite3
import statistics
from collections.abc import Sequence
from pathlib import Path

from contestants import Options, System, contest, in_turn, local_systems, work_off
from peers.processes import ask
from tables import ratio, show

WARM_UP_SHARE = 0.1
"""Of the jobs come first and are not counted: two processes of one system do not begin together."""
FEWEST = 100
BASE = "SqliteHuey"


def run(options: Options, peers: Sequence[System]) -> None:
    """Everybody by turns; ratios to Huey's own storage on SQLite as it is shipped."""
    systems = [*local_systems(), *peers]
    rates: dict[str, list[float]] = {system.name: [] for system in systems}
    by_rows = []
    for number in range(options.runs):
        for system in in_turn(systems, number):
            counted = max(FEWEST, int(options.jobs * system.share))
            warm_up = int(counted * WARM_UP_SHARE)
            with contest(options, system) as (folder, surroundings):
                ask(system.submit("accept", counted + warm_up), surroundings)
                tally = work_off(system, counted + warm_up, folder, surroundings)
                if tally.count != counted + warm_up:
                    print(f"\n{system.name}: {tally.count:,} of {counted + warm_up:,} jobs in time.")
                rates[system.name].append(tally.per_second(warm_up))
                if system is systems[0]:
                    by_rows.append(_rate_by_rows(folder, counted, warm_up))

    show(
        f"Jobs done with two worker processes, after the first {WARM_UP_SHARE:.0%} of them",
        ["", "jobs a second", f"ratio to {BASE} as shipped"],
        [
            [
                system.name,
                f"{statistics.median(rates[system.name]):,.0f}",
                ratio([mine / base for mine, base in zip(rates[system.name], rates[BASE], strict=True)]),
            ]
            for system in systems
        ],
    )
    rate = statistics.median(by_rows)
    print(f"\nBy its rows, to the end of the last, scanjobs does {rate:,.0f} jobs a second.")


def _rate_by_rows(folder: Path, counted: int, warm_up: int) -> float:
    """The same rate by what the engine has written, and a proof that it has written all of it."""
    connection = sqlite3.connect(folder / "home" / "scanjobs.db")
    rows = connection.execute(
        "SELECT started_at, finished_at FROM jobs WHERE state = 'succeeded' ORDER BY started_at"
    ).fetchall()
    connection.close()
    if len(rows) != counted + warm_up:
        raise SystemExit(f"scanjobs has {len(rows)} outcomes of {counted + warm_up} jobs")
    return counted / (max(finished for _, finished in rows) - rows[warm_up][0])
