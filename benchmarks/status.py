"""Measures how long it takes to look: `scanjobs status` beside `celery status` and `rq info`, by turns.

    python benchmarks/status.py --peers-python other-venv/bin/python
    python benchmarks/status.py --rows 100000 --runs 5

Every system has one worker that waits for something to do. scanjobs looks at three databases: an empty one,
one with a million jobs of history and one with a million that wait; the peers at an empty Redis, which is
their best case. Whole commands are measured, from the shell and back. `huey_consumer --help`, which looks at
nothing at all, is there for scale. Celery and RQ take part where the interpreter of `--peers-python` has
them and a Redis answers at REDIS_URL, whose database must be empty: it is emptied afterwards.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from contestants import Options, contest, environment, local_systems, redis_systems, work_off
from peers import filling
from peers.processes import ask, fresh_folder, running, wait_until
from tables import milliseconds, percentile, ratio, show

SECONDS = 60.0
EMPTY = "`scanjobs status`, empty database"


@dataclass(frozen=True)
class Look:
    """A command that is measured."""

    name: str
    command: list[str]
    surroundings: Mapping[str, str]
    must_say: str = ""
    """What it prints only where it saw what it was to see."""


def main() -> None:
    """Prepare, look by turns, print."""
    options = _options()
    load = os.getloadavg()[0]
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {options.runs} runs by turns; "
        f"ratios are medians of the runs' own ratios, with their range. Load at the beginning: {load:.1f}."
    )
    peers = {system.module: system for system in redis_systems(options)}
    with ExitStack() as stack:
        looks = list(_ours(options, stack))
        for module in ("celery_redis", "rq_redis"):
            if module in peers:
                looks.append(stack.enter_context(_peer(options, module, peers[module])))
        looks.append(_scale(options, stack))
        taken: dict[str, list[float]] = {look.name: [] for look in looks}
        for number in range(-1, options.runs):
            order = list(looks)
            random.Random(number).shuffle(order)
            for look in order:
                seconds = _measured(look)
                if number >= 0:  # the first time, files are read from the disk
                    taken[look.name].append(seconds)
    _print(options, taken)


def _options() -> Options:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=11, help="runs of each command (11)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="jobs in the large databases (1,000,000)")
    parser.add_argument("--peers-python", default=sys.executable, help="interpreter with Celery, RQ, Huey")
    parser.add_argument(
        "--redis-url", default=os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/15"), help="REDIS_URL"
    )
    return Options(jobs=1, **vars(parser.parse_args()))


def _ours(options: Options, stack: ExitStack) -> Iterator[Look]:
    """Our three databases, each with an idle worker where that one would not eat up what waits."""
    system = local_systems()[0]
    for name, label in (
        ("empty", EMPTY),
        ("history", f"`scanjobs status`, {options.rows:,} jobs ended"),
        ("backlog", f"`scanjobs status`, {options.rows:,} jobs waiting"),
    ):
        folder = stack.enter_context(fresh_folder())
        surroundings = environment(options, folder)
        ask(system.submit("accept", 1), surroundings)
        work_off(system, 1, folder, surroundings)
        database = folder / "home" / "scanjobs.db"
        if name == "backlog":
            ask(system.submit("accept", 1), surroundings)
        if name != "empty":
            filling.fill(database, options.rows)
        # One that serves another queue is there to be seen, and leaves alone what waits.
        serving = ["-q", "reports"]
        command = [sys.executable, "-m", "scanjobs"]
        group = stack.enter_context(
            running([[*command, "worker", "-c", "2", *serving]], surroundings, folder / "log")
        )
        look = Look(label, [_script("scanjobs"), "status"], surroundings, must_say="alive")
        wait_until(lambda look=look: b"alive" in _told(look), SECONDS, group, 0.2)
        yield look


@contextmanager
def _peer(options: Options, module: str, system: object) -> Iterator[Look]:
    """A worker on Redis, and the command that looks at it."""
    python = Path(options.peers_python)
    with contest(options, system) as (folder, surroundings):  # type: ignore[arg-type]
        if module == "celery_redis":
            command = [str(python.with_name("celery")), "-A", "peers.celery_redis", "status"]
            look = Look("`celery status`", command, surroundings, must_say="OK")
        else:
            command = [str(python.with_name("rq")), "info", "-u", options.redis_url]
            look = Look("`rq info`", command, surroundings, must_say="1 workers")
        with running(system.worker(2)[:1], surroundings, folder / "log") as group:  # type: ignore[attr-defined]
            if not wait_until(lambda: look.must_say.encode() in _told(look), SECONDS, group, 0.5):
                raise SystemExit(f"{look.name} does not see its worker")
            yield look


def _scale(options: Options, stack: ExitStack) -> Look:
    folder = stack.enter_context(fresh_folder())
    command = [_script("huey_consumer"), "--help"]
    return Look("`huey_consumer --help`, for scale", command, environment(options, folder), must_say="Usage")


def _script(name: str) -> str:
    """The command as it is installed beside this interpreter."""
    for candidate in (name, f"{name}.py"):
        path = Path(sys.executable).with_name(candidate)
        if path.exists():
            return str(path)
    raise SystemExit(f"{name} is not installed beside {sys.executable}")


def _told(look: Look) -> bytes:
    done = subprocess.run(
        look.command, env=dict(look.surroundings), capture_output=True, timeout=SECONDS, check=False
    )
    return done.stdout


def _measured(look: Look) -> float:
    started = time.perf_counter()
    told = _told(look)
    seconds = time.perf_counter() - started
    if look.must_say.encode() not in told:
        raise SystemExit(f"{look.name} did not see what it was to see: {told[-200:]!r}")
    return seconds


def _print(options: Options, taken: Mapping[str, list[float]]) -> None:
    rows = []
    for name, seconds in taken.items():
        pairs = zip(seconds, taken[EMPTY], strict=True)
        rows.append(
            [
                name,
                milliseconds(min(seconds)),
                milliseconds(statistics.median(seconds)),
                milliseconds(percentile(seconds, 0.95)),
                ratio([mine / empty for mine, empty in pairs]),
            ]
        )
    show("Looking at the queue", ["", "fastest", "median", "95th of 100", "ratio to the empty one"], rows)
    print(f"\nLoad at the end: {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
