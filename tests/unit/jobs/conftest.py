"""A queue on a database of its own, with a clock that moves when told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scanjobs.config import Settings
from scanjobs.jobs.claiming import Share
from scanjobs.jobs.leases import Leases
from scanjobs.jobs.queue import JobQueue
from tests.clocks import FakeClock
from tests.conftest import DATABASES


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Every test of this floor on both kinds."""
    return str(request.param)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def queue(settings: Settings, clock: FakeClock) -> JobQueue:
    made = JobQueue("test", settings=lambda: settings, clock=clock)

    @made.task()
    def work(number: int = 0) -> int:
        return number

    @made.task(queue="reports", priority=5)
    def draw(number: int = 0) -> int:
        return number

    made.work, made.draw = work, draw
    return made


@pytest.fixture
def leases(settings: Settings, clock: FakeClock) -> Callable[..., Leases]:
    def make(worker_id: str = "worker-a", *queues: str, **share: Any) -> Leases:
        share = Share(queues=queues or ("default", "reports"), **share)
        return Leases(settings=settings, worker_id=worker_id, share=share, clock=clock)

    return make
