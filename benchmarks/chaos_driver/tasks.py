"""The tasks of the chaos driver: short and long, failing and hanging, each leaving a line for every start."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from scanjobs import task
from scanjobs.jobs.context import this_job

MODULE = "benchmarks.chaos_driver.tasks"
FOLDER_VARIABLE = "CHAOS_FOLDER"
"""Names the folder of the run in the environment of all its processes."""
NEVER_SUCCEED = {"fail", "hang"}
QUICKLY = {"retry_base_seconds": 0.2, "retry_cap_seconds": 1.0}


def note(what: str, *, durable: bool = False, **facts: Any) -> None:
    """Append a line to this process's own file; a kill behind it does not take it back."""
    folder = Path(os.environ[FOLDER_VARIABLE]) / "notes"
    line = json.dumps({"what": what, **facts}) + "\n"
    descriptor = os.open(folder / f"{os.getpid()}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line.encode())
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _started() -> None:
    note("started", id=this_job().id, attempt=this_job().attempt)


@task(**QUICKLY)
def nothing(number: int) -> int:
    """The shortest job there is."""
    _started()
    return number


@task(queue="notifications", **QUICKLY)
def ring_out(number: int) -> int:
    """As short, in another queue."""
    _started()
    return number


@task(**QUICKLY)
def sleep(seconds: float) -> float:
    """Takes its time and says how far it is."""
    _started()
    this_job().progress(50, "Sleeping")
    time.sleep(seconds)
    return seconds


@task(retries=2, **QUICKLY)
def fail() -> None:
    """Fails at every attempt."""
    _started()
    raise RuntimeError("This task always fails.")


@task(retries=3, **QUICKLY)
def stumble(times: int) -> int:
    """Fails at its first attempts and then succeeds."""
    _started()
    if this_job().attempt <= times:
        raise RuntimeError(f"Attempt {this_job().attempt} stumbles.")
    return times


@task(retries=0, soft_limit_seconds=None, hard_limit_seconds=0.8)
def hang() -> None:
    """Never ends by itself; its hard limit kills it."""
    _started()
    time.sleep(600)


@task(**QUICKLY)
def submit_others(number: int) -> list[str]:
    """Submits jobs while it runs; each is accepted when its call returns, whatever becomes of this one."""
    _started()
    ids = []
    for other in range(number):
        job = nothing(other)
        note("accepted", durable=True, ids=[job.id], kind="from a job")
        ids.append(job.id)
    return ids


@task(**QUICKLY)
def gather(results: list[Any]) -> int:
    """The callback of a chord."""
    _started()
    return len(results)


@task(**QUICKLY)
def add(first: int, second: int) -> int:
    """A step of a pipeline."""
    _started()
    return first + second
