"""Latency: from submit to start on an idle worker; then what each of its processes uses."""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contestants import Options, System, contest, in_turn, local_systems
from peers import trace
from peers.processes import Group, Use, ask, running
from peers.submit import LONE_PAUSE_SECONDS, MARK_WARM_UP
from tables import milliseconds, percentile, show

JOBS = 300
IDLE_SECONDS = 20.0


@dataclass
class Found:
    """What is known of one system."""

    waits: list[float] = field(default_factory=list)
    lone_waits: list[float] = field(default_factory=list)
    """Of jobs that came after a while of nothing."""
    cpu_percent: float = 0.0
    supervisors: list[Use] = field(default_factory=list)
    """The programs that were started."""
    children: list[Use] = field(default_factory=list)
    """What these have started."""


def run(options: Options, peers: Sequence[System]) -> None:
    """Everybody by turns, each with two processes that wait for work."""
    systems = [one for one in (*local_systems(), *peers) if not one.is_variant]
    found = {system.name: Found() for system in systems}
    by_rows: list[float] = []
    jobs = max(10, JOBS // options.runs)
    for number in range(options.runs):
        for system in in_turn(systems, number):
            with (
                contest(options, system) as (folder, surroundings),
                running(system.worker(2), surroundings, folder / "log") as group,
            ):
                begun = ask(system.submit("latency", jobs), surroundings)
                if begun != MARK_WARM_UP + jobs + 1:
                    raise SystemExit(f"{system.name}: job {begun + 1} did not begin in time")
                *waits, lone = trace.waits(folder)[MARK_WARM_UP:]
                mine = found[system.name]
                mine.waits += waits
                mine.lone_waits.append(lone)
                if system is systems[0]:
                    by_rows += _waits_by_rows(folder)
                if number == options.runs - 1:
                    _watch(group, mine)

    _show_waits(found, jobs * options.runs)
    middle, most = milliseconds(statistics.median(by_rows)), milliseconds(percentile(by_rows, 0.99))
    print(f"\nBy its rows, started_at - created_at, scanjobs takes {middle}, at most {most} in 99 of 100.")
    _show_use(found)


def _waits_by_rows(folder: Path) -> list[float]:
    connection = sqlite3.connect(folder / "home" / "scanjobs.db")
    rows = connection.execute("SELECT started_at - created_at FROM jobs WHERE started_at > 0 ORDER BY seq")
    waits = [wait for (wait,) in rows][MARK_WARM_UP:-1]
    connection.close()
    return waits


def _watch(group: Group, found: Found) -> None:
    time.sleep(1)
    before, started = group.cpu_seconds(), time.monotonic()
    time.sleep(IDLE_SECONDS)
    found.cpu_percent = 100 * (group.cpu_seconds() - before) / (time.monotonic() - started)
    found.supervisors, found.children = group.use()


def _show_waits(found: dict[str, Found], jobs: int) -> None:
    show(
        f"From submit to start on an idle worker with two processes: {jobs} jobs, each a moment after the "
        f"one before has begun; then one after {LONE_PAUSE_SECONDS:g} s of nothing in each run",
        ["", "median", "99 %", f"after {LONE_PAUSE_SECONDS:g} s"],
        [
            [
                name,
                milliseconds(statistics.median(one.waits)),
                milliseconds(percentile(one.waits, 0.99)),
                milliseconds(statistics.median(one.lone_waits)),
            ]
            for name, one in found.items()
        ],
    )


def _show_use(found: dict[str, Found]) -> None:
    show(
        f"The same workers in {IDLE_SECONDS:g} s of nothing: a core's time, and memory as private and as "
        "Pss, where shared pages count in part",
        ["", "of a core", "all", "the program started", "each child"],
        [[name, f"{one.cpu_percent:.2f} %", *map(_memory, _parts(one))] for name, one in found.items()],
    )


def _parts(found: Found) -> list[list[Use]]:
    everybody = [*found.supervisors, *found.children]
    total = Use(
        private_megabytes=sum(one.private_megabytes for one in everybody),
        pss_megabytes=sum(one.pss_megabytes for one in everybody),
    )
    return [[total], found.supervisors, found.children]


def _memory(uses: list[Use]) -> str:
    """Private and Pss; where there are several processes, their number and the range."""
    if not uses:
        return "none"
    private = _range([use.private_megabytes for use in uses])
    pss = _range([use.pss_megabytes for use in uses])
    many = f"{len(uses)} × " if len(uses) > 1 else ""
    return f"{many}{private} MB, Pss {pss} MB"


def _range(values: list[float]) -> str:
    low, high = f"{min(values):.1f}", f"{max(values):.1f}"
    return low if low == high else f"{low}–{high}"
