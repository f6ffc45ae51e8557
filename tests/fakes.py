"""Tasks that real workers run in tests: they sleep, fail, die, and leave a trace of each start."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from huey.exceptions import RetryTask

from scanjobs import task
from scanjobs.jobs.context import this_job
from scanjobs.tasks import queue

MODULE = "tests.fakes"


def wait_for(holds: Callable[[], object], seconds: float = 60) -> None:
    """As a task waits for something outside; it can be told to end meanwhile."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError("It did not come.")
        time.sleep(0.02)


@task()
def add(first: int, second: int) -> int:
    return first + second


@task()
def trace(folder: str, name: str, seconds: float = 0.0) -> str:
    """Leaves one file for each start, and another when it has ended."""
    job = this_job()
    Path(folder, f"{name}.start.{job.attempt}.{os.getpid()}").touch()
    job.progress(50, "Sleeping")
    time.sleep(seconds)
    Path(folder, f"{name}.end.{job.attempt}.{os.getpid()}").touch()
    return name


@task(retries=0)
def fail(sentence: str) -> None:
    raise RuntimeError(sentence)


@task(retries=3)
def succeed_at_attempt(number: int) -> int:
    if this_job().attempt < number:
        raise RuntimeError(f"attempt {this_job().attempt} is too early")
    return this_job().attempt


@task(retries=1)
def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@task()
def return_something_odd() -> object:
    return object()


@task(retries=0, soft_limit_seconds=None, hard_limit_seconds=1)
def outlive_its_limit(how: str, folder: str) -> None:
    grandchild = subprocess.Popen(["sleep", "600"])
    Path(folder, "grandchild").write_text(str(grandchild.pid))
    if how == "sleep":
        time.sleep(600)
    elif how == "regex":
        re.match(r"(a+)+$", "a" * 64 + "b")
    elif how == "deaf":
        signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
        time.sleep(600)


@task(retries=0, soft_limit_seconds=0.5)
def swallow_everything() -> None:
    while True:
        try:
            time.sleep(60)
        except Exception:
            continue


@task(retries=0)
def ignore_signals(folder: str) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
    Path(folder, "started").touch()
    time.sleep(600)


@task()
def pid() -> int:
    return os.getpid()


@task()
def echo(word: str) -> str:
    return word


@task()
def not_a_number() -> float:
    return float("nan")


@task()
def collect(results: list[object]) -> list[str]:
    return [repr(result) for result in results]


@task(retries=1, retry_base_seconds=0.1)
def fail_twice(sentence: str) -> None:
    raise RuntimeError(sentence)


@task()
def note_error(folder: str, error: str) -> None:
    Path(folder, f"{time.monotonic_ns()}.error").write_text(error)


@task(unique=True)
def rare(number: int) -> int:
    return number


@task(retries=1)
def ask_for_more(delay: float) -> int:
    if this_job().attempt == 1:
        raise RetryTask(delay=delay)
    return this_job().attempt


@task(retries=0, retry_base_seconds=0.2)
@queue.lock_task("fakes")
def hold_lock(seconds: float) -> tuple[float, float]:
    """From when to when it held the lock, by a clock that all processes share."""
    began = time.monotonic()
    time.sleep(seconds)
    return began, time.monotonic()


@task(retries=0)
@queue.lock_task("fakes")
def die_with_lock() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@task(retries=0)
@queue.rate_limit("fakes.second", limit=1, per=1)
def once_a_second(number: int) -> int:
    return number


@task(retries=0)
@queue.rate_limit("fakes.age", limit=1, per=10**9)
def once_in_an_age() -> None:
    return None


@task()
def look_around() -> list[int | bool]:
    with queue.lock_task("looking"):
        return [queue.is_locked("looking"), queue.is_locked("other"), queue.pending_count()]


@task()
def meet(folder: str, name: str, number: int) -> str:
    """Ends when as many are there as were to meet, which takes as many at once; answers where it ran."""
    Path(folder, f"{name}.here").touch()
    wait_for(lambda: len(list(Path(folder).glob("*.here"))) >= number)
    return f"{os.getpid()} {threading.current_thread().name}"


@task(retries=0, soft_limit_seconds=0.5)
def check_often(folder: str) -> None:
    Path(folder, "started").touch()
    while True:
        time.sleep(0.02)
        this_job().check()


@task(retries=0)
def check_patiently(folder: str) -> None:
    Path(folder, "started").touch()
    while True:
        time.sleep(0.02)
        this_job().check()


@task(retries=0, soft_limit_seconds=0.2, hard_limit_seconds=0.5)
def wait_for_file(folder: str, name: str) -> str:
    """Hears neither limits nor cancellation."""
    Path(folder, f"{name}.started").touch()
    wait_for(Path(folder, name).exists)
    return name


@task()
def wait_for_go(folder: str, name: str) -> str:
    wait_for(Path(folder, name).exists)
    return name


@task(limit_key="site:{site}", at_once=1)
def visit(folder: str, site: str, name: str, seconds: float = 0.0) -> tuple[float, float]:
    """From when to when it ran, by a clock that all processes share."""
    began = time.monotonic()
    Path(folder, f"{name}.start.{this_job().attempt}.{os.getpid()}").touch()
    time.sleep(seconds)
    return began, time.monotonic()


@task(rate="2/h")
def twice_an_hour(number: int) -> int:
    return number


@task(retries=1)
def leave_interpreter() -> None:
    raise SystemExit(1)


@task(retries=0)
def speak(site: str) -> None:
    """Logs as any task of one's own does."""
    logging.getLogger("my_module").info("Looking at %s", site)
    logging.getLogger("my_module.deeper").debug("Deeper", extra={"pages": 3})
    raise RuntimeError("It did not answer.")
