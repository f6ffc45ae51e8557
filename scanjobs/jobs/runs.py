"""A run of an entry becomes a job: in its slot, or beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from huey.api import Task

from scanjobs.db.connection import Connection
from scanjobs.domain.schedules import EntryRecord
from scanjobs.jobs import schedule_statements, story
from scanjobs.jobs.job import Job, first_job
from scanjobs.jobs.queue import JobQueue


def task_of(queue: JobQueue, entry: EntryRecord) -> Task | None:
    """What an entry runs, as a task that can be submitted once; None where it is not known here."""
    task_class = queue.task_named(entry.task)
    if task_class is None:
        return None
    return task_class(kwargs=entry.kwargs, priority=entry.priority)


def accept_run(
    connection: Connection,
    queue: JobQueue,
    entry: EntryRecord,
    task: Task,
    slot: datetime | None,
    now: datetime,
) -> Job:
    """Accept a run as a job, in the transaction that advances the entry.

    Where the task is unique and the same job waits already, that one serves the slot.
    """
    job = first_job(queue.enqueue(task))
    if job.is_new:
        values = {
            "id": entry.id,
            "slot": None if slot is None else slot.timestamp(),
            "job_id": job.id,
            "line": story.line(
                now.timestamp(), "scheduled", entry=entry.name, slot=slot and slot.isoformat(" ")
            ),
        }
        connection.execute(schedule_statements.MARK_JOB, values)
    return job


def with_run(entry: EntryRecord, job_id: str, now: datetime, number: int = 1) -> EntryRecord:
    """The entry after a run was accepted, or several."""
    return replace(
        entry,
        last_at=now,
        last_job_id=job_id,
        last_outcome=None,
        last_error=None,
        runs=entry.runs + number,
    )
