"""Who takes part and how each is started: scanjobs, SqliteHuey, and the peers on Redis where they can."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from peers import trace
from peers.processes import ask, fresh_folder, running, wait_until

DEADLINE_SECONDS = 120.0
LOOK_SECONDS = 0.2
"""Between two looks at how far a worker is: whoever looks takes time from those who work."""
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Options:
    """How much is measured, and with whom."""

    jobs: int
    runs: int
    rows: int
    peers_python: str
    redis_url: str


@dataclass(frozen=True)
class System:
    """One contestant with its worker as one starts it."""

    name: str
    module: str
    worker: Callable[[int], list[list[str]]]
    """The commands that start so many processes that work."""
    python: str = sys.executable
    share: float = 1.0
    """Of the jobs, for those that would take minutes."""
    on_redis: bool = False
    limit: str | None = None
    """What it does to a job that has used up its time, where it has a limit at all."""
    is_variant: bool = False
    """Whether it is one of the others with another setting, which matters for the rate alone."""

    @property
    def short_name(self) -> str:
        """Without what it runs on."""
        return self.name.partition(",")[0]

    def submit(self, what: str, how: object) -> list[str]:
        """The command that submits to it from a process of its own."""
        return [self.python, "-m", "peers.submit", self.module, what, str(how)]


def local_systems() -> list[System]:
    """Those that need nothing but SQLite; scanjobs is the first."""
    python = sys.executable

    def ours(*options: str) -> Callable[[int], list[list[str]]]:
        return lambda count: [[python, "-m", "scanjobs", *options, "worker", "-c", str(count)]]

    def huey(*options: str) -> Callable[[int], list[list[str]]]:
        consumer = [python, "-m", "huey.bin.huey_consumer", "peers.huey_sqlite.huey", "-k", "process"]
        return lambda count: [[*consumer, "-w", str(count), *options]]

    return [
        System("scanjobs", "ours", ours(), limit="kills the process with all it has started"),
        System(
            "scanjobs, quiet (`--log-level warning`)",
            "ours",
            ours("--log-level", "warning"),
            is_variant=True,
        ),
        System("SqliteHuey", "huey_sqlite", huey(), limit="raises an exception in the task"),
        System("SqliteHuey, quiet (`-q`)", "huey_sqlite", huey("-q"), is_variant=True),
    ]


def redis_systems(options: Options) -> list[System]:
    """Those that can take part; the others are named with the reason."""
    candidates = _candidates(options.peers_python, options.redis_url)
    with fresh_folder() as folder:
        surroundings = environment(options, folder)
        try:
            count = ask([options.peers_python, "-c", _REDIS, options.redis_url, "dbsize"], surroundings, 20)
        except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
            print(f"\nskipped: {', '.join(one.name for one in candidates)}: {error}")
            return []
        if count:
            print(
                f"\nskipped: all on Redis: the database {options.redis_url} is not empty, it has {count} keys"
            )
            return []
        found = []
        for system in candidates:
            library = system.module.partition("_")[0]
            try:
                ask([system.python, "-c", f"import json, {library}; print(json.dumps(1))"], surroundings, 30)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                print(f"\nskipped: {system.name}: {error}")
                continue
            found.append(system)
        told = ask([options.peers_python, "-c", _VERSIONS, options.redis_url], surroundings, 30)
        print("\nOn Redis: " + ", ".join(f"{name} {value}" for name, value in told.items()) + ".")
        return found


def _candidates(python: str, url: str) -> list[System]:
    def rq(*options: str) -> Callable[[int], list[list[str]]]:
        worker = [str(Path(python).with_name("rq")), "worker", "-u", url, *options]
        return lambda count: [worker] * count

    def celery(count: int) -> list[list[str]]:
        return [[python, "-m", "celery", "-A", "peers.celery_redis", "worker", "-c", str(count)]]

    def dramatiq(count: int) -> list[list[str]]:
        return [[python, "-m", "dramatiq", "peers.dramatiq_redis", "--processes", str(count)]]

    simple, forking = ("-w", "rq.SimpleWorker"), ("-w", "rq.Worker")
    systems = [
        System(
            "Celery, Redis, late ack, prefetch 4",
            "celery_redis",
            celery,
            share=0.3,
            limit="ends the process alone",
        ),
        System("RQ, Redis, SimpleWorker", "rq_redis", rq(*simple), share=0.2),
        System(
            "RQ, Redis, SimpleWorker, quiet (`-q`)", "rq_redis", rq("-q", *simple), share=0.2, is_variant=True
        ),
        System(
            "RQ, Redis, a fork for each job",
            "rq_redis",
            rq(*forking),
            share=0.03,
            limit="raises an exception in the task, kills a minute later",
        ),
        System("Dramatiq, Redis, 8 threads a process", "dramatiq_redis", dramatiq, share=0.5),
    ]
    return [replace(system, python=python, on_redis=True) for system in systems]


_REDIS = (
    "import json, sys, redis; print(json.dumps(getattr(redis.Redis.from_url(sys.argv[1]), sys.argv[2])()))"
)

_VERSIONS = """
import json, sys, redis
from importlib.metadata import PackageNotFoundError, version
server = redis.Redis.from_url(sys.argv[1])
told = {"server": server.info("server")["redis_version"]}
is_kept = server.config_get("appendonly")["appendonly"] == "yes"
told["synced"] = server.config_get("appendfsync")["appendfsync"] if is_kept else "never"
for name in ("celery", "rq", "dramatiq"):
    try:
        told[name] = version(name)
    except PackageNotFoundError:
        pass
print(json.dumps(told))
"""


def in_turn(systems: Sequence[System], run: int) -> list[System]:
    """All of them, another one first in each run."""
    first = run % len(systems) if systems else 0
    return [*systems[first:], *systems[:first]]


@contextmanager
def contest(options: Options, system: System) -> Iterator[tuple[Path, dict[str, str]]]:
    """A fresh folder for one system, and a Redis that is empty again afterwards."""
    with fresh_folder() as folder:
        surroundings = environment(options, folder)
        try:
            yield folder, surroundings
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            raise SystemExit(f"{system.name}: {error}") from error
        finally:
            if system.on_redis:
                with suppress(RuntimeError):
                    ask([system.python, "-c", _REDIS, options.redis_url, "flushdb"], surroundings, 30)


def environment(options: Options, folder: Path) -> dict[str, str]:
    """What every process that is measured finds around it: this folder, and no settings of the user's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCANJOBS_")}
    return kept | {
        "BENCH_FOLDER": str(folder),
        "SCANJOBS_HOME": str(folder / "home"),
        "SCANJOBS_TASKS": "peers.ours",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH")))),
        "REDIS_URL": options.redis_url,
    }


def work_off(system: System, jobs: int, folder: Path, surroundings: dict[str, str]) -> trace.Tally:
    """Start two processes that work, wait until so many more jobs have begun, and let them leave."""
    for path in folder.glob("tally.*"):
        path.unlink()
    with running(system.worker(2), surroundings, folder / "log") as group:
        wait_until(lambda: trace.counted(folder) >= jobs, DEADLINE_SECONDS, group, LOOK_SECONDS)
    return trace.tallied(folder)
