"""Huey's storage on the table of jobs: submitting writes a row, in the transaction of what it is about."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from huey.constants import EmptyData
from huey.storage import BaseStorage

from scanjobs.config import Settings, current
from scanjobs.db import driver
from scanjobs.domain.clock import Clock, SystemClock
from scanjobs.domain.jobs import JobState
from scanjobs.jobs import statements, wakeup
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
        self.clock = clock or SystemClock()

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return self._settings()

    def enqueue(self, data: QueuedMessage, priority: float | None = None) -> None:
        """Accept one job; durable when the transaction it is part of has been committed."""
        self.accept([data.job])

    def add_to_schedule(self, data: QueuedMessage, ts: datetime) -> None:
        """Accept one job for later; its time is on the row."""
        self.accept([data.job])

    def accept(self, jobs: Iterable[NewJob]) -> None:
        """Accept jobs in one transaction, the one around it if there is one; workers wake after it."""
        settings = self.settings
        with driver.write(settings) as connection:
            insert_jobs(connection, jobs, self.clock.timestamp())
            driver.after_commit(lambda: wakeup.ring(settings))

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
        return self._count(JobState.QUEUED)

    def schedule_size(self) -> int:
        """How many jobs wait for their time."""
        return self._count(JobState.SCHEDULED, JobState.RETRYING)

    def _count(self, *states: JobState) -> int:
        with driver.read(self.settings) as connection:
            rows = connection.execute(statements.COUNT_WAITING).fetchall()
        return sum(count for _, state, count, _ in rows if state in states)


def insert_jobs(connection: sqlite3.Connection, jobs: Iterable[NewJob], now: float) -> None:
    """Write the rows of new jobs."""
    connection.executemany(statements.INSERT_JOB, [row_of(job, now) for job in jobs])


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
