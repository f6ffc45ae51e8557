"""Huey's storage on the table of jobs: submitting writes a row, in the transaction of what it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from huey.constants import EmptyData
from huey.storage import BaseStorage

from scanjobs.config import Settings, current
from scanjobs.db.session import after_commit, reading, transaction
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
        with transaction(settings) as session:
            insert_jobs(session.connection().execute, jobs, self.clock.timestamp())
            after_commit(lambda: wakeup.ring(settings))

    def put_data(self, key: str, value: bytes, is_result: bool = False) -> None:
        """Keep a value under a key."""
        self._write(statements.PUT_VALUE, {"key": str(key), "value": value})

    def peek_data(self, key: str) -> Any:
        """The value of a key, left where it is."""
        with reading(self.settings) as session:
            value = session.execute(statements.GET_VALUE, {"key": str(key)}).scalar()
        return EmptyData if value is None else value

    def peek_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """The values of those keys that have one."""
        with reading(self.settings) as session:
            rows = session.execute(statements.GET_VALUES, {"keys": [str(key) for key in keys]}).all()
        return {key: value for key, value in rows}  # noqa: C416 - rows are not tuples

    def pop_data(self, key: str) -> Any:
        """The value of a key, taken away; no lock is taken where there is none."""
        if not self.has_data_for_key(key):
            return EmptyData
        with transaction(self.settings) as session:
            value = session.execute(statements.POP_VALUE, {"key": str(key)}).scalar()
        return EmptyData if value is None else value

    def has_data_for_key(self, key: str) -> bool:
        """Whether a key has a value."""
        return self.peek_data(key) is not EmptyData

    def put_if_empty(self, key: str, value: bytes, ttl: int | None = None) -> bool:
        """Keep a value unless the key has one."""
        if ttl is not None:
            raise NotImplementedError("values of this storage do not expire")
        return self._write(statements.PUT_VALUE_IF_EMPTY, {"key": str(key), "value": value}) == 1

    def queue_size(self) -> int:
        """How many jobs wait for a worker."""
        return self._count(JobState.QUEUED)

    def schedule_size(self) -> int:
        """How many jobs wait for their time."""
        return self._count(JobState.SCHEDULED, JobState.RETRYING)

    def _count(self, *states: JobState) -> int:
        with reading(self.settings) as session:
            rows = session.execute(statements.COUNT_WAITING).all()
        return sum(count for _, state, count, _ in rows if state in states)

    def _write(self, statement: Any, values: Mapping[str, Any]) -> int:
        with transaction(self.settings) as session:
            result: Any = session.execute(statement, values)
            return int(result.rowcount)


def insert_jobs(execute: Callable[..., Any], jobs: Iterable[NewJob], now: float) -> None:
    """Write the rows of new jobs."""
    rows = [_row(job, now) for job in jobs]
    if rows:
        execute(statements.INSERT_JOB, rows)


def _row(job: NewJob, now: float) -> dict[str, Any]:
    run_at = now if job.run_at is None else seconds(job.run_at)
    return {
        "id": job.id,
        "batch_id": job.batch_id,
        "task": job.task,
        "queue": job.queue,
        "state": JobState.QUEUED if run_at <= now else JobState.SCHEDULED,
        "priority": job.priority,
        "payload": job.payload,
        "created_at": now,
        "run_at": run_at,
    }


def seconds(moment: datetime) -> float:
    """Seconds since 1970; Huey's moments have no zone and are UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
