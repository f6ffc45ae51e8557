"""Measures the engine beside its peers, by turns in one run: rates, latency, what idling costs, large tables.

    python benchmarks/engine.py                                     everything; some ten minutes
    python benchmarks/engine.py --only accept,done --jobs 2000
    python benchmarks/engine.py --peers-python other-venv/bin/python

Sections: accept, done, latency, volume, size. Celery, RQ and Dramatiq take part where the interpreter of
`--peers-python` has them and a Redis answers at REDIS_URL, whose database must be empty: it is emptied
after each. Every system gets fresh temporary folders. The tables are Markdown; quote the ratios.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from peers import filling, trace
from peers.processes import Group, Use, ask, fresh_folder, running, wait_until

from scanjobs import config
from scanjobs.db import driver
from scanjobs.domain.clock import SystemClock
from scanjobs.jobs import monitor, pruning

SECTIONS = ("accept", "done", "latency", "volume", "size")
DEADLINE_SECONDS = 120.0
IDLE_SECONDS = 20.0
LATENCY_JOBS = 300
SIZE_JOBS = 100_000
STATUS_RUNS = 5
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class System:
    """One contestant with its worker as one starts it."""

    name: str
    module: str
    commands: Sequence[Sequence[str]]
    python: str = sys.executable
    share: float = 1.0
    """Of the jobs, for those that would take minutes."""
    on_redis: bool = False


def main() -> None:
    """Run the sections that were asked for."""
    options = _options()
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"Huey {version('huey')}; {options.jobs:,} jobs with 1 KB each, medians of {options.runs} runs; "
        "ratios are medians of the runs' own ratios, with their range."
    )
    if "accept" in options.only:
        accept(options)
    peers = _redis_systems(options) if {"accept", "done", "latency"} & set(options.only) else []
    if "accept" in options.only:
        accept_on_redis(options, peers)
    if "done" in options.only:
        done(options, peers)
    if "latency" in options.only:
        latency(options, peers)
    if "volume" in options.only:
        volume(options)
    if "size" in options.only:
        size(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=10_000, help="jobs in one run (10,000)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each system (3)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows in the large databases (1,000,000)")
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, separated by commas")
    parser.add_argument(
        "--peers-python", default=sys.executable, help="interpreter with Celery, RQ, Dramatiq"
    )
    parser.add_argument(
        "--redis-url", default=os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/15"), help="REDIS_URL"
    )
    options = parser.parse_args()
    options.only = options.only.split(",")
    if unknown := set(options.only) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    return options


# --- accept -----------------------------------------------------------------------------------------------


def accept(options: argparse.Namespace) -> None:
    """One at a time and many at once, beside the bare INSERT of the same row and beside Huey."""
    runs = []
    for _ in range(options.runs):
        with fresh_folder() as folder:
            command = [sys.executable, "-m", "peers.accept", "systems", str(options.jobs)]
            runs.append(ask(command, _environment(options, folder)))

    def row(title: str, name: str, base: str) -> list[str]:
        rate = statistics.median(1 / run[name] for run in runs)
        ratios = [run[base] / run[name] for run in runs]
        return [title, f"{rate:,.0f}", _ratio(ratios)]

    _show(
        "Accept, each job durable when the call returns",
        ["", "jobs a second", "ratio to `sqlite3`"],
        [
            row("scanjobs, one at a time", "scanjobs", "sqlite3"),
            row("`sqlite3`, the same INSERT", "sqlite3", "sqlite3"),
            row("SqliteHuey, one at a time", "SqliteHuey", "sqlite3"),
            row("scanjobs, all at once (`map`)", "scanjobs bulk", "sqlite3 bulk"),
            row("`sqlite3`, `executemany` of the same rows", "sqlite3 bulk", "sqlite3 bulk"),
        ],
    )


def accept_on_redis(options: argparse.Namespace, peers: Sequence[System]) -> None:
    """The same by the peers on Redis, which promises less: it has no file, or one that is a moment behind."""
    rows = []
    for system in peers:
        if system.module in [name for name, _ in rows]:
            continue
        rates = []
        for _ in range(options.runs):
            with _contest(options, system) as (folder, environment):
                del folder
                rates.append(1 / ask(_submit(system, "accept", options.jobs // 4), environment))
        rows.append((system.module, [_title(system), f"{statistics.median(rates):,.0f}"]))
    if rows:
        _show("Accept on Redis (nothing synced)", ["", "jobs a second"], [cells for _, cells in rows])


# --- done -------------------------------------------------------------------------------------------------


def done(options: argparse.Namespace, peers: Sequence[System]) -> None:
    """Jobs that do nothing, waiting when two workers start: from the first begun to the last ended."""
    systems = [*_local_systems(), *peers]
    rates: dict[str, list[float]] = {system.name: [] for system in systems}
    by_rows = []
    for number in range(options.runs):
        for system in systems[number % len(systems) :] + systems[: number % len(systems)]:
            jobs = max(100, int(options.jobs * system.share))
            with _contest(options, system) as (folder, environment):
                _enqueue(system, jobs, environment)
                tally = _work_off(system, jobs, folder, environment)
                if tally.count != jobs:
                    print(f"\n{system.name}: {tally.count:,} of {jobs:,} jobs in time.")
                rates[system.name].append(tally.per_second)
                if system is systems[0]:
                    by_rows.append(_rate_by_rows(folder, jobs))

    base = rates["SqliteHuey"]
    rows = [
        [
            system.name,
            f"{statistics.median(rates[system.name]):,.0f}",
            _ratio([mine / other for mine, other in zip(rates[system.name], base, strict=True)]),
        ]
        for system in systems
    ]
    _show(
        "Jobs done with two worker processes", ["", "jobs a second", "ratio to SqliteHuey as shipped"], rows
    )
    rate = statistics.median(by_rows)
    print(f"\nBy its rows, min(started_at) to max(finished_at), scanjobs does {rate:,.0f} jobs a second.")


def _enqueue(system: System, jobs: int, environment: Mapping[str, str]) -> None:
    ask(_submit(system, "accept", jobs), environment)


def _work_off(system: System, jobs: int, folder: Path, environment: Mapping[str, str]) -> trace.Tally:
    """Start the workers, wait until so many more jobs are done, and end them."""
    for path in folder.glob("tally.*"):
        path.unlink()
    with running(system.commands, environment, folder / "log") as group:
        wait_until(lambda: trace.tallied(folder).count >= jobs, DEADLINE_SECONDS, group)
        tally = trace.tallied(folder)
        if system.module == "ours":
            # The outcome of the last ones may not be written yet.
            time.sleep(0.2)
    return tally


def _rate_by_rows(folder: Path, jobs: int) -> float:
    connection = sqlite3.connect(folder / "home" / "scanjobs.db")
    count, seconds = connection.execute(
        "SELECT count(*), max(finished_at) - min(started_at) FROM jobs WHERE state = 'succeeded'"
    ).fetchone()
    connection.close()
    if count != jobs:
        raise SystemExit(f"scanjobs has {count} outcomes of {jobs} jobs")
    return count / seconds


# --- latency and idling -----------------------------------------------------------------------------------


def latency(options: argparse.Namespace, peers: Sequence[System]) -> None:
    """From submitting to beginning on idle workers; then what these use while nothing happens."""
    systems = [one for one in (*_local_systems(), *peers) if "quiet" not in one.name]
    waits: dict[str, list[float]] = {system.name: [] for system in systems}
    by_rows: list[float] = []
    idle: dict[str, tuple[float, Use]] = {}
    jobs = max(10, LATENCY_JOBS // options.runs)
    for number in range(options.runs):
        for system in systems[number % len(systems) :] + systems[: number % len(systems)]:
            with (
                _contest(options, system) as (folder, environment),
                running(system.commands, environment, folder / "log") as group,
            ):
                ask(_submit(system, "mark", 5), environment)
                _settle(folder)
                ask(_submit(system, "mark", jobs), environment)
                waits[system.name] += trace.marks(folder)[5:]
                if system is systems[0]:
                    by_rows += _waits_by_rows(folder)
                if number == options.runs - 1:
                    idle[system.name] = _idle(group)

    rows = [
        [
            system.name,
            _milliseconds(statistics.median(waits[system.name])),
            _milliseconds(_percentile(waits[system.name], 0.99)),
            f"{idle[system.name][0]:.2f} %",
            f"{idle[system.name][1].pss_megabytes:.0f} MB",
            f"{idle[system.name][1].private_megabytes:.0f} MB ({idle[system.name][1].processes})",
        ]
        for system in systems
    ]
    _show(
        f"An idle worker with two processes: from submit to start, {jobs * options.runs} jobs one at a time; "
        f"then {IDLE_SECONDS:g} s of nothing",
        ["", "median", "99 %", "of a core", "memory (Pss)", "private (processes)"],
        rows,
    )
    middle, most = _milliseconds(statistics.median(by_rows)), _milliseconds(_percentile(by_rows, 0.99))
    print(f"\nBy its rows, started_at - created_at, scanjobs takes {middle}, at most {most} in 99 of 100.")


def _settle(folder: Path) -> None:
    """Wait until all that was sent has begun."""
    before = -1
    while (now := len(trace.marks(folder))) != before:
        before = now
        time.sleep(0.5)


def _waits_by_rows(folder: Path) -> list[float]:
    connection = sqlite3.connect(folder / "home" / "scanjobs.db")
    found = connection.execute("SELECT started_at - created_at FROM jobs WHERE started_at > 0 ORDER BY seq")
    waits = [wait for (wait,) in found][5:]
    connection.close()
    return waits


def _idle(group: Group) -> tuple[float, Use]:
    time.sleep(1)
    before, started = group.cpu_seconds(), time.monotonic()
    time.sleep(IDLE_SECONDS)
    return 100 * (group.cpu_seconds() - before) / (time.monotonic() - started), group.use()


# --- large tables -----------------------------------------------------------------------------------------


def volume(options: argparse.Namespace) -> None:
    """Accept, work and `status` on an empty database, on one with much history and on one with much to do."""
    jobs = max(200, options.jobs // 5)
    system = _local_systems()[0]
    with fresh_folder() as top:
        folders = {name: top / name for name in ("empty", "history", "backlog")}
        for name, folder in folders.items():
            folder.mkdir()
            _prepare(options, system, folder, name)
        found: dict[tuple[str, str], list[float]] = {}
        for number in range(options.runs):
            homes = {str(folder / "home"): name for name, folder in folders.items()}
            command = [sys.executable, "-m", "peers.accept", "homes", str(jobs), *homes]
            for home, seconds in ask(command, _environment(options, top)).items():
                found.setdefault((homes[home], "accept"), []).append(seconds)
            names = list(folders)
            random.Random(number).shuffle(names)
            for name in names:
                environment = _environment(options, folders[name])
                tally = _work_off(system, jobs, folders[name], environment)
                found.setdefault((name, "claim, run, done"), []).append(1 / tally.per_second)
            for _ in range(STATUS_RUNS):
                for name in names:
                    for what, seconds in _looks(_environment(options, folders[name])):
                        found.setdefault((name, what), []).append(seconds)
        sizes = {name: _file_megabytes(folder) for name, folder in folders.items()}

    rows = []
    for what in dict.fromkeys(what for _, what in found):
        cells = [what]
        for name in folders:
            cells.append(_duration(statistics.median(found[name, what])))
            if name != "empty":
                pairs = zip(found[name, what], found["empty", what], strict=True)
                cells.append(_ratio([mine / other for mine, other in pairs]))
        rows.append(cells)
    _show(
        f"Time on an empty database, with {options.rows:,} jobs of history, with {options.rows:,} waiting",
        ["", "empty", "history", "ratio", "backlog", "ratio"],
        rows,
    )
    print("\nFiles: " + ", ".join(f"{name} {megabytes:,.0f} MB" for name, megabytes in sizes.items()) + ".")


def _prepare(options: argparse.Namespace, system: System, folder: Path, name: str) -> None:
    """A database with one job done, and a million more of them done or waiting where that is its part."""
    environment = _environment(options, folder)
    ask(_submit(system, "accept", 1), environment)
    _work_off(system, 1, folder, environment)
    if name == "backlog":
        ask(_submit(system, "accept", 1), environment)
    if name != "empty":
        filling.fill(folder / "home" / "scanjobs.db", options.rows)


def _looks(environment: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    """How long it takes to look: as a command, as a call, and the step of pruning that a worker does."""
    command = [sys.executable, "-m", "scanjobs", "status"]
    started = time.perf_counter()
    subprocess.run(command, env=dict(environment), capture_output=True, check=True, timeout=DEADLINE_SECONDS)
    yield "`scanjobs status`, the command", time.perf_counter() - started

    settings = config.load({"home": environment["SCANJOBS_HOME"]})
    for what, call in (
        ("status, its queries alone", lambda: monitor.status(settings)),
        ("one step of pruning, nothing to prune", lambda: pruning.prune(settings, SystemClock())),
    ):
        started = time.perf_counter()
        call()
        yield what, time.perf_counter() - started
    driver.dispose()


# --- size -------------------------------------------------------------------------------------------------


def size(options: argparse.Namespace) -> None:
    """The file after 100,000 jobs, after pruning all of them, and what VACUUM would make of it."""
    jobs = SIZE_JOBS if options.jobs >= 1_000 else 10 * options.jobs
    system = _local_systems()[0]
    rows = []
    with fresh_folder() as folder:
        environment = _environment(options, folder)
        ask(_submit(system, "accept", 1), environment)
        database = folder / "home" / "scanjobs.db"
        rows.append(["fresh", *_sizes(database, folder)])

        filling.fill(database, jobs - 1)
        rows.append([f"{jobs:,} jobs waiting", *_sizes(database, folder)])
        tally = _work_off(system, jobs, folder, environment)
        assert tally.count == jobs, f"{tally.count} of {jobs} jobs in time"
        rows.append([f"{jobs:,} jobs done", *_sizes(database, folder)])

        settings = replace(config.load({"home": folder / "home"}), history_days=0.0, result_seconds=0.0)
        started = time.perf_counter()
        while pruning.prune(settings, SystemClock()):
            pass
        seconds = time.perf_counter() - started
        rows.append(["all pruned", *_sizes(database, folder)])
        driver.dispose()

    _show(
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


def _file_megabytes(folder: Path) -> float:
    return (folder / "home" / "scanjobs.db").stat().st_size / 1e6


# --- contestants ------------------------------------------------------------------------------------------


def _local_systems() -> list[System]:
    python = sys.executable
    huey = [python, "-m", "huey.bin.huey_consumer", "peers.huey_sqlite.huey", "-w", "2", "-k", "process"]
    return [
        System("scanjobs", "ours", [[python, "-m", "scanjobs", "worker", "-c", "2"]]),
        System(
            "scanjobs, quiet (`--log-level warning`)",
            "ours",
            [[python, "-m", "scanjobs", "--log-level", "warning", "worker", "-c", "2"]],
        ),
        System("SqliteHuey", "huey_sqlite", [huey]),
        System("SqliteHuey, quiet (`-q`)", "huey_sqlite", [[*huey, "-q"]]),
    ]


def _redis_systems(options: argparse.Namespace) -> list[System]:
    """Those that can take part; the others are named with the reason."""
    python, url = options.peers_python, options.redis_url
    rq = [str(Path(python).with_name("rq")), "worker", "-u", url, "-w"]
    candidates = [
        System(
            "Celery, Redis, late ack, prefetch 4",
            "celery_redis",
            [[python, "-m", "celery", "-A", "peers.celery_redis", "worker", "-c", "2"]],
            share=0.3,
        ),
        System("RQ, Redis, SimpleWorker", "rq_redis", [[*rq, "rq.SimpleWorker"]] * 2, share=0.2),
        System("RQ, Redis, a fork for each job", "rq_redis", [[*rq, "rq.Worker"]] * 2, share=0.03),
        System(
            "Dramatiq, Redis",
            "dramatiq_redis",
            [[python, "-m", "dramatiq", "peers.dramatiq_redis", "--processes", "2"]],
            share=0.5,
        ),
    ]
    with fresh_folder() as folder:
        environment = _environment(options, folder)
        try:
            count = ask([python, "-c", _REDIS, url, "dbsize"], environment, 20)
        except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
            print(f"\nskipped: {', '.join(one.name for one in candidates)}: {error}")
            return []
        if count:
            print(f"\nskipped: all on Redis: the database of {url} is not empty, it has {count} keys")
            return []
        found = []
        for system in candidates:
            name = system.module.partition("_")[0]
            try:
                ask([python, "-c", f"import json, {name}; print(json.dumps(1))"], environment, 30)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                print(f"\nskipped: {system.name}: {error}")
                continue
            found.append(replace(system, python=python, on_redis=True))
        told = ask([python, "-c", _VERSIONS, url], environment, 30)
        print("\nOn Redis: " + ", ".join(f"{name} {value}" for name, value in told.items()) + ".")
        return found


_REDIS = (
    "import json, sys, redis; print(json.dumps(getattr(redis.Redis.from_url(sys.argv[1]), sys.argv[2])()))"
)

_VERSIONS = """
import json, sys, redis
from importlib.metadata import PackageNotFoundError, version
server = redis.Redis.from_url(sys.argv[1])
told = {"server": server.info("server")["redis_version"]}
told["append-only file"] = server.config_get("appendonly")["appendonly"]
for name in ("celery", "rq", "dramatiq"):
    try:
        told[name] = version(name)
    except PackageNotFoundError:
        pass
