"""Measures the engine beside its peers, by turns in one run: rates, latency, limits, large tables, size.

    python benchmarks/engine.py                                     everything; some fifteen minutes
    python benchmarks/engine.py --only accept,done --jobs 2000
    python benchmarks/engine.py --peers-python other-venv/bin/python

Each section is a module of `sections` and says in its first line what it measures. Celery, RQ and Dramatiq
take part where the interpreter of `--peers-python` has them and a Redis answers at REDIS_URL, whose database
must be empty: it is emptied after each. Every system gets fresh temporary folders. The tables are Markdown;
quote the ratios.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
from importlib.metadata import version

import disk
from contestants import Options, redis_systems
from sections import accept, done, latency, limits, size, volume

SECTIONS = {
    "accept": accept.run,
    "done": done.run,
    "latency": latency.run,
    "limits": limits.run,
    "volume": volume.run,
    "size": size.run,
}
WITH_PEERS = {"accept", "done", "latency", "limits"}


def main() -> None:
    """Run the sections that were asked for."""
    options, wanted = _options()
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"Huey {version('huey')}; {disk.described()}; {options.jobs:,} jobs with 1 KB each, medians of "
        f"{options.runs} runs; ratios are medians of the runs' own ratios, with their range."
    )
    peers = redis_systems(options) if WITH_PEERS & wanted else []
    for name, run in SECTIONS.items():
        if name in wanted:
            run(options, peers)


def _options() -> tuple[Options, set[str]]:
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
    given = vars(parser.parse_args())
    wanted = set(given.pop("only").split(","))
    if unknown := wanted - SECTIONS.keys():
        parser.error(f"no such section: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    return Options(**given), wanted


if __name__ == "__main__":
    main()
