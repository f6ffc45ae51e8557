"""Measures reports: PDF tables beside other makers of PDF, whole jobs, CSV and JSON, two children.

    python benchmarks/reports.py [--only tables,jobs,sheets,million,parallel] [--rows 100,1000,10000,20000]
        [--kinds repeating,different] [--contestants NAME|…] [--runs 5] [--peers-python PYTHON]

PYTHON has reportlab, weasyprint and pandas installed; Chromium is `chromium`. Everything runs in processes of
its own. Peers that take more than ten seconds are measured once.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from made_up_scan import scan_of
from pdf_contestants import CONTESTANTS
from tables import show

from scanjobs import __version__, config
from scanjobs.config import Settings
from scanjobs.db import scans
from scanjobs.domain.reports import ReportFormat

HERE = Path(__file__).parent
OWN = ("raw", "scanjobs", "scanjobs, tagged", "FPDF.table()")
"""Contestants that need nothing but what scanjobs has installed."""
SLOW_SECONDS = 10.0
REPORTS_IN_PARALLEL = 12
STORED, MILLION = 10_000, 1_000_000
"""Cookies of a scan that is stored as an import does it, and of one with copies of them."""

Taken = dict[str, float]


def main() -> None:
    """Print one table after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default="tables,jobs,sheets,million,parallel")
    parser.add_argument("--rows", default="100,1000,10000,20000")
    parser.add_argument("--kinds", default="repeating,different")
    parser.add_argument("--contestants", default="|".join(CONTESTANTS), help="separated by |")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peers-python", default=sys.executable)
    options = parser.parse_args()
    sizes = [int(size) for size in options.rows.split(",")]
    print(f"scanjobs {__version__}, Python {sys.version.split()[0]}, medians of {options.runs}")
    wanted = options.only.split(",")
    if "tables" in wanted:
        for kind in options.kinds.split(","):
            tables(kind, sizes, options.contestants.split("|"), options.runs, options.peers_python)
    if "jobs" in wanted:
        jobs(sizes, options.runs)
    if "sheets" in wanted:
        sheets(max(sizes), options.runs, options.peers_python)
    if "million" in wanted:
        million()
    if "parallel" in wanted:
        parallel(options.runs)


def tables(kind: str, sizes: list[int], contestants: list[str], runs: int, peers_python: str) -> None:
    """Each contestant at each size, and the ratio of its time to ours and to the raw stream."""
    results: dict[tuple[str, int], Taken] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            for name in contestants:
                python = sys.executable if name in OWN else peers_python
                command = [
                    python,
                    str(HERE / "pdf_contestants.py"),
                    name,
                    str(size),
                    kind,
                    f"{folder}/out.pdf",
                ]
                results[name, size] = median_of(command, runs)
    rows = []
    for name in contestants:
        for size in sizes:
            taken = results[name, size]
            by_ours, by_raw = (
                taken["seconds"] / results[base, size]["seconds"] for base in ("scanjobs, tagged", "raw")
            )
            rows.append([name, f"{size:,}", *shown(taken), f"{by_raw:.2f}", f"{by_ours:.2f}"])
    head = ("", "rows", "time", "peak memory", "file", "to the raw stream", "to scanjobs, tagged")
    show(f"A table of 7 columns as PDF, texts {kind}", head, rows)


def jobs(sizes: list[int], runs: int) -> None:
    """A whole report in each format: from the accepted job to the recorded file."""
    rows = []
    for size in sizes:
        with data_folder() as environment:
            scan = scan_of(size, judged=True)
            scans.add_scan(config.use(config.load()), scan)
            for format in ReportFormat:
                command = [sys.executable, str(HERE / "report_job.py"), scan.id, format]
                rows.append([f"{size:,}", format, *shown(median_of(command, runs, environment))])
    show("Whole reports, judged scans", ("cookies", "format", "time", "peak memory", "file"), rows)


