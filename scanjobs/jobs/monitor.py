"""What the queue looks like from outside: workers, queues, jobs, tasks; and revoking and purging from there.

Everything but `is_served` and `among` is meant for programs of others too, which need not name any settings.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scanjobs.config import Settings, current
from scanjobs.db.lookup import BEYOND, LATEST, checked_prefix, the_one
from scanjobs.domain.clock import Clock
from scanjobs.domain.jobs import QUEUES, JobRecord, JobState, QueueRecord, TaskRecord, WorkerRecord
from scanjobs.jobs import control, looking_statements, statements
from scanjobs.jobs.liveness import is_dead
from scanjobs.jobs.rows import job_record, moment, select

if TYPE_CHECKING:
    from scanjobs.jobs.queue import JobQueue


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """Everything `scanjobs status` shows."""

    workers: tuple[WorkerRecord, ...]
    queues: tuple[QueueRecord, ...]
    running: tuple[JobRecord, ...]
    finished: tuple[JobRecord, ...]
    """The last outcomes, newest first."""
    scheduled: tuple[JobRecord, ...]
    """What waits for its time, the soonest first."""


def status(
    settings: Settings | None = None,
    *,
    finished: int = 10,
    running: int = 50,
    scheduled: int = 10,
    clock: Clock | None = None,
) -> Status:
    """The queue as it is now, with the last outcomes and what comes next."""
    settings = settings or current()
    return Status(
        workers=tuple(workers(settings, clock=clock)),
        queues=tuple(queues(settings)),
        running=_jobs(settings, looking_statements.SELECT_RUNNING, limit=running),
        finished=_jobs(settings, looking_statements.SELECT_FINISHED, limit=finished),
        scheduled=scheduled_jobs(settings, limit=scheduled),
    )


def workers(settings: Settings | None = None, *, clock: Clock | None = None) -> list[WorkerRecord]:
    """Every worker that has not left in good order; `is_alive` says whether it still lives."""
    settings = settings or current()
    now = (clock or settings.clock).timestamp()
    return [
        WorkerRecord(
            id=row["id"],
            host=row["host"],
            pid=row["pid"],
            queues=tuple(row["queues"].split(",")),
            concurrency=row["concurrency"],
            pool=row["pool"],
            children=row["children"],
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
        for row in select(settings, looking_statements.SELECT_WORKERS)
    ]


def is_served(settings: Settings, queue: str) -> bool:
    """Whether a living worker takes any job of this queue."""
    return any(
        worker.is_alive and queue in worker.queues and not worker.is_private for worker in workers(settings)
    )


def queues(settings: Settings | None = None) -> list[QueueRecord]:
    """Every queue with what waits and runs in it."""
    settings = settings or current()
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    oldest: dict[str, float] = {}
    for queue, number, first_created in select(settings, looking_statements.COUNT_QUEUED):
        counts[queue][JobState.QUEUED] = number
        oldest[queue] = first_created
    for queue, state, number in select(settings, looking_statements.COUNT_SCHEDULED):
        counts[queue][state] = number
    for queue, number, first_created in select(settings, looking_statements.COUNT_HELD):
        counts[queue][JobState.QUEUED] = counts[queue].get(JobState.QUEUED, 0) + number
        counts[queue][JobState.SCHEDULED] = max(0, counts[queue].get(JobState.SCHEDULED, 0) - number)
        oldest[queue] = min(first_created, oldest.get(queue, first_created))
    for queue, number in select(settings, looking_statements.COUNT_RUNNING):
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


def job(settings: Settings | None, prefix: str) -> JobRecord:
    """The one job whose id begins so, or `latest`.

    Raises:
        NotFoundError: there is none.
        AmbiguousIdError: there is more than one, or the prefix is too short.
    """
    settings = settings or current()
    if prefix == LATEST:
        found = select(settings, looking_statements.SELECT_NEWEST_JOB)
    else:
        wanted = checked_prefix(prefix, noun="job", listing="scanjobs jobs list")
        found = select(
            settings, looking_statements.SELECT_JOBS_BY_PREFIX, {"prefix": wanted, "beyond": wanted + BEYOND}
        )
    return job_record(
        the_one(found, prefix, noun="job", listing="scanjobs jobs list", id_of=lambda row: str(row["id"]))
    )


def jobs(
    settings: Settings | None = None,
    *,
    state: JobState | None = None,
    queue: str | None = None,
    task: str | None = None,
    limit: int = 50,
) -> tuple[JobRecord, ...]:
    """Jobs, newest first; only those of a state, a queue, a task where one is named."""
    return _jobs(
        settings or current(),
        looking_statements.SELECT_JOBS,
        state=state,
        queue=queue,
        task=task,
        limit=limit,
    )


def scheduled_jobs(settings: Settings | None = None, *, limit: int = 50) -> tuple[JobRecord, ...]:
    """Jobs that wait for their time or for another attempt, the soonest first."""
    return _jobs(settings or current(), looking_statements.SELECT_WAITING_FOR_TIME, limit=limit)


def registered_tasks(queue: JobQueue) -> list[TaskRecord]:
    """Every task that a queue of this process knows, by name."""
    found = []
    for name in queue.task_names():
        task = queue.task_named(name)
        if task is not None:
            limits = queue.limits_of(name)
            found.append(
                TaskRecord(
                    name=name,
                    queue=task.queue,
                    retries=queue.retries_of(name),
                    soft_limit_seconds=limits.soft_seconds,
                    hard_limit_seconds=limits.hard_seconds,
                    is_unique=task.unique,
                    priority=int(task.default_priority or 0),
                    about=(task.__doc__ or "").strip().partition("\n")[0],
                )
            )
    return found


def revoke(job_id: str, *, terminate: bool = False, settings: Settings | None = None) -> bool:
    """Cancel a job, named by its id or the beginning of it: see `control.cancel`.

    Raises:
        NotFoundError, AmbiguousIdError: there is not one such job.
        JobError: it has ended already.
    """
    settings = settings or current()
    return control.cancel(settings, job(settings, job_id), terminate=terminate)


def purge(queue: str, *, settings: Settings | None = None) -> int:
    """Cancel everything that waits in a queue; answers how many jobs that were."""
    return control.purge(settings or current(), queue)


def among(settings: Settings, ids: Sequence[str]) -> tuple[JobRecord, ...]:
    """These very jobs, in the order of their ids here."""
    found = _jobs(settings, looking_statements.SELECT_AMONG, ids=json.dumps(list(ids)))
    return tuple(sorted(found, key=lambda job: ids.index(job.id)))


def _jobs(settings: Settings, statement: str, **values: object) -> tuple[JobRecord, ...]:
    return tuple(map(job_record, select(settings, statement, values)))
