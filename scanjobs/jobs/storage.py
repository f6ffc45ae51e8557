"""Huey's storage on the table of jobs: submitting writes a row, in the transaction of what it is about."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from huey.constants import EmptyData
from huey.storage import BaseStorage
from huey.utils import Error

from scanjobs.config import Settings, current
from scanjobs.db import driver
from scanjobs.domain.clock import Clock, SystemClock
from scanjobs.domain.jobs import JobState
from scanjobs.jobs import locks, statements, story, wakeup
from scanjobs.jobs.messages import JsonSerializer
from scanjobs.jobs.values import NewJob

_COUNTER = "counter:"
"""Counters are values whose keys begin so."""


class QueuedMessage(bytes):
    """A serialized task that carries its row, so that the storage need not read it."""

    job: NewJob


class JobStorage(BaseStorage):  # type: ignore[misc]  # Huey has no types
    """Rows instead of opaque data. It connects at the first use, since Huey makes it at import.

    It neither dequeues nor reads a schedule, which would take jobs away before they are done: workers claim
    rows when their time has come; see `jobs.leases`.
    """

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
            connection.execute(statements.PUT_VALUE, {"key": _text(key), "value": value})

    def peek_data(self, key: str) -> Any:
        """The value of a key, left where it is; the id of a finished job is the key of its outcome."""
        value = self._value(key)
        return self._outcome(key) if value is None else value

    def pop_data(self, key: str) -> Any:
        """The value of a key, taken away; an outcome is only read, it expires by itself.

        No lock is taken where there is nothing to take away.
        """
        if self._value(key) is None:
            return self._outcome(key)
        with driver.write(self.settings) as connection:
            row = connection.execute(statements.POP_VALUE, {"key": _text(key)}).fetchone()
        return EmptyData if row is None else row[0]

    def delete_data(self, key: str) -> bool:
        """Delete the value of a key, or forget what a job returned; its row stays."""
        if not self.has_data_for_key(key):
            return False
        with driver.write(self.settings) as connection:
            if connection.execute(statements.POP_VALUE, {"key": _text(key)}).fetchone() is not None:
                return True
            return connection.execute(statements.DROP_RESULT, {"job_id": _text(key)}).rowcount == 1

    def has_data_for_key(self, key: str) -> bool:
        """Whether a key has a value, or is the id of a finished job."""
        return self.peek_data(key) is not EmptyData

    def put_if_empty(self, key: str, value: bytes, ttl: int | None = None) -> bool:
        """Keep a value unless the key has one; the lock of a dead job counts as none."""
        if ttl is not None:  # values here do not expire, which is Huey's to refuse
            return bool(super().put_if_empty(key, value, ttl))
        with driver.write(self.settings) as connection:
            if self._value(key) is not None:
                return False
            connection.execute(statements.PUT_VALUE, {"key": _text(key), "value": value})
        return True

    def result_store_size(self) -> int:
        """How many values and returned results are kept."""
        with driver.read(self.settings) as connection:
            return int(connection.execute(statements.COUNT_VALUES, {"counter": _COUNTER}).fetchone()[0])

    def result_items(self) -> dict[str, bytes]:
        """Every value by its key and every returned result by the id of its job."""
        with driver.read(self.settings) as connection:
            return dict(connection.execute(statements.SELECT_VALUES, {"counter": _COUNTER}).fetchall())

    def flush_results(self) -> None:
        """Delete every value and forget every returned result; what became of each job stays on its row."""
        with driver.write(self.settings) as connection:
            connection.execute(statements.DELETE_VALUES, {"counter": _COUNTER})
            connection.execute(statements.DROP_RESULTS)

    def incr(self, key: str, amount: int = 1) -> int:
        """Add to a counter, which begins at 0; answers what it is then."""
        name = _COUNTER + _text(key)
        with driver.write(self.settings) as connection:
            row = connection.execute(statements.GET_VALUE, {"key": name}).fetchone()
            count = amount + (0 if row is None else int(row[0]))
            connection.execute(statements.PUT_VALUE, {"key": name, "value": b"%d" % count})
        return count

    def delete_counter(self, key: str) -> None:
        """Let a counter begin at 0 again."""
        with driver.write(self.settings) as connection:
            connection.execute(statements.POP_VALUE, {"key": _COUNTER + _text(key)})

    def flush_counters(self) -> None:
        """Let every counter begin at 0 again."""
        with driver.write(self.settings) as connection:
            connection.execute(statements.DELETE_COUNTERS, {"counter": _COUNTER})

    def queue_size(self) -> int:
        """How many jobs wait for a worker."""
        return self._count(JobState.QUEUED)

    def schedule_size(self) -> int:
        """How many jobs wait for their time."""
        return self._count(JobState.SCHEDULED, JobState.RETRYING)

    def enqueued_items(self, limit: int | None = None) -> list[bytes]:
        """The messages of the jobs that wait for a worker, by priority and age, whatever their queue."""
        return self._messages(statements.SELECT_QUEUED, limit)

    def scheduled_items(self, limit: int | None = None) -> list[bytes]:
        """The messages of the jobs that wait for their time, the soonest first."""
        return self._messages(statements.SELECT_SCHEDULED, limit)

    def flush_queue(self) -> None:
        """Cancel what waits for a worker: nothing is queued afterwards, and each row says why."""
        self._purge(statements.PURGE_QUEUED)

    def flush_schedule(self) -> None:
        """Cancel what waits for its time, in the same way."""
        self._purge(statements.PURGE_SCHEDULED)

    def flush_all(self) -> None:
        """Cancel all that waits and delete all that is kept, in one transaction; running jobs go on."""
        with driver.write(self.settings):
            super().flush_all()

    def _messages(self, statement: str, limit: int | None) -> list[bytes]:
        with driver.read(self.settings) as connection:
            rows = connection.execute(statement, {"limit": -1 if limit is None else limit}).fetchall()
        return [payload for (payload,) in rows]

    def _purge(self, statement: str) -> None:
        now = self.clock.timestamp()
        with driver.write(self.settings) as connection:
            connection.execute(statement, {"now": now, "line": story.line(now, "purged")})

    def _value(self, key: str) -> bytes | None:
        with driver.read(self.settings) as connection:
            row = connection.execute(statements.GET_VALUE, {"key": _text(key)}).fetchone()
            return None if row is None or locks.is_forsaken(connection, row[0]) else row[0]

    def _outcome(self, key: str) -> Any:
        with driver.read(self.settings) as connection:
            row = connection.execute(statements.SELECT_OUTCOME, {"job_id": _text(key)}).fetchone()
        return EmptyData if row is None else _as_huey_keeps_it(*row)

    def _count(self, *states: JobState) -> int:
        with driver.read(self.settings) as connection:
            rows = connection.execute(statements.COUNT_WAITING).fetchall()
        return sum(count for _, state, count, _ in rows if state in states)


def _as_huey_keeps_it(job_id: str, state: str, result: str | None, error: str, traceback: str) -> bytes:
    """An outcome as Huey's results are: a value, or an error that `Result.get` raises."""
    if state == JobState.SUCCEEDED:
        return (result or "null").encode()
    told = {"error": error, "retries": 0, "traceback": traceback, "task_id": job_id}
    return JsonSerializer().serialize(Error(told))


def _text(key: str | bytes) -> str:
    return key.decode() if isinstance(key, bytes) else str(key)


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
