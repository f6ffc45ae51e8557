"""What the queue looks like from outside: workers, queues, running jobs, last results. Only reads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from scanjobs.config import Settings
from scanjobs.db.session import reading
from scanjobs.domain.clock import Clock, SystemClock
from scanjobs.domain.jobs import QUEUES, JobRecord, JobState, QueueRecord, WorkerRecord
from scanjobs.errors import NotFoundError
from scanjobs.jobs import statements
from scanjobs.jobs.liveness import is_dead
from scanjobs.jobs.rows import job_record, moment


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
    with reading(settings) as session:
        jobs = session.execute(statements.SELECT_RUNNING, {"limit": running}).all()
        outcomes = session.execute(statements.SELECT_FINISHED, {"limit": finished}).all()
    return Status(
        workers=tuple(workers(settings, clock=clock)),
        queues=tuple(queues(settings)),
        running=tuple(map(job_record, jobs)),
        finished=tuple(map(job_record, outcomes)),
    )


def workers(settings: Settings, *, clock: Clock | None = None) -> list[WorkerRecord]:
    """Every worker that has not left in good order; `is_alive` says whether it still lives."""
    now = (clock or SystemClock()).timestamp()
    with reading(settings) as session:
        rows = session.execute(statements.SELECT_WORKERS).all()
    return [
        WorkerRecord(
            id=row.id,
            host=row.host,
            pid=row.pid,
            queues=tuple(row.queues.split(",")),
            concurrency=row.concurrency,
            started_at=_known(row.started_at),
            seen_at=_known(row.seen_at),
            running=row.running,
            succeeded=row.succeeded,
            failed=row.failed,
            is_alive=not is_dead(row.boot_id, row.lock_path, row.seen_at + settings.lease_seconds, now),
            only_batch=row.only_batch,
        )
        for row in rows
    ]


def is_served(settings: Settings, queue: str) -> bool:
    """Whether a living worker takes any job of this queue."""
    return any(
        worker.is_alive and queue in worker.queues and worker.only_batch is None
        for worker in workers(settings)
    )


def queues(settings: Settings) -> list[QueueRecord]:
    """Every queue with what waits and runs in it."""
    with reading(settings) as session:
        rows = session.execute(statements.COUNT_WAITING).all()
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    oldest: dict[str, float] = {}
    for queue, state, count, first_created in rows:
        counts[queue][state] = count
        if state == JobState.QUEUED:
            oldest[queue] = first_created
    return [
        QueueRecord(
            name=name,
            queued=counts[name].get(JobState.QUEUED, 0),
            scheduled=counts[name].get(JobState.SCHEDULED, 0) + counts[name].get(JobState.RETRYING, 0),
            running=counts[name].get(JobState.RUNNING, 0),
            oldest_at=moment(oldest.get(name)),
        )
        for name in dict.fromkeys((*QUEUES, *sorted(counts)))
    ]


def job(settings: Settings, job_id: str) -> JobRecord:
    """One job by its whole id.

    Raises:
        NotFoundError: there is no such job.
    """
    with reading(settings) as session:
        row = session.execute(statements.SELECT_JOB, {"job_id": job_id}).first()
    if row is None:
        raise NotFoundError(f"There is no job {job_id}.", hint="`scanjobs status` shows the last ones.")
    return job_record(row)


def batch(settings: Settings, batch_id: str) -> list[JobRecord]:
    """The jobs that were submitted together, in their order."""
    with reading(settings) as session:
        return [job_record(row) for row in session.execute(statements.SELECT_BATCH, {"batch_id": batch_id})]


def _known(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
