"""Submitting: durable, all or none, in the transaction of what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from scanjobs.db import driver, session
from scanjobs.db.dialect import BEGIN_LOSABLE
from scanjobs.domain.jobs import JobState
from scanjobs.errors import (
    ConfigurationError,
    JobCancelledError,
    JobError,
    JobFailedError,
    JobTimeoutError,
    NotFoundError,
)
from scanjobs.jobs import control, monitor, pruning
from scanjobs.jobs.messages import MessageError
from scanjobs.jobs.values import Completion, Failure
from tests.conftest import on_postgres_only, on_sqlite_only


@on_sqlite_only
def test_commits_are_synced_again_after_one_that_need_not_be(queue, leases, settings):
    """A claim may be undone by a loss of power; what is accepted and what came of it may not."""
    queue.work()
    leases().turn([], free=1)
    with pytest.raises(RuntimeError), driver.write(settings, BEGIN_LOSABLE):
        raise RuntimeError

    with driver.write(settings) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


@on_sqlite_only
def test_commits_are_synced(settings):
    """What is promised of a loss of power is SQLite's promise for these two settings."""
    with session.reading(settings) as reader:
        assert reader.execute(sa.text("PRAGMA synchronous")).scalar() == 2
        assert reader.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
    with driver.write(settings) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


@on_postgres_only
def test_commits_are_synced_on_a_server_that_would_rather_not(settings):
    hurried = f"{settings.database_url}%20-csynchronous_commit%3Doff"
    settings = replace(settings, database_url=hurried)

    with driver.read(settings) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
    with session.reading(settings) as reader:
        assert reader.execute(sa.text("SHOW synchronous_commit")).scalar() == "on"


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


def test_a_task_in_a_queue_nobody_serves_is_refused(queue):
    with pytest.raises(ConfigurationError, match="no queue 'mine'"):
        queue.task(queue="mine")


def test_the_same_unique_job_waits_once(queue, leases, settings):
    @queue.task(unique=True)
    def rare(number, word="a"):
        return number

    first = rare(1)
    again, other = rare(number=1), rare(2)
    assert (again.id, again.is_new, other.is_new) == (first.id, False, True)

    leases().turn([], free=1)

    assert rare(1).is_new, "it runs already, so another one may wait"


def test_many_jobs_are_accepted_in_one_transaction(queue):
    jobs = queue.work.map(range(50))

    assert len({job.id for job in jobs}) == 50
    assert queue.storage.queue_size() == 50


def test_a_cancelled_job_is_not_claimed(queue, leases, settings):
    job = queue.work()

    assert control.cancel(settings, monitor.job(settings, job.id)) is True

    assert leases().turn([], free=1) == ([], [])
    assert [event.event for event in monitor.job(settings, job.id).events] == ["cancelled"]
    with pytest.raises(JobError, match="has ended"):
        control.cancel(settings, monitor.job(settings, job.id))


def test_a_purged_queue_is_empty(queue, settings):
    queue.work.map(range(3))
    kept = queue.draw()

    assert control.purge(settings, "default") == 3

    assert queue.storage.queue_size() == 1
    assert kept.state is JobState.QUEUED


def test_a_failed_job_begins_anew(queue, leases, settings):
    job = queue.work(1)
    worker = leases()
    (claim,), _ = worker.turn([], free=1)
    worker.turn([Completion(claim=claim, state=JobState.FAILED, failure=Failure(error="No."))], free=0)

    control.restart(settings, monitor.job(settings, job.id), retries=3)

    record = monitor.job(settings, job.id)
    assert (record.state, record.attempt, record.error) == (JobState.QUEUED, 0, None)
    assert [event.event for event in record.events] == ["claimed", "failed", "restarted"]
    (again,), _ = worker.turn([], free=1)
    assert queue.deserialize_task(again.payload).retries == 3
    with pytest.raises(JobError, match="only failed and cancelled"):
        control.restart(settings, record, retries=3)


def test_results_expire_and_history_goes_in_small_steps(queue, leases, settings, clock):
    job = queue.work(1)
    worker = leases()
    (claim,), _ = worker.turn([], free=1)
    worker.turn([Completion(claim=claim, state=JobState.SUCCEEDED, result="7")], free=0)

    clock.forward(settings.result_seconds + 1)
    pruning.prune(settings, clock)
    assert monitor.job(settings, job.id).result is None

    clock.forward(settings.history_days * 86_400)
    pruning.prune(settings, clock)
    with pytest.raises(NotFoundError):
        monitor.job(settings, job.id)


def test_programs_inspect_and_revoke_without_naming_settings(queue):
    first, second = queue.work.map([1, 2])

    assert monitor.revoke(first.id[:8]) is True
    assert [job.id for job in monitor.jobs(state=JobState.CANCELLED)] == [first.id]
    assert monitor.purge("default") == 1
    assert {job.id for job in monitor.status().finished} == {first.id, second.id}
    assert monitor.queues()[0].queued == 0
    assert [task.name.rpartition(".")[2] for task in monitor.registered_tasks(queue)] == ["draw", "work"]


def test_what_waits_is_counted_by_queue_with_its_oldest(queue, leases, clock, settings):
    clock.forward(-60)
    oldest = clock.now()
    queue.work(1, priority=-3)
    clock.forward(60)
    queue.work.map([2, 3])
    queue.work(4, priority=7)
    queue.draw()
    queue.work(5, delay=60)
    leases("worker-a", "reports").turn([], free=1)

    counted = {one.name: one for one in monitor.queues(settings)}

    default, reports = counted["default"], counted["reports"]
    assert (default.queued, default.scheduled, default.running, default.oldest_at) == (4, 1, 0, oldest)
    assert (reports.queued, reports.running, reports.oldest_at) == (0, 1, None)
