"""What the queue looks like from outside: workers, queues, running jobs, last results. Only reads."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from scanjobs.config import Settings
from scanjobs.db.lookup import BEYOND, LATEST, checked_prefix, the_one
from scanjobs.domain.clock import Clock
from scanjobs.domain.jobs import QUEUES, JobRecord, JobState, QueueRecord, WorkerRecord
from scanjobs.jobs import statements
from scanjobs.jobs.liveness import is_dead
from scanjobs.jobs.rows import job_record, moment, select


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """Everything `scanjobs status` shows."""

    workers: tuple[WorkerRecord, ...]
    queues: tuple[QueueRecord, ...]
    running: tuple[JobRecord, ...]
    finished: tuple[JobRecord, ...]
    """The last outcomes, newest first."""


def status(
    settings: Settings, *, finished: int = 10, running: int = 50, clock: Clock | None = None
) -> Status:
    """The queue as it is now, with the last outcomes."""
    return Status(
        workers=tuple(workers(settings, clock=clock)),
        queues=tuple(queues(settings)),
        running=_jobs(settings, statements.SELECT_RUNNING, limit=running),
        finished=_jobs(settings, statements.SELECT_FINISHED, limit=finished),
    )


def workers(settings: Settings, *, clock: Clock | None = None) -> list[WorkerRecord]:
    """Every worker that has not left in good order; `is_alive` says whether it still lives."""
    now = (clock or settings.clock).timestamp()
    return [
        WorkerRecord(
            id=row["id"],
            host=row["host"],
            pid=row["pid"],
            queues=tuple(row["queues"].split(",")),
            concurrency=row["concurrency"],
            started_at=datetime.fromtimestamp(row["started_at"], UTC),
            seen_at=datetime.fromtimestamp(row["seen_at"], UTC),
            running=row["running"],
            succeeded=row["succeeded"],
            failed=row["failed"],
            is_alive=not is_dead(
                row["boot_id"], row["lock_path"], row["seen_at"] + settings.lease_seconds, now
            ),
            is_private=bool(row["is_private"]),
        )
        for row in select(settings, statements.SELECT_WORKERS)
    ]


def is_served(settings: Settings, queue: str) -> bool:
    """Whether a living worker takes any job of this queue."""
    return any(
        worker.is_alive and queue in worker.queues and not worker.is_private for worker in workers(settings)
    )


def queues(settings: Settings) -> list[QueueRecord]:
    """Every queue with what waits and runs in it."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    oldest: dict[str, float] = {}
    for queue, number, first_created in select(settings, statements.COUNT_QUEUED):
        counts[queue][JobState.QUEUED] = number
        oldest[queue] = first_created
    for queue, state, number in select(settings, statements.COUNT_SCHEDULED):
        counts[queue][state] = number
    for queue, number in select(settings, statements.COUNT_RUNNING):
        counts[queue][JobState.RUNNING] = number
    paused = {name for (name,) in select(settings, statements.SELECT_PAUSED)}
    return [
        QueueRecord(
            name=name,
            queued=counts[name].get(JobState.QUEUED, 0),
            scheduled=counts[name].get(JobState.SCHEDULED, 0) + counts[name].get(JobState.RETRYING, 0),
            running=counts[name].get(JobState.RUNNING, 0),
            is_paused=name in paused,
            oldest_at=moment(oldest.get(name)),
        )
        for name in dict.fromkeys((*QUEUES, *sorted(counts)))
    ]


def job(settings: Settings, prefix: str) -> JobRecord:
    """The one job whose id begins so, or `latest`.

    Raises:
        NotFoundError: there is none.
        AmbiguousIdError: there is more than one, or the prefix is too short.
    """
    if prefix == LATEST:
        found = select(settings, statements.SELECT_NEWEST_JOB)
    else:
        wanted = checked_prefix(prefix, noun="job", listing="scanjobs jobs list")
        found = select(
            settings, statements.SELECT_JOBS_BY_PREFIX, {"prefix": wanted, "beyond": wanted + BEYOND}
        )
    return job_record(
        the_one(found, prefix, noun="job", listing="scanjobs jobs list", id_of=lambda row: str(row["id"]))
    )


def jobs(
    settings: Settings,
    *,
    state: JobState | None = None,
    queue: str | None = None,
    task: str | None = None,
    limit: int = 50,
) -> tuple[JobRecord, ...]:
    """Jobs, newest first; only those of a state, a queue, a task where one is named."""
    return _jobs(settings, statements.SELECT_JOBS, state=state, queue=queue, task=task, limit=limit)


def among(settings: Settings, ids: Sequence[str]) -> tuple[JobRecord, ...]:
    """These very jobs, in the order of their ids here."""
    found = _jobs(settings, statements.SELECT_AMONG, ids=json.dumps(list(ids)))
    return tuple(sorted(found, key=lambda job: ids.index(job.id)))


def _jobs(settings: Settings, statement: str, **values: object) -> tuple[JobRecord, ...]:
    return tuple(map(job_record, select(settings, statement, values)))
