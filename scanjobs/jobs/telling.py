"""Tells what happened to jobs, workers and entries, in the transaction in which it did.

What cannot be told, by a defect, does not undo what happened, nor stop a worker: a job's story says so, and
the log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from scanjobs.config import Settings
from scanjobs.db import driver, events
from scanjobs.db.connection import Connection
from scanjobs.db.refusals import translated
from scanjobs.domain.events import Event, EventType
from scanjobs.domain.ids import new_id, short
from scanjobs.domain.schedules import EntryRecord
from scanjobs.errors import DatabaseGoneError, ScanjobsError, StorageError
from scanjobs.jobs import recorder, schedule_statements, statements, story
from scanjobs.jobs.values import FailedJob

Hook = Callable[[FailedJob], None]
"""What a task has called when a job of it has failed for good."""


def entry_created(settings: Settings, entry: EntryRecord, now: datetime) -> None:
    """A user has added an entry to the schedule."""
    events.append(settings, _of_entry(EventType.SCHEDULE_CREATED, entry, now, None))


def entry_updated(settings: Settings, entry: EntryRecord, now: datetime, changed: str) -> None:
    """A user has changed, paused, resumed or removed an entry."""
    events.append(settings, _of_entry(EventType.SCHEDULE_UPDATED, entry, now, changed))


def slot_refused(
    settings: Settings, connection: Connection, entry: EntryRecord, slot: datetime | None, error: Exception
) -> None:
    """A slot of an entry cannot become a job."""
    told = error.message if isinstance(error, ScanjobsError) else repr(error)
    hint = error.hint if isinstance(error, ScanjobsError) else None
    event = _entry_failed(entry.name, entry.task, told, hint, slot, entry.events[-1].at, None)
    _aside(settings, connection, partial(events.append, settings, event), entry.name, None)


def jobs_failed(settings: Settings, connection: Connection, failed: Sequence[FailedJob], hook: Hook) -> None:
    """Jobs have failed for good: their tasks are told, and whoever waits for the runs of an entry."""
    if not failed:
        return
    for job in failed:
        _aside(settings, connection, partial(hook, job), job.task, job)
    by_id = {job.id: job for job in failed}
    rows = connection.execute(schedule_statements.SELECT_RUNS, {"ids": json.dumps(list(by_id))}).fetchall()
    for job_id, name, slot in rows:
        job = by_id[job_id]
        at = None if slot is None else datetime.fromtimestamp(slot, UTC)
        event = _entry_failed(name, job.task, job.error, job.hint, at, job.failed_at, job.id)
        _aside(settings, connection, partial(events.append, settings, event), name, job)


def worker_died(
    settings: Settings, connection: Connection, worker_id: str, reason: str, jobs: int, now: datetime
) -> None:
    """A dead worker was found, unless somebody else has found it before."""
    values = {"now": now.timestamp(), "worker_id": worker_id}
    found = connection.execute(statements.STOP_DEAD_WORKER, values).fetchall()
    for host, pid in found:
        held = f"It held {jobs} job{'' if jobs == 1 else 's'}."
        event = Event(
            id=new_id(),
            type=EventType.WORKER_UNHEALTHY,
            happened_at=now,
            subject=worker_id,
            facts={
                "reasons": [f"The worker on {host} (process {pid}) is dead: {reason}.", held],
                "host": host,
                "pid": pid,
                "jobs": jobs,
            },
        )
        _aside(settings, connection, partial(events.append, settings, event), short(worker_id), None)


def _aside(
    settings: Settings, connection: Connection, tell: Callable[[], None], about: str, job: FailedJob | None
) -> None:
    """Do it within the transaction, and undo it alone where it fails."""
    connection.execute("SAVEPOINT telling")
    try:
        tell()
    except Exception as error:
        _raise_refusal(settings, error)
        connection.execute("ROLLBACK TO SAVEPOINT telling")
        if job is not None:
            line = story.line(job.failed_at.timestamp(), "untold", error=repr(error))
            connection.execute(statements.ADD_TO_STORY, {"job_id": job.id, "line": line})
        driver.after_commit(partial(recorder.nobody_told, about, None if job is None else job.id, error))
    connection.execute("RELEASE SAVEPOINT telling")


def _raise_refusal(settings: Settings, error: Exception) -> None:
    """Where the database refused, the whole transaction is for another try: so nothing of it is lost."""
    try:
        with translated(settings):
            raise error
    except StorageError as refusal:
        # A table that is missing is missed by whoever asked for it; if all are, the outcome finds out.
        if refusal is not error and not isinstance(refusal, DatabaseGoneError):
            raise
    except Exception:
        return


def _of_entry(type: EventType, entry: EntryRecord, now: datetime, changed: str | None) -> Event:
    return Event(
        id=new_id(),
        type=type,
        happened_at=now,
        subject=entry.name,
        facts={
            "task": entry.task,
            "when": entry.when,
            "zone": entry.zone,
            "next_at": entry.next_at and entry.next_at.isoformat(),
            "changed": changed,
        },
    )


def _entry_failed(
    name: str,
    task: str,
    error: str,
    hint: str | None,
    slot: datetime | None,
    happened_at: datetime,
    job_id: str | None,
) -> Event:
    return Event(
        id=new_id(),
        type=EventType.SCHEDULE_FAILED,
        happened_at=happened_at,
        job_id=job_id,
        subject=name,
        facts={"task": task, "error": error, "hint": hint, "slot": slot and slot.isoformat()},
    )
