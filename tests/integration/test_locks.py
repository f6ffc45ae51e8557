"""Locks and rate limits of Huey in a real worker: whoever must wait is scheduled again and does not fail."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

from scanjobs.domain.jobs import JobState
from scanjobs.jobs import monitor
from scanjobs.tasks import queue
from tests import fakes
from tests.conftest import wait_until


def test_jobs_with_a_lock_run_one_after_the_other(worker):
    """They wait for it however long it takes, though none of them may be retried."""
    worker("-c", "3")
    jobs = [fakes.hold_lock(0.5) for _ in range(3)]

    held = sorted(job.get(timeout=60) for job in jobs)

    assert all(first_end <= second_began for (_, first_end), (second_began, _) in pairwise(held))
    assert not queue.is_locked("fakes")


def test_a_job_that_waits_for_a_lock_says_so(worker, settings):
    worker("-c", "1")
    with queue.lock_task("fakes"):
        job = fakes.hold_lock(0)
        record = wait_until(
            lambda: (r := monitor.job(settings, job.id)).state is JobState.SCHEDULED and r, "it waits"
        )

    assert record.error == "unable to acquire lock fakes"
    assert record.attempt == 0, "waiting is no attempt"
    assert job.get(timeout=60)


def test_a_lock_falls_with_the_job_that_held_it(worker):
    worker("-c", "1")
    dead = fakes.die_with_lock()
    wait_until(lambda: dead.state is JobState.FAILED, "its holder has died")

    assert fakes.hold_lock(0).get(timeout=20)


def test_jobs_over_a_rate_limit_run_in_later_windows(worker):
    worker("-c", "2")

    jobs = [fakes.once_a_second(number) for number in range(3)]

    assert [job.get(timeout=60) for job in jobs] == [0, 1, 2]


def test_a_job_over_a_rate_limit_waits_for_the_next_window(worker, settings):
    worker("-c", "1")
    fakes.once_in_an_age().get(timeout=20)
    job = fakes.once_in_an_age()
    wait_until(lambda: job.state is JobState.SCHEDULED, "it waits")

    record = monitor.job(settings, job.id)
    assert abs(record.run_at - datetime.fromtimestamp(2 * 10**9, UTC)).total_seconds() < 1
    assert "Rate limit exceeded" in record.error
    assert [(task.id, task.retries) for task in queue.scheduled()] == [(job.id, 0)]


def test_a_task_may_ask_about_its_queue(worker):
    worker("-c", "1")

    assert fakes.look_around().get(timeout=20) == [True, False, 0]
