"""Huey's own tests on our rows, unchanged and whole, its slow ones included.

They are unit tests here: a real SQLite file and a real server, but no process of ours beside this one.

Huey's tests enqueue bytes that carry no row, dequeue them, and pop what is due from a schedule. Our engine
does none of that: a message knows its row, workers claim rows, and a row can be claimed when its time has
come. So `OpaqueStorage` lays a row around the bytes and takes rows by the engine's own claim; they stay
running, since nobody here says how they ended. Everything else that the tests see is `JobStorage` itself.

What runs: the tests of storages, what Huey asks of its SQLite and memory storages about threads and long
schedules, and the tests of the API, of priorities, signals, immediate mode, waiting in asyncio, and of a
consumer with its scheduler. Values do not expire here; that is refused, as Huey's SQLite storage refuses it.

What does not: tests of particular storages (Redis, PostgreSQL, files; several names in one SQLite file, since
a database of ours belongs to one queue), of Huey's memory storage in immediate mode, of the consumer's
options, signals and processes, which the supervisor replaces, and of parts that know no storage (docstrings,
crontab, registry, serializers, statistics, Django, gevent). Nor does our `JobQueue` run them: its calls
return a `Job` and no `Result`, a job for later is scheduled at once, and what is revoked is a row that was
cancelled. What it answers to the same questions is in `test_huey_api`.
"""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime
from typing import Any

import pytest
from huey.api import Huey

from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.domain.ids import new_id
from scanjobs.domain.jobs import JobState
from scanjobs.jobs import monitor
from scanjobs.jobs.claiming import Share
from scanjobs.jobs.leases import Leases
from scanjobs.jobs.storage import JobStorage, QueuedMessage
from scanjobs.jobs.values import Claim, NewJob

os.environ["HUEY_SLOW_TESTS"] = "1"  # Huey looks for it when its tests are imported
from huey.tests import (
    test_api,
    test_asyncio,
    test_consumer,
    test_immediate,
    test_priority,
    test_signals,
    test_storage,
)
from huey.tests.base import BaseTestCase

LONG_AGO = datetime.fromtimestamp(0, UTC)
"""The present of these tests, so that nothing becomes due before they ask for it."""


class StandingClock:
    """Shows one moment for ever."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def timestamp(self) -> float:
        return self._moment.timestamp()


class OpaqueStorage(JobStorage):
    """Our storage for messages that are only bytes."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, clock=StandingClock(LONG_AGO), **options)

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        super().enqueue(_on_a_row(data, priority=int(priority or 0)))

    def add_to_schedule(self, data: bytes, ts: datetime) -> None:
        super().add_to_schedule(_on_a_row(data, run_at=ts.astimezone(UTC)), ts)

    def dequeue(self) -> bytes | None:
        claims = self._claim(LONG_AGO, Share(queues=("default",)), 1)
        return _opaque(claims[0].payload) if claims else None

    def read_schedule(self, ts: datetime) -> list[bytes]:
        waiting = monitor.jobs(self.settings, state=JobState.SCHEDULED, limit=-1)
        ranks = {job.id: rank for rank, job in enumerate(sorted(waiting, key=lambda job: job.run_at))}
        claims = self._claim(ts.astimezone(UTC), Share(queues=("default",), only=tuple(ranks)), len(ranks))
        return [_opaque(claim.payload) for claim in sorted(claims, key=lambda claim: ranks[claim.job_id])]

    def enqueued_items(self, limit: int | None = None) -> list[bytes]:
        return [_opaque(item) for item in super().enqueued_items(limit)]

    def scheduled_items(self, limit: int | None = None) -> list[bytes]:
        return [_opaque(item) for item in super().scheduled_items(limit)]

    @property
    def _counters(self) -> dict[str, bytes]:
        """Where one of Huey's tests looks for counters that were left behind."""
        with driver.read(self.settings) as connection:
            return dict(connection.execute("SELECT key, value FROM key_values WHERE key LIKE 'counter:%'"))

    def _claim(self, at: datetime, share: Share, most: int) -> list[Claim]:
        worker = Leases(settings=self.settings, worker_id="huey", share=share, clock=StandingClock(at))
        return worker.turn([], free=most)[0] if most else []


