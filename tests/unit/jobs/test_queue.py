"""Submitting: durable, all or none, in the transaction of what it is about."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from scanjobs.db import driver, session
from scanjobs.domain.jobs import JobState
from scanjobs.errors import JobCancelledError, JobFailedError, JobTimeoutError, NotFoundError
from scanjobs.jobs import monitor
from scanjobs.jobs.messages import MessageError
from scanjobs.jobs.values import Completion, Failure


def test_commits_are_synced(settings):
    """What is promised of a loss of power is SQLite's promise for these two settings."""
    with session.reading(settings) as reader:
        assert reader.execute(sa.text("PRAGMA synchronous")).scalar() == 2
        assert reader.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
    with driver.write(settings) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_submitting_returns_the_job(queue, settings):
    job = queue.work.delay(4)

    record = monitor.job(settings, job.id)
    assert (job.state, record.queue, record.arguments, record.attempt) == (
        JobState.QUEUED,
        "default",
        {"number": 4},
        0,
    )


def test_a_job_belongs_to_the_transaction_around_it(queue, settings):
    with pytest.raises(RuntimeError), session.transaction(settings):
        job = queue.work()
        raise RuntimeError("what it is about could not be stored")

    with pytest.raises(NotFoundError):
        _ = job.state


def test_a_batch_is_accepted_whole_or_not_at_all(queue):
    with pytest.raises(RuntimeError), queue.batch():
        queue.work()
        raise RuntimeError

    assert queue.storage.queue_size() == 0


def test_accept_may_refuse_a_job(queue):
    def refuse(job_id, number):
        raise NotFoundError(f"There is no number {number}.")

    @queue.task(accept=refuse)
    def picky(number):
        return number

    with pytest.raises(NotFoundError, match="no number 3"):
        picky(3)

    assert queue.storage.queue_size() == 0


def test_a_job_for_later_is_scheduled(queue, settings, clock):
    job = queue.work.schedule(args=(1,), eta=clock.now().replace(tzinfo=None) + timedelta(minutes=5))

    record = monitor.job(settings, job.id)
    assert record.state is JobState.SCHEDULED
    assert record.run_at == clock.now() + timedelta(minutes=5)


def test_arguments_that_do_not_fit_are_refused_at_submit(queue):
    with pytest.raises(TypeError, match="unexpected keyword"):
        queue.work(colour="red")

    assert queue.storage.queue_size() == 0


def test_what_json_cannot_carry_is_refused_at_submit(queue):
    with pytest.raises(MessageError, match="cannot be queued"):
        queue.work(object())


def test_get_gives_the_result_again_and_again(queue, leases):
    job = queue.work()
    worker = leases()
    (claim,), _ = worker.turn([], free=1)
    worker.turn([Completion(claim=claim, state=JobState.SUCCEEDED, result='{"n": 1}')], free=0)

    assert job.get(timeout=1) == job.get(timeout=1) == {"n": 1}


@pytest.mark.parametrize(
    ("state", "error"), [(JobState.FAILED, JobFailedError), (JobState.CANCELLED, JobCancelledError)]
)
def test_get_raises_what_went_wrong(queue, leases, state, error):
    job = queue.work()
    worker = leases()
    (claim,), _ = worker.turn([], free=1)
    worker.turn([Completion(claim=claim, state=state, failure=Failure(error="The disk is full."))], free=0)

    with pytest.raises(error, match="The disk is full"):
        job.get(timeout=1)


def test_get_waits_no_longer_than_asked(queue):
    with pytest.raises(JobTimeoutError, match="still queued"):
        queue.work().get(timeout=0.05)
