"""Simulates a day with a million scans, from what a scan, a report and a job cost on this machine.

    python benchmarks/million.py                             captures, ten hosts of eight processes
    python benchmarks/million.py --scans 50000 --hosts 1 --processes 2
    python benchmarks/million.py --scan-seconds 30           had each scan a browser of its own for so long

Every scan is a job that is followed by its report and by a message. Scans arrive at random, most of them
around noon; `--peak` says how many times the mean that is. The database is one more station that every job
passes, `--jobs-per-second` what `benchmarks/engine.py` measured for all that it does for one. What a capture
and a report cost is measured here, by the bundled ones, before the day begins.
"""

from __future__ import annotations

import argparse
import heapq
import math
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from tables import milliseconds, percentile, show

from scanjobs import config, pipeline
from scanjobs.domain.ids import new_id
from scanjobs.domain.reports import ReportFormat
from scanjobs.reports import accept, generate
from scanjobs.scanner.manifest import read_manifest

DAY = 86_400.0
MESSAGE_SECONDS = 0.1
"""An assumption: what an SMTP server or a webhook takes to answer."""
SPREAD = 0.5
"""Sigma of the log-normal distribution around each mean: most are quicker, some take three times as long."""


@dataclass(frozen=True)
class Costs:
    """Seconds of one process."""

    scan: float
    report: float
    message: float = MESSAGE_SECONDS


@dataclass
class Day:
    """What became of one simulated day."""

    waits: list[float] = field(default_factory=list)
    """Seconds from the moment a job could begin to its begin."""
    busy: float = 0.0
    """Seconds of processes."""
    database_busy: float = 0.0
    most_waiting: int = 0
    last_end: float = 0.0


def main() -> None:
    """Measure, simulate, print."""
    options = _options()
    measured = measure()
    costs = Costs(scan=options.scan_seconds or measured.scan, report=measured.report)
    day = simulate(options, costs)

    processes = options.hosts * options.processes
    jobs = 3 * options.scans
    length = max(DAY, day.last_end)
    show(
        f"{options.scans:,} scans in a day, {options.hosts} hosts with {options.processes} processes each",
        ["", ""],
        [
            ["one scan", milliseconds(costs.scan)],
            ["one report (PDF)", milliseconds(costs.report)],
            ["one message (assumed)", milliseconds(costs.message)],
            ["jobs in the day", f"{jobs:,}"],
            ["jobs a second, mean and peak", f"{jobs / DAY:,.1f}, {options.peak * jobs / DAY:,.1f}"],
            ["processes busy", f"{100 * day.busy / (length * processes):.0f} %"],
            ["database busy", f"{100 * day.database_busy / length:.1f} %"],
            ["most jobs waiting at once", f"{day.most_waiting:,}"],
            ["wait until begun, median", milliseconds(statistics.median(day.waits))],
            ["wait until begun, 99 %", milliseconds(percentile(day.waits, 0.99))],
            ["wait until begun, longest", f"{max(day.waits):,.1f} s"],
            ["all done after", f"{day.last_end / 3600:.1f} h"],
        ],
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scans", type=int, default=1_000_000)
    parser.add_argument("--hosts", type=int, default=10)
    parser.add_argument("--processes", type=int, default=8, help="on each host")
    parser.add_argument("--peak", type=float, default=2.0, help="arrivals at noon, in means of the day")
    parser.add_argument("--scan-seconds", type=float, help="instead of the measured one")
    parser.add_argument("--jobs-per-second", type=float, default=2000.0, help="what the database carries")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not 1 <= options.peak <= 2:
        parser.error("--peak is from 1, all day alike, to 2, nothing at midnight")
    return options


def measure(runs: int = 5) -> Costs:
    """The bundled capture taken in, and its report drawn, each some times in this process: medians."""
    scans, reports = [], []
    with tempfile.TemporaryDirectory() as home, as_file(files("scanjobs") / "demo") as folder:
        settings = config.use(config.load({"home": home}))
        captures = [
            pipeline.CaptureFile(path=path, phase=phase)
            for path, phase in read_manifest(folder / "manifest.toml")
        ]
        for _ in range(runs + 1):
            started = time.perf_counter()
            scan = pipeline.import_scan(settings, captures, again=True).scan
            scans.append(time.perf_counter() - started)
            job_id = new_id()
            accept.accept_report(settings, job_id, scan.id, ReportFormat.PDF, None)
            started = time.perf_counter()
            generate.generate_report(settings, job_id, lambda *_: None)
            reports.append(time.perf_counter() - started)
    # The first of each loads what the others find loaded, as in a process that has worked for a while.
    return Costs(scan=statistics.median(scans[1:]), report=statistics.median(reports[1:]))


def simulate(options: argparse.Namespace, costs: Costs) -> Day:
    """One day, event by event: whoever is free takes the job that has waited longest."""
    chance = random.Random(options.seed)
    means = (costs.scan, costs.report, costs.message)
    day = Day()
    free_at = [0.0] * (options.hosts * options.processes)
    database_free = 0.0
    ready = [(moment, 0) for moment in arrivals(options, chance)]
    heapq.heapify(ready)
    begun: list[float] = []
    while ready:
        moment, stage = heapq.heappop(ready)
        database_free = max(database_free, moment) + 1 / options.jobs_per_second
        day.database_busy += 1 / options.jobs_per_second
        begin = max(database_free, heapq.heappop(free_at))
        took = means[stage] * chance.lognormvariate(-(SPREAD**2) / 2, SPREAD)
        end = begin + took
        heapq.heappush(free_at, end)
        day.waits.append(begin - moment)
        day.busy += took
        day.last_end = max(day.last_end, end)
        while begun and begun[0] <= moment:
            heapq.heappop(begun)
        heapq.heappush(begun, begin)
        day.most_waiting = max(day.most_waiting, len(begun))
        if stage < 2:
            heapq.heappush(ready, (end, stage + 1))
    return day


def arrivals(options: argparse.Namespace, chance: random.Random) -> Iterator[float]:
    """Moments in the order of the day: a cosine around noon, thinned from a steady stream."""
    rise = options.peak - 1
    for _ in range(options.scans):
        while True:
            moment = chance.uniform(0, DAY)
            if chance.uniform(0, options.peak) <= 1 - rise * math.cos(2 * math.pi * moment / DAY):
                yield moment
                break


if __name__ == "__main__":
    print(f"{os.cpu_count()} cores; medians of 5 runs in one process.")
    main()
