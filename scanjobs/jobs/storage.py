"""Huey's storage on the table of jobs: submitting writes a row, in the transaction of what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from scanjobs.db import driver
from scanjobs.db.connection import Connection
from scanjobs.domain.jobs import WITH_OTHERS
from scanjobs.jobs import (
    chord_statements,
    chords,
    kept_statements,
    limit_statements,
    looking_statements,
    statements,
    story,
    wakeup,
)
from scanjobs.jobs.kept_values import KeptValues
from scanjobs.jobs.values import NewJob


class QueuedMessage(bytes):
    """A serialized task that carries its row, so that the storage need not read it."""

    job: NewJob


class JobStorage(KeptValues):
    """Rows instead of opaque data. It connects at the first use, since Huey makes it at import.

    It neither dequeues nor reads a schedule, which would take jobs away before they are done: workers claim
    rows when their time has come; see `jobs.leases`.
    """

    def enqueue(self, data: QueuedMessage, priority: float | None = None) -> None:
        """Accept one job; durable when the transaction it is part of has been committed."""
        self.accept_one(data.job)

    def accept_one(self, job: NewJob) -> None:
        """Accept one job, by one statement where that is all there is to write; workers wake after it."""
        if job.chord is not None or job.limit is not None:
            self.accept([job])
            return
        settings = self.settings
        driver.write_one(settings, statements.INSERT_JOB, row_of(job, self.clock.timestamp()))
        driver.after_commit(partial(wakeup.ring, settings))

    def accept_message(
        self, job_id: str, task: str, queue: str, priority: int, payload: str, batch_id: str | None
    ) -> None:
        """Accept one job that may run at once and of which nothing else is to be said."""
        settings = self._settings()
        now = self.clock_of(settings).timestamp()
        row = (job_id, batch_id, task, queue, "queued", priority, payload, now, now, None, None)
        if driver.write_one(settings, statements.INSERT_JOB, row):
            wakeup.ring(settings)
        else:
            driver.after_commit(partial(wakeup.ring, settings))

    def add_to_schedule(self, data: QueuedMessage, ts: datetime) -> None:
        """Accept one job for later; its time is on the row."""
        self.accept_one(data.job)

    @driver.retried
    def accept(self, jobs: Iterable[NewJob]) -> None:
        """Accept jobs in one transaction, the one around it if there is one; workers wake after it."""
        settings = self.settings
        with driver.write(settings) as connection:
            insert_jobs(connection, jobs, self.clock.timestamp())
            driver.after_commit(partial(wakeup.ring, settings))

    @driver.retried
    def accept_chord(self, callback: NewJob, member_ids: Sequence[str]) -> None:
        """Accept a callback that begins when these jobs, accepted before in this transaction, have ended."""
        now = self.clock.timestamp()
        with driver.write(self.settings) as connection:
            insert_jobs(connection, [replace(callback, run_at=WITH_OTHERS)], now)
            chords.begin(connection, callback.id, member_ids, now)

    def has_job(self, job_id: str) -> bool:
        """Whether there is a job of this id."""
        with driver.read(self.settings) as connection:
            return bool(connection.execute(statements.HAS_JOB, {"job_id": job_id}).fetchone()[0])

    def waiting_twin(self, unique_key: str) -> str | None:
        """The id of the job with this key that waits already; nobody else submits one until we have."""
        with driver.read(self.settings) as connection:
            driver.hold(connection, unique_key)
            row = connection.execute(statements.SELECT_WAITING_TWIN, (unique_key,)).fetchone()
        return None if row is None else str(row[0])

    def queue_size(self) -> int:
        """How many jobs wait for a worker."""
        with driver.read(self.settings) as connection:
            return sum(count for _, count, _ in connection.execute(looking_statements.COUNT_QUEUED))

    def schedule_size(self) -> int:
        """How many jobs wait for their time."""
        with driver.read(self.settings) as connection:
            return sum(count for _, _, count in connection.execute(looking_statements.COUNT_SCHEDULED))

    def enqueued_items(self, limit: int | None = None) -> list[bytes]:
        """The messages of the jobs that wait for a worker, by priority and age, whatever their queue."""
        return self._messages(kept_statements.SELECT_QUEUED, limit)

    def scheduled_items(self, limit: int | None = None) -> list[bytes]:
        """The messages of the jobs that wait for their time, the soonest first."""
        return self._messages(kept_statements.SELECT_SCHEDULED, limit)

    def flush_queue(self) -> None:
        """Cancel what waits for a worker: nothing is queued afterwards, and each row says why."""
        self._purge(statements.PURGE_QUEUED)

    def flush_schedule(self) -> None:
        """Cancel what waits for its time, in the same way."""
        self._purge(statements.PURGE_SCHEDULED)

    @driver.retried
    def flush_all(self) -> None:
        """Cancel all that waits and delete all that is kept, in one transaction; running jobs go on."""
        with driver.write(self.settings):
            super().flush_all()

    def _messages(self, statement: str, limit: int | None) -> list[bytes]:
        with driver.read(self.settings) as connection:
            rows = connection.execute(statement, {"limit": -1 if limit is None else limit}).fetchall()
        return [payload for (payload,) in rows]

    @driver.retried
    def _purge(self, statement: str) -> None:
        now = self.clock.timestamp()
        with driver.write(self.settings) as connection:
            connection.execute(statement, {"now": now, "line": story.line(now, "purged")})
            chords.settle(connection, now)


def insert_jobs(
    connection: Connection,
    jobs: Iterable[NewJob],
    now: float,
    statement: str = statements.INSERT_JOB,
) -> None:
    """Write the rows of new jobs, each in its place where a callback waits for it."""
    jobs = list(jobs)
    connection.executemany(statement, [row_of(job, now) for job in jobs])
    for job in jobs:
        if (limit := job.limit) is not None:
            values = (limit.key, limit.at_once, limit.rate, limit.rate_seconds, job.id)
            connection.execute(limit_statements.SET_KEY_LIMIT, values)
        if job.chord is not None:
            connection.execute(chord_statements.REPLACE_MEMBER, (job.id, *job.chord))


def row_of(job: NewJob, now: float) -> tuple[Any, ...]:
    """The values of `statements.INSERT_JOB`."""
    run_at = now if job.run_at is None else seconds(job.run_at)
    state = "queued" if run_at <= now else "scheduled"
    expires_at = None if job.expires_at is None else seconds(job.expires_at)
    return (
        job.id,
        job.batch_id,
        job.task,
        job.queue,
        state,
        job.priority,
        job.payload,
        now,
        run_at,
        expires_at,
        job.unique_key,
    )


def seconds(moment: datetime) -> float:
    """Seconds since 1970; Huey's moments have no zone and are UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
