"""Accept: jobs submitted one at a time and many at once, beside a bare INSERT of the same row."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence

from contestants import Options, System, contest, environment, in_turn
from peers.processes import ask, fresh_folder
from tables import ratio, show

ON_REDIS_SHARE = 0.25


def run(options: Options, peers: Sequence[System]) -> None:
    """Those on SQLite by turns in one process; then those on Redis, each in a process of its own."""
    _durable(options)
    _on_redis(options, [system for system in peers if not _is_repeated(system, peers)])


def _durable(options: Options) -> None:
    runs = []
    for _ in range(options.runs):
        with fresh_folder() as folder:
            command = [sys.executable, "-m", "peers.accept", "systems", str(options.jobs)]
            runs.append(ask(command, environment(options, folder)))

    def row(title: str, name: str, base: str) -> list[str]:
        rate = statistics.median(1 / run[name] for run in runs)
        return [title, f"{rate:,.0f}", ratio([run[base] / run[name] for run in runs])]

    show(
        "Accept, each job durable when the call returns",
        ["", "jobs a second", "ratio to `sqlite3`"],
        [
            row("scanjobs, one at a time", "scanjobs", "sqlite3"),
            row("`sqlite3`, the same INSERT", "sqlite3", "sqlite3"),
            row("SqliteHuey, one at a time", "SqliteHuey", "sqlite3"),
            row("scanjobs, many at once (`map`)", "scanjobs bulk", "sqlite3 bulk"),
            row("`sqlite3`, `executemany` of the same rows", "sqlite3 bulk", "sqlite3 bulk"),
        ],
    )


def _on_redis(options: Options, peers: Sequence[System]) -> None:
    rates: dict[str, list[float]] = {system.short_name: [] for system in peers}
    for number in range(options.runs):
        for system in in_turn(peers, number):
            with contest(options, system) as (_, surroundings):
                command = system.submit("accept", int(options.jobs * ON_REDIS_SHARE))
                rates[system.short_name].append(1 / ask(command, surroundings))
    if rates:
        show(
            "Accept on Redis, one at a time; how far it is synced is said above",
            ["", "jobs a second"],
            [[name, f"{statistics.median(found):,.0f}"] for name, found in rates.items()],
        )


def _is_repeated(system: System, peers: Sequence[System]) -> bool:
    """Whether another one has submitted in the same way before: they differ in their workers alone."""
    return next(one for one in peers if one.module == system.module) is not system