print(json.dumps(told))
"""


@contextmanager
def _contest(options: argparse.Namespace, system: System) -> Iterator[tuple[Path, dict[str, str]]]:
    """A fresh folder for one system, or an empty Redis."""
    with fresh_folder() as folder:
        environment = _environment(options, folder)
        try:
            yield folder, environment
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            raise SystemExit(f"{system.name}: {error}") from error
        finally:
            if system.on_redis:
                with suppress(RuntimeError):
                    ask([system.python, "-c", _REDIS, options.redis_url, "flushdb"], environment, 30)


def _environment(options: argparse.Namespace, folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCANJOBS_")}
    return kept | {
        "BENCH_FOLDER": str(folder),
        "SCANJOBS_HOME": str(folder / "home"),
        "SCANJOBS_TASKS": "peers.ours",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH")))),
        "REDIS_URL": options.redis_url,
    }


def _submit(system: System, what: str, count: int) -> list[str]:
    return [system.python, "-m", "peers.submit", system.module, what, str(count)]


# --- words ------------------------------------------------------------------------------------------------


def _show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table as soon as it is known."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    print(f"\n{title}\n\n{_line(head, widths)}\n{_line(['-' * width for width in widths], widths)}")
    for row in rows:
        print(_line(row, widths))
    sys.stdout.flush()


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
    return "| " + " | ".join(padded) + " |"


def _title(system: System) -> str:
    return system.name.partition(",")[0]


def _ratio(ratios: Sequence[float]) -> str:
    """The median of the runs' own ratios, and their range."""
    middle = statistics.median(ratios)
    if min(ratios) == max(ratios):
        return f"{middle:.2f}"
    return f"{middle:.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"


def _duration(seconds: float) -> str:
    return f"{1e6 * seconds:,.0f} µs" if seconds < 0.001 else f"{1000 * seconds:,.1f} ms"


if __name__ == "__main__":
    main()