def sheets(size: int, runs: int, peers_python: str) -> None:
    """Rows a second of CSV and JSON, from rows in memory."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for format in ("csv", "json"):
            taken = {}
            for name, python in (("scanjobs", sys.executable), ("pandas", peers_python)):
                command = [
                    python,
                    str(HERE / "sheet_contestants.py"),
                    name,
                    format,
                    str(size),
                    f"{folder}/out",
                ]
                taken[name] = median_of(command, runs)
            for name, one in taken.items():
                by = one["seconds"] / taken["scanjobs"]["seconds"]
                rows.append([format, name, f"{size / one['seconds']:,.0f}", *shown(one)[1:], f"{by:.2f}"])
    head = ("", "", "rows a second", "peak memory", "file", "time to scanjobs")
    show(f"{size:,} rows from memory", head, rows)


def million() -> None:
    """CSV of a million stored cookies beside that of ten thousand."""
    rows = []
    for size in (STORED, MILLION):
        with data_folder() as environment:
            settings = config.use(config.load())
            scan = scan_of(STORED)
            scans.add_scan(settings, scan)
            multiply(settings, size // STORED)
            command = [sys.executable, str(HERE / "report_job.py"), scan.id, "csv"]
            taken = median_of(command, 1, environment)
            rows.append([f"{size:,}", f"{size / taken['seconds']:,.0f}", *shown(taken)])
    show("CSV from the database", ("cookies", "rows a second", "time", "peak memory", "file"), rows)


def multiply(settings: Settings, times: int) -> None:
    """Give the one scan of a database so many times its cookies, by copies of its rows under other names."""
    changed = {
        "cookies": {"seq": "seq + :number * :cookies", "name": "name || '-' || :number"},
        "observations": {
            "seq": "seq + :number * :seen",
            "cookie_seq": "cookie_seq + :number * :cookies",
        },
    }
    database = sqlite3.connect(settings.database_path or "")
    with database:
        most = {table: database.execute(f"SELECT max(seq) FROM {table}").fetchone()[0] for table in changed}
        for table, instead in changed.items():
            names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            values = ", ".join(instead.get(name, f'"{name}"') for name in names)
            quoted = ", ".join(f'"{name}"' for name in names)
            copy = f"INSERT INTO {table} ({quoted}) SELECT {values} FROM {table} WHERE seq <= :of_one"
            for number in range(1, times):
                steps = {"number": number, "cookies": most["cookies"], "seen": most["observations"]}
                database.execute(copy, {**steps, "of_one": most[table]})
        database.execute("UPDATE scans SET cookie_count = cookie_count * ?", (times,))
    database.close()


def parallel(runs: int) -> None:
    """Reports a second of a worker with one child and with two."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(runs):
        for children in rates:
            with data_folder() as environment:
                scan = scan_of(2_000, judged=True)
                scans.add_scan(config.use(config.load()), scan)
                scanjobs = [sys.executable, "-m", "scanjobs"]
                for number in range(REPORTS_IN_PARALLEL):
                    file = f"{environment['SCANJOBS_HOME']}/{number}.pdf"
                    run([*scanjobs, "report", scan.id, "-f", "pdf", "-o", file], environment)
                started = time.perf_counter()
                run([*scanjobs, "worker", "-q", "reports", "-c", str(children), "--drain"], environment)
                rates[children].append(REPORTS_IN_PARALLEL / (time.perf_counter() - started))
    ratios = [two / one for one, two in zip(rates[1], rates[2], strict=True)]
    show(
        f"{REPORTS_IN_PARALLEL} PDF reports of 2,000 cookies, start and end of the worker included",
        ("children", "reports a second", "ratio"),
        [
            ["1", f"{statistics.median(rates[1]):.2f}", "1.00"],
            ["2", f"{statistics.median(rates[2]):.2f}", f"{statistics.median(ratios):.2f}"],
        ],
    )


@contextmanager
def data_folder() -> Iterator[dict[str, str]]:
    """An environment with a data folder of its own, in use here as well."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["SCANJOBS_HOME"] = home
        yield {**os.environ}


def median_of(command: list[str], runs: int, environment: dict[str, str] | None = None) -> Taken:
    """The run in the middle; only one where a run is slow."""
    taken: list[Taken] = []
    while len(taken) < runs and not (taken and taken[0]["seconds"] > SLOW_SECONDS):
        taken.append(json.loads(run(command, environment)))
    return {key: statistics.median(one[key] for one in taken) for key in taken[0]}


def run(command: list[str], environment: dict[str, str] | None = None) -> Any:
    """What a program prints."""
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def shown(taken: Taken) -> list[str]:
    """Time, peak memory and size for people."""
    return [f"{taken['seconds']:.3f} s", f"{taken['peak_mb']:.0f} MB", f"{taken['size'] / 1000:,.0f} kB"]


if __name__ == "__main__":
    main()
