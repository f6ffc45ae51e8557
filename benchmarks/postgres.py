"""Measures the engine on PostgreSQL beside those that live there too, by turns on the same server.

    python benchmarks/postgres.py --peers-python other-venv/bin/python
    python benchmarks/postgres.py --only accept --jobs 2000

Sections: accept, done, latency. Huey's PostgresStorage always takes part, Procrastinate where the interpreter
of `--peers-python` has it. Every system gets a fresh database on the server of `--server`, which goes
afterwards. The tables are Markdown; quote the ratios.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
from contestants import System, work_off
from peers import trace
from peers.processes import ask, fresh_folder, running
from peers.submit import MARK_WARM_UP
from sections.done import WARM_UP_SHARE
from tables import milliseconds, percentile, ratio, show

SECTIONS = ("accept", "done", "latency")
LATENCY_JOBS = 100
HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run the sections that were asked for."""
    options = _options()
    with psycopg.connect(f"{options.server}/postgres") as connection:
        told = ", ".join(
            f"{name} {connection.execute(f'SHOW {name}').fetchone()[0]}"
            for name in ("server_version", "fsync", "synchronous_commit")
        )
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL {told}; "
        f"{options.jobs:,} jobs with 1 KB each, medians of {options.runs} runs by turns; "
        "ratios are medians of the runs' own ratios."
    )
    systems = list(_systems(options))
    if "accept" in options.only:
        accept(options, systems)
    if "done" in options.only:
        done(options, systems)
    if "latency" in options.only:
        latency(options, systems)


def accept(options: argparse.Namespace, systems: Sequence[System]) -> None:
    """One at a time, each durable when the call returns."""
    rates: dict[str, list[float]] = {system.name: [] for system in systems}
    for system, _, environment in _turns(options, systems):
        rates[system.name].append(1 / ask(system.submit("accept", options.jobs), environment))
    _show_rates("Accept, one at a time, durable when the call returns", rates)


def done(options: argparse.Namespace, systems: Sequence[System]) -> None:
    """Jobs that do nothing, waiting when two workers start: from the first begun to the last ended."""
    rates: dict[str, list[float]] = {system.name: [] for system in systems}
    for system, folder, environment in _turns(options, systems):
        ask(system.submit("accept", options.jobs), environment)
        tally = work_off(system, options.jobs, folder, environment)
        if tally.count != options.jobs:
            print(f"\n{system.name}: {tally.count:,} of {options.jobs:,} jobs in time.")
        rates[system.name].append(tally.per_second(int(WARM_UP_SHARE * options.jobs)))
    _show_rates("Jobs done with two worker processes, after the first tenth of them", rates)


def latency(options: argparse.Namespace, systems: Sequence[System]) -> None:
    """From submitting to beginning on idle workers."""
    waits: dict[str, list[float]] = {system.name: [] for system in systems}
    for system, folder, environment in _turns(options, systems):
        ask(system.submit("accept", 1), environment)  # its tables are made before its workers ask for them
        with running(system.worker(2), environment, folder / "log"):
            ask(system.submit("latency", LATENCY_JOBS), environment)
            waits[system.name] += trace.waits(folder)[MARK_WARM_UP:-1]
    rows = [
        [name, milliseconds(statistics.median(found)), milliseconds(percentile(found, 0.99))]
        for name, found in waits.items()
    ]
    show(
        f"Two idle workers: from submit to start, {LATENCY_JOBS * options.runs} jobs one at a time",
        ["", "median", "99 %"],
        rows,
    )


def _turns(
    options: argparse.Namespace, systems: Sequence[System]
) -> Iterator[tuple[System, Path, Mapping[str, str]]]:
    """Each system in each run, with a folder and a database of its own; another one begins each run."""
    for number in range(options.runs):
        first = number % len(systems)
        for system in (*systems[first:], *systems[:first]):
            with _contest(options) as (folder, environment):
                try:
                    yield system, folder, environment
                except (RuntimeError, subprocess.TimeoutExpired) as error:
                    raise SystemExit(f"{system.name}: {error}") from error


@contextmanager
def _contest(options: argparse.Namespace) -> Iterator[tuple[Path, dict[str, str]]]:
    name = f"scanjobs_bench_{uuid4().hex[:8]}"
    with (
        psycopg.connect(f"{options.server}/postgres", autocommit=True) as connection,
        fresh_folder() as folder,
    ):
        connection.execute(f"CREATE DATABASE {name}")
        connection.execute("CHECKPOINT")
        try:
            yield folder, _environment(options, folder, name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _environment(options: argparse.Namespace, folder: Path, database: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCANJOBS_")}
    url = f"{options.server}/{database}"
    return kept | {
        "BENCH_FOLDER": str(folder),
        "BENCH_POSTGRES": url,
        "SCANJOBS_HOME": str(folder / "home"),
        "SCANJOBS_DATABASE_URL": url,
        "SCANJOBS_TASKS": "peers.ours",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH")))),
    }


def _systems(options: argparse.Namespace) -> Iterator[System]:
    python = sys.executable
    huey = [python, "-m", "huey.bin.huey_consumer", "peers.huey_postgres.huey", "-k", "process"]
    yield System("scanjobs", "ours", lambda n: [[python, "-m", "scanjobs", "worker", "-c", str(n)]])
    yield System("Huey, PostgresStorage", "huey_postgres", lambda n: [[*huey, "-w", str(n)]])
    one = [options.peers_python, "-m", "procrastinate", "--app", "peers.procrastinate_postgres.app", "worker"]
    procrastinate = System(
        "Procrastinate",
        "procrastinate_postgres",
        lambda n: [one] * n,
    )
    try:
        ask([options.peers_python, "-c", "import procrastinate; print(1)"], os.environ, 30)
    except (RuntimeError, OSError) as error:
        print(f"\nskipped: {procrastinate.name}: {error}")
    else:
        yield replace(procrastinate, python=options.peers_python)


def _show_rates(title: str, rates: Mapping[str, Sequence[float]]) -> None:
    ours = next(iter(rates.values()))
    rows = [
        [
            name,
            f"{statistics.median(found):,.0f}",
            ratio([mine / other for mine, other in zip(ours, found, strict=True)]),
        ]
        for name, found in rates.items()
    ]
    show(title, ["", "jobs a second", "scanjobs in relation to it"], rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=3_000, help="jobs in one run (3,000)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each system (3)")
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, separated by commas")
    parser.add_argument("--peers-python", default=sys.executable, help="interpreter with Procrastinate")
    parser.add_argument(
        "--server",
        default="postgresql://postgres@127.0.0.1:5432",
        help="URL of the server, without a database",
    )
    options = parser.parse_args()
    options.only = options.only.split(",")
    if unknown := set(options.only) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    return options


if __name__ == "__main__":
    main()