def _on_a_row(data: bytes, priority: int = 0, run_at: datetime | None = None) -> QueuedMessage:
    queued = QueuedMessage(data)
    queued.job = NewJob(
        id=new_id(),
        task="opaque",
        queue="default",
        priority=priority,
        payload=base64.b64encode(data).decode(),
        run_at=run_at,
    )
    return queued


def _opaque(payload: str | bytes) -> bytes:
    return base64.b64decode(payload)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """Suites of the standard library take no parameters, so each kind has classes of its own."""
    kind: str = request.cls.database_kind
    return kind


class OnOurRows:
    """Gives a suite's Huey, whatever its options, a database of ours."""

    database_kind = "sqlite"

    @pytest.fixture(autouse=True)
    def use(self, settings: Settings) -> None:
        self.settings = settings

    def get_huey(self) -> Huey:
        huey = super().get_huey()
        huey.storage_class, huey.storage_kwargs = OpaqueStorage, {"settings": lambda: self.settings}
        huey.immediate_use_memory = False
        huey.storage = huey.create_storage()
        return huey


class TestStorage(OnOurRows, test_storage.StorageTests, BaseTestCase):
    supports_ttl = False

    test_dequeue_multithreaded = test_storage.TestSqliteStorage.test_dequeue_multithreaded
    test_read_schedule_large = test_storage.TestSqliteStorage.test_read_schedule_large
    test_put_if_empty_concurrent = test_storage.TestMemoryStorage.test_put_if_empty_concurrent


class TestQueue(OnOurRows, test_api.TestQueue): ...


class TestAsyncTasks(OnOurRows, test_api.TestAsyncTasks): ...


class TestDecorators(OnOurRows, test_api.TestDecorators): ...


class TestTaskHooks(OnOurRows, test_api.TestTaskHooks): ...


class TestGroupPrimitive(OnOurRows, test_api.TestGroupPrimitive): ...


class TestChordPrimitive(OnOurRows, test_api.TestChordPrimitive): ...


class TestTaskChaining(OnOurRows, test_api.TestTaskChaining): ...


class TestTaskLocking(OnOurRows, test_api.TestTaskLocking): ...


class TestRateLimit(OnOurRows, test_api.TestRateLimit): ...


class TestHueyAPIs(OnOurRows, test_api.TestHueyAPIs): ...


class TestMultipleHuey(OnOurRows, test_api.TestMultipleHuey): ...


class TestDisableResultStore(OnOurRows, test_api.TestDisableResultStore): ...


class TestStoreIntermediateErrors(OnOurRows, test_api.TestStoreIntermediateErrors): ...


class TestStorageWrappers(OnOurRows, test_api.TestStorageWrappers): ...


class TestCustomErrorMetadata(OnOurRows, test_api.TestCustomErrorMetadata): ...


class TestPriority(OnOurRows, test_priority.TestPriority): ...


class TestSignals(OnOurRows, test_signals.TestSignals): ...


class TestImmediate(OnOurRows, test_immediate.TestImmediate): ...


class TestAsyncioHelpers(OnOurRows, test_asyncio.TestAsyncioHelpers): ...


class TestConsumerIntegration(OnOurRows, test_consumer.TestConsumerIntegration): ...


# And all of them once more on a server.
for _name, _suite in [(name, found) for name, found in globals().items() if name.startswith("Test")]:
    globals()[f"{_name}OnPostgres"] = pytest.mark.postgres(
        type(f"{_name}OnPostgres", (_suite,), {"database_kind": "postgresql", "__module__": __name__})
    )
del _name, _suite
