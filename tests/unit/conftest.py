"""A queue with one job in it."""

from __future__ import annotations

import pytest

from scanjobs.config import Settings
from scanjobs.jobs.job import Job
from scanjobs.jobs.queue import JobQueue


@pytest.fixture
def queue_of_one(settings: Settings) -> tuple[Settings, Job]:
    queue = JobQueue("test", settings=lambda: settings)

    @queue.task()
    def work(word: str = "") -> None:
        return None

    return settings, work()
