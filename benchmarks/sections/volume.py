"""Volume: accept, work and `status` on an empty database, with much history, with much to do."""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from contestants import DEADLINE_SECONDS, Options, System, environment, local_systems, work_off
from peers import filling
from peers.processes import ask, fresh_folder
from tables import duration, ratio, show

from scanjobs import config
from scanjobs.db import driver
from scanjobs.domain.clock import SystemClock
from scanjobs.jobs import monitor, pruning

SHARE = 0.2
"""Of the jobs in one run, since each works on three databases."""
FEWEST = 200
STATUS_RUNS = 5


def run(options: Options, _: Sequence[System]) -> None:
    """The three by turns; the ratios are to the empty one."""
    jobs = max(FEWEST, int(options.jobs * SHARE))
    system = local_systems()[0]
    with fresh_folder() as top:
        folders = {name: top / name for name in ("empty", "history", "backlog")}
        for name, folder in folders.items():
            folder.mkdir()
            _prepare(options, system, folder, name)
        found: dict[tuple[str, str], list[float]] = {}
        for number in range(options.runs):
            homes = {str(folder / "home"): name for name, folder in folders.items()}
            command = [sys.executable, "-m", "peers.accept", "homes", str(jobs), *homes]
            for home, seconds in ask(command, environment(options, top)).items():
                found.setdefault((homes[home], "accept"), []).append(seconds)
            names = list(folders)
            random.Random(number).shuffle(names)
            for name in names:
                tally = work_off(system, jobs, folders[name], environment(options, folders[name]))
                rate = tally.per_second(jobs // 10)
                found.setdefault((name, "claim, run, done"), []).append(1 / rate)
            for _ in range(STATUS_RUNS):
                for name in names:
                    for what, seconds in _looks(environment(options, folders[name])):
                        found.setdefault((name, what), []).append(seconds)
        sizes = {name: (folder / "home" / "scanjobs.db").stat().st_size for name, folder in folders.items()}

    rows = []
    for what in dict.fromkeys(what for _, what in found):
        cells = [what]
        for name in folders:
            cells.append(duration(statistics.median(found[name, what])))
            if name != "empty":
                pairs = zip(found[name, what], found["empty", what], strict=True)
                cells.append(ratio([mine / other for mine, other in pairs]))
        rows.append(cells)
    show(
        f"Time on an empty database, with {options.rows:,} jobs of history, with {options.rows:,} waiting",
        ["", "empty", "history", "ratio", "backlog", "ratio"],
        rows,
    )
    print("\nFiles: " + ", ".join(f"{name} {size / 1e6:,.0f} MB" for name, size in sizes.items()) + ".")


def _prepare(options: Options, system: System, folder: Path, name: str) -> None:
    """A database with one job done, and a million more of them done or waiting where that is its part."""
    surroundings = environment(options, folder)
    ask(system.submit("accept", 1), surroundings)
    work_off(system, 1, folder, surroundings)
    if name == "backlog":
        ask(system.submit("accept", 1), surroundings)
    if name != "empty":
        filling.fill(folder / "home" / "scanjobs.db", options.rows)


def _looks(surroundings: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    """How long it takes to look: as a command, as a call, and the step of pruning that a worker does."""
    command = [sys.executable, "-m", "scanjobs", "status"]
    started = time.perf_counter()
    subprocess.run(command, env=dict(surroundings), capture_output=True, check=True, timeout=DEADLINE_SECONDS)
    yield "`scanjobs status`, the command", time.perf_counter() - started

    settings = config.load({"home": surroundings["SCANJOBS_HOME"]})
    with driver.read(settings):
        pass  # opening the database is in the command; the calls are not to be charged with it
    for what, call in (
        ("status, its queries alone", lambda: monitor.status(settings)),
        ("one step of pruning, nothing to prune", lambda: pruning.prune(settings, SystemClock())),
    ):
        started = time.perf_counter()
        call()
        yield what, time.perf_counter() - started
    driver.dispose()
