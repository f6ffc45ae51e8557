"""The workers as they look from outside: who lives, what each serves and holds; and asking one to leave."""

from __future__ import annotations

import os
import signal
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from scanjobs.config import Settings, current
from scanjobs.db.locks import boot_id
from scanjobs.db.lookup import checked_prefix, the_one
from scanjobs.domain.clock import Clock
from scanjobs.domain.jobs import WorkerRecord
from scanjobs.errors import JobError
from scanjobs.jobs import looking_statements, this_host
from scanjobs.jobs.liveness import is_dead
from scanjobs.jobs.rows import select


def workers(settings: Settings | None = None, *, clock: Clock | None = None) -> list[WorkerRecord]:
    """Every worker that has not left in good order; `is_alive` says whether it still lives."""
    settings = settings or current()
    now = (clock or settings.clock).timestamp()
    held: dict[str, list[str]] = defaultdict(list)
    for worker_id, job_id in select(settings, looking_statements.SELECT_HELD):
        held[worker_id].append(job_id)
    return [
        _record(settings, row, held[row["id"]], now)
        for row in select(settings, looking_statements.SELECT_WORKERS)
    ]


def worker(settings: Settings | None, prefix: str) -> WorkerRecord:
    """The one worker whose id begins so.

    Raises:
        NotFoundError: there is none that has not left.
        AmbiguousIdError: there is more than one, or the prefix is too short.
    """
    wanted = checked_prefix(prefix, noun="worker", listing="scanjobs status")
    found = [one for one in workers(settings) if one.id.startswith(wanted)]
    return the_one(found, prefix, noun="worker", listing="scanjobs status", id_of=lambda one: one.id)


def is_served(settings: Settings, queue: str) -> bool:
    """Whether a living worker takes any job of this queue."""
    return any(one.is_alive and queue in one.queues and not one.is_private for one in workers(settings))


def ping(settings: Settings | None = None) -> dict[str, bool]:
    """Whether each worker lives, by its id: on this host by its lock, elsewhere by its lease."""
    return {one.id: one.is_alive for one in workers(settings)}


def active_queues(settings: Settings | None = None) -> dict[str, tuple[str, ...]]:
    """Which queues each living worker serves, by its id."""
    return {one.id: one.queues for one in workers(settings) if one.is_alive}


def shutdown(prefix: str, *, settings: Settings | None = None) -> WorkerRecord:
    """Ask a worker of this host to leave: its running jobs finish first; asked twice, it leaves at once.

    Raises:
        NotFoundError, AmbiguousIdError: there is not one such worker.
        JobError: its process cannot be reached from here, or has ended.
    """
    return _send(prefix, signal.SIGTERM, settings)


def begin_anew(prefix: str, *, settings: Settings | None = None) -> WorkerRecord:
    """Ask a worker of this host to start again when its running jobs have finished; raises as `shutdown`.

    It reads program and settings anew. One that runs in a terminal leaves instead.
    """
    return _send(prefix, signal.SIGHUP, settings)


def _send(prefix: str, number: int, settings: Settings | None) -> WorkerRecord:
    found = worker(settings, prefix)
    if not found.is_here:
        raise JobError(
            f"The worker {found.id} cannot be reached from here.",
            hint=f"On {found.host}, run `kill {found.pid}`." if found.is_alive else "It has died.",
        )
    try:
        os.kill(found.pid, number)
    except OSError as error:
        raise JobError(f"The worker {found.id} cannot be told to leave: {error.strerror}.") from error
    return found


def _record(settings: Settings, row: Any, held: list[str], now: float) -> WorkerRecord:
    is_here = row["boot_id"] == boot_id() and this_host.holds(row["pid"], row["lock_path"])
    return WorkerRecord(
        id=row["id"],
        host=row["host"],
        pid=row["pid"],
        queues=tuple(row["queues"].split(",")),
        concurrency=row["concurrency"],
        pool=row["pool"],
        children=row["children"],
        started_at=datetime.fromtimestamp(row["started_at"], UTC),
        seen_at=datetime.fromtimestamp(row["seen_at"], UTC),
        running=len(held),
        current=tuple(held[: row["children"]]),
        succeeded=row["succeeded"],
        failed=row["failed"],
        is_alive=not is_dead(row["boot_id"], row["lock_path"], row["seen_at"] + settings.lease_seconds, now),
        is_private=bool(row["is_private"]),
        is_here=is_here,
        memory=this_host.memory_of(row["pid"]) if is_here else None,
    )
