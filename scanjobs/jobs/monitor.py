"""What the queue looks like from outside: workers, queues, jobs, tasks; and revoking and purging from there.

Everything but `is_served` and `among` is meant for programs of others too, which need not name any settings.
What is said of workers and of jobs stands in `jobs.workers` and `jobs.job_queries`, and can be had from here.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from scanjobs.config import Settings, current
from scanjobs.domain.clock import Clock
from scanjobs.domain.jobs import QUEUES, JobRecord, JobState, QueueRecord, TaskRecord, WorkerRecord
from scanjobs.domain.schedules import ComingRun
from scanjobs.jobs import control, looking_statements, schedule_statements, statements
from scanjobs.jobs.entry_rows import coming_run
from scanjobs.jobs.job_queries import (
    active,
    among,
    cancelled_jobs,
    failed_jobs,
    job,
    jobs,
    last_results,
    next_jobs,
    reserved,
    running_jobs,
    scheduled_jobs,
)
from scanjobs.jobs.rows import moment, select
from scanjobs.jobs.workers import (
    active_queues,
    begin_anew,
    is_served,
    ping,
    shutdown,
    worker,
    workers,
)

if TYPE_CHECKING:
    from scanjobs.jobs.queue import JobQueue


__all__ = [
    "Status",
    "active",
    "active_queues",
    "among",
    "begin_anew",
    "cancelled_jobs",
    "coming_runs",
    "failed_jobs",
    "is_served",
    "job",
    "jobs",
    "last_results",
    "next_jobs",
    "ping",
    "purge",
    "queues",
    "registered_tasks",
    "reserved",
    "revoke",
    "running_jobs",
    "scheduled_jobs",
    "shutdown",
    "status",
    "watch",
    "worker",
    "workers",
]

LATELY_SECONDS = 300.0
"""Over so long a rate is told."""
MOST_COUNTED = 1000
"""So many ended jobs are counted for it at most, so that looking costs the same on a busy queue."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """Everything `scanjobs status` shows."""

    at: datetime
    workers: tuple[WorkerRecord, ...]
    queues: tuple[QueueRecord, ...]
    running: tuple[JobRecord, ...]
    waiting: tuple[JobRecord, ...]
    """What is started next, queue by queue."""
    scheduled: tuple[JobRecord, ...]
    """What waits for its time, the soonest first."""
    finished: tuple[JobRecord, ...]
    """The last outcomes, newest first."""
    failed: tuple[JobRecord, ...]
    """What failed within the last day, newest first."""
    coming: tuple[ComingRun, ...]
    """The next runs of the schedule, the soonest first."""


def status(
    settings: Settings | None = None,
    *,
    finished: int = 10,
    running: int = 50,
    waiting: int = 10,
    scheduled: int = 10,
    failed: int = 10,
    coming: int = 10,
    clock: Clock | None = None,
) -> Status:
    """The queue as it is now, with the last outcomes and what comes next."""
    settings = settings or current()
    found = queues(settings, clock=clock)
    return Status(
        at=(clock or settings.clock).now(),
        workers=tuple(workers(settings, clock=clock)),
        queues=tuple(found),
        running=running_jobs(settings, limit=running),
        waiting=next_jobs(settings, limit=waiting, among=[one.name for one in found if one.queued]),
        scheduled=scheduled_jobs(settings, limit=scheduled),
        finished=last_results(settings, limit=finished),
        failed=failed_jobs(settings, limit=failed, clock=clock),
        coming=coming_runs(settings, limit=coming),
    )


def watch(settings: Settings | None = None, *, seconds: float = 1.0) -> Iterator[Status]:
    """The status again and again, with a pause between two looks."""
    while True:
        yield status(settings)
        time.sleep(seconds)


def queues(settings: Settings | None = None, *, clock: Clock | None = None) -> list[QueueRecord]:
    """Every queue with what waits and runs in it, and how fast it is worked off."""
    settings = settings or current()
    rates = _rates(settings, (clock or settings.clock).timestamp())
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
            per_minute=rates.get(name, 0.0),
        )
        for name in dict.fromkeys((*QUEUES, *sorted({*counts, *paused, *rates})))
    ]


def coming_runs(settings: Settings | None = None, *, limit: int = 10) -> tuple[ComingRun, ...]:
    """The next run of each entry of the schedule, the soonest first."""
    rows = select(settings or current(), schedule_statements.SELECT_COMING, {"limit": limit})
    return tuple(map(coming_run, rows))


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


def _rates(settings: Settings, now: float) -> dict[str, float]:
    """Jobs of each queue that ended in a minute, lately."""
    values = {"since": now - LATELY_SECONDS, "limit": MOST_COUNTED}
    rows = select(settings, looking_statements.COUNT_ENDED, values)
    is_cut = sum(number for _, number, _ in rows) >= MOST_COUNTED
    seconds = max(1.0, now - min(first for _, _, first in rows)) if is_cut else LATELY_SECONDS
    return {queue: 60 * number / seconds for queue, number, _ in rows}
