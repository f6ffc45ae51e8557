"""Huey's storage on the table of jobs: submitting writes a row, in the transaction of what it is about."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from huey.constants import EmptyData
from huey.storage import BaseStorage

from scanjobs.config import Settings, current
from scanjobs.db import driver
from scanjobs.domain.clock import Clock
from scanjobs.domain.jobs import WITH_OTHERS
from scanjobs.jobs import chords, statements, wakeup
from scanjobs.jobs.values import NewJob


class QueuedMessage(bytes):
    """A serialized task that carries its row, so that the storage need not read it."""

    job: NewJob


class JobStorage(BaseStorage):  # type: ignore[misc]  # Huey has no types
    """Rows instead of opaque data. It connects at the first use, since Huey makes it at import."""

    def __init__(
        self,
        name: str = "scanjobs",
        *,
        settings: Callable[[], Settings] = current,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(name)
        self._settings = settings
        self._clock = clock

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return self._settings()

    @property
    def clock(self) -> Clock:
        """What time it is."""
        return self._clock or self.settings.clock

    def enqueue(self, data: QueuedMessage, priority: float | None = None) -> None:
        """Accept one job; durable when the transaction it is part of has been committed."""
        self.accept_one(data.job)

    def accept_one(self, job: NewJob) -> None:
        """Accept one job, by one statement where that is all there is to write; workers wake after it."""
        if job.chord is not None:
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
        now = (self._clock or settings.clock).timestamp()
        row = (job_id, batch_id, task, queue, "queued", priority, payload, now, now, None, None)
        if driver.write_one(settings, statements.INSERT_JOB, row):
            wakeup.ring(settings)
        else:
            driver.after_commit(partial(wakeup.ring, settings))

    def add_to_schedule(self, data: QueuedMessage, ts: datetime) -> None:
        """Accept one job for later; its time is on the row."""
        self.enqueue(data)

    def accept(self, jobs: Iterable[NewJob]) -> None:
        """Accept jobs in one transaction, the one around it if there is one; workers wake after it."""
        settings = self.settings
        with driver.write(settings) as connection:
            insert_jobs(connection, jobs, self.clock.timestamp())
            driver.after_commit(lambda: wakeup.ring(settings))

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
        """The id of the job with this key that waits already."""
        with driver.read(self.settings) as connection:
            row = connection.execute(statements.SELECT_WAITING_TWIN, (unique_key,)).fetchone()
        return None if row is None else str(row[0])

    def put_data(self, key: str, value: bytes, is_result: bool = False) -> None:
        """Keep a value under a key."""
        with driver.write(self.settings) as connection:
            connection.execute(statements.PUT_VALUE, {"key": str(key), "value": value})

    def peek_data(self, key: str) -> Any:
        """The value of a key, left where it is."""
        with driver.read(self.settings) as connection:
            row = connection.execute(statements.GET_VALUE, {"key": str(key)}).fetchone()
        return EmptyData if row is None else row[0]

    def pop_data(self, key: str) -> Any:
        """The value of a key, taken away; no lock is taken where there is none."""
        if not self.has_data_for_key(key):
            return EmptyData
        with driver.write(self.settings) as connection:
            row = connection.execute(statements.POP_VALUE, {"key": str(key)}).fetchone()
        return EmptyData if row is None else row[0]

    def has_data_for_key(self, key: str) -> bool:
        """Whether a key has a value."""
        return self.peek_data(key) is not EmptyData

    def put_if_empty(self, key: str, value: bytes, ttl: int | None = None) -> bool:
        """Keep a value unless the key has one."""
        if ttl is not None:  # values here do not expire, which is Huey's to refuse
            return bool(super().put_if_empty(key, value, ttl))
        with driver.write(self.settings) as connection:
            written = connection.execute(statements.PUT_VALUE_IF_EMPTY, {"key": str(key), "value": value})
        return written.rowcount == 1

    def queue_size(self) -> int:
        """How many jobs wait for a worker."""
        with driver.read(self.settings) as connection:
            return sum(count for _, count, _ in connection.execute(statements.COUNT_QUEUED))

    def schedule_size(self) -> int:
        """How many jobs wait for their time."""
        with driver.read(self.settings) as connection:
            return sum(count for _, _, count in connection.execute(statements.COUNT_SCHEDULED))


def insert_jobs(
    connection: sqlite3.Connection,
    jobs: Iterable[NewJob],
    now: float,
    statement: str = statements.INSERT_JOB,
) -> None:
    """Write the rows of new jobs, each in its place where a callback waits for it."""
    jobs = list(jobs)
    connection.executemany(statement, [row_of(job, now) for job in jobs])
    for job in jobs:
        if job.chord is not None:
            connection.execute(statements.REPLACE_MEMBER, (job.id, *job.chord))


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
