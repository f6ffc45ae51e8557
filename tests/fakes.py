"""Tasks that real workers run in tests: they sleep, fail, die, and leave a trace of each start."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from scanjobs import task
from scanjobs.jobs.context import this_job

MODULE = "tests.fakes"


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
