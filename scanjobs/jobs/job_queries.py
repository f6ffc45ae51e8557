"""Jobs as they look from outside: one, or all that answer to what is asked."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from scanjobs.config import Settings, current
from scanjobs.db.lookup import BEYOND, LATEST, checked_prefix, the_one
from scanjobs.domain.clock import Clock
from scanjobs.domain.jobs import QUEUES, JobRecord, JobState
from scanjobs.jobs import looking_statements
from scanjobs.jobs.rows import job_record, select
from scanjobs.jobs.workers import worker as worker_named
from scanjobs.jobs.workers import workers

FAILED_LATELY_SECONDS = 86_400.0


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
    worker: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    started_since: datetime | None = None,
    started_until: datetime | None = None,
    words: str | None = None,
    limit: int = 50,
) -> tuple[JobRecord, ...]:
    """Jobs, newest first; only those that answer to everything that is named.

    Args:
        settings: Of the database; None are those of this process.
        state: In which they are.
        queue: In which they wait or waited.
        task: Module and name.
        worker: The beginning of the id of the worker that has run them last.
        since: Submitted at this moment or later.
        until: Submitted before this moment.
        started_since: Started, by their last attempt, at this moment or later.
        started_until: Started before this moment.
        words: Found in their message, which holds the arguments, in their result or in their error.
        limit: So many at most.
    """
    return _jobs(
        settings or current(),
        looking_statements.SELECT_JOBS,
        state=state,
        queue=queue,
        task=task,
        worker=None if worker is None else f"{worker.strip().lower()}%",
        since=_seconds(since),
        until=_seconds(until),
        started_since=_seconds(started_since),
        started_until=_seconds(started_until),
        words=None if words is None else f"%{_escaped(words)}%",
        limit=limit,
    )


def running_jobs(settings: Settings | None = None, *, limit: int = 50) -> tuple[JobRecord, ...]:
    """Jobs that a worker holds, the longest claimed first."""
    return _jobs(settings or current(), looking_statements.SELECT_RUNNING, limit=limit)


def active(settings: Settings | None = None, *, worker: str | None = None) -> tuple[JobRecord, ...]:
    """Jobs that are worked on, of all workers or of the one whose id begins so."""
    return _held(settings or current(), worker, is_ahead=False)


def reserved(settings: Settings | None = None, *, worker: str | None = None) -> tuple[JobRecord, ...]:
    """Jobs that a worker has claimed ahead, since its jobs are short, and that it has not begun."""
    return _held(settings or current(), worker, is_ahead=True)


def next_jobs(
    settings: Settings | None = None, *, limit: int = 10, among: Sequence[str] = QUEUES
) -> tuple[JobRecord, ...]:
    """What is started next of each of these queues, so many of each, in the order of their start."""
    settings = settings or current()
    return tuple(
        found
        for queue in among
        for found in _jobs(settings, looking_statements.SELECT_NEXT_OF, queue=queue, limit=limit)
    )


def scheduled_jobs(settings: Settings | None = None, *, limit: int = 50) -> tuple[JobRecord, ...]:
    """Jobs that wait for their time or for another attempt, the soonest first."""
    return _jobs(settings or current(), looking_statements.SELECT_WAITING_FOR_TIME, limit=limit)


def failed_jobs(
    settings: Settings | None = None,
    *,
    seconds: float = FAILED_LATELY_SECONDS,
    limit: int = 50,
    clock: Clock | None = None,
) -> tuple[JobRecord, ...]:
    """Jobs that failed for good so lately, newest first."""
    settings = settings or current()
    since = (clock or settings.clock).timestamp() - seconds
    return _jobs(settings, looking_statements.SELECT_FAILED, since=since, limit=limit)


def cancelled_jobs(settings: Settings | None = None, *, limit: int = 50) -> tuple[JobRecord, ...]:
    """Jobs that were cancelled, and running ones that were asked to end, newest first."""
    return _jobs(settings or current(), looking_statements.SELECT_CANCELLED, limit=limit)


def last_results(settings: Settings | None = None, *, limit: int = 50) -> tuple[JobRecord, ...]:
    """The last outcomes, newest first."""
    return _jobs(settings or current(), looking_statements.SELECT_FINISHED, limit=limit)


def batch(settings: Settings, batch_id: str, *, limit: int = 1000) -> tuple[JobRecord, ...]:
    """Jobs that were submitted together, in the order of their submit."""
    return _jobs(settings, looking_statements.SELECT_BATCH, batch_id=batch_id, limit=limit)


def among(settings: Settings, ids: Sequence[str]) -> tuple[JobRecord, ...]:
    """These very jobs, in the order of their ids here."""
    found = _jobs(settings, looking_statements.SELECT_AMONG, ids=json.dumps(list(ids)))
    return tuple(sorted(found, key=lambda job: ids.index(job.id)))


def _held(settings: Settings, prefix: str | None, *, is_ahead: bool) -> tuple[JobRecord, ...]:
    holders = [worker_named(settings, prefix)] if prefix else workers(settings)
    held: dict[str | None, list[JobRecord]] = defaultdict(list)
    for one in running_jobs(settings, limit=-1):
        held[one.worker_id].append(one)
    return tuple(
        one
        for holder in holders
        for one in (held[holder.id][holder.children :] if is_ahead else held[holder.id][: holder.children])
    )


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _escaped(words: str) -> str:
    """As LIKE takes them for what they are."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _jobs(settings: Settings, statement: str, **values: object) -> tuple[JobRecord, ...]:
    return tuple(map(job_record, select(settings, statement, values)))
