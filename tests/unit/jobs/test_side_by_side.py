"""Two who do the same at once: on a server they do not wait for each other by themselves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from huey.api import chord

from scanjobs.db import driver
from scanjobs.domain.jobs import JobState
from scanjobs.errors import JobError, StorageError
from scanjobs.jobs import control, monitor
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.values import Completion
from tests.conftest import on_postgres_only
from tests.postgres import end_connections


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do all of these at the same time, each in a thread of its own; answers what each returned."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return work()
        finally:
            driver.dispose()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_the_same_unique_job_is_accepted_once(queue):
    @queue.task(unique=True)
    def rare(number):
        return number

    for number in range(5):
        jobs = at_once(*[lambda number=number: rare(number)] * 4)

        assert len({job.id for job in jobs}) == 1
        assert [job.is_new for job in jobs].count(True) == 1


def test_each_job_is_claimed_once(queue, leases):
    jobs = queue.work.map(range(60))
    workers = [leases(f"worker-{number}") for number in range(4)]

    taken = at_once(*[lambda worker=worker: worker.turn([], free=30)[0] for worker in workers])

    claimed = [claim.job_id for claims in taken for claim in claims]
    assert sorted(claimed) == sorted(job.id for job in jobs)


def test_the_end_of_the_last_two_members_calls_back(queue, leases):
    @queue.task(name="gather")
    def gather(results):
        return results

    for _ in range(5):
        made = queue.enqueue(chord([queue.work.s(1), queue.draw.s(2)], gather.s()))
        workers = [leases("worker-a", "default"), leases("worker-b", "reports")]
        claims = [worker.turn([], free=1)[0][0] for worker in workers]

        def end(worker, claim):
            worker.turn([Completion(claim=claim, state=JobState.SUCCEEDED, result="1")], free=0)

        at_once(*[lambda pair=pair: end(*pair) for pair in zip(workers, claims, strict=True)])

        assert made.callback.state is JobState.QUEUED
        (callback,), _ = workers[0].turn([], free=1)
        workers[0].turn([Completion(claim=callback, state=JobState.SUCCEEDED)], free=0)


def test_a_chord_does_not_miss_a_member_that_waited_before(queue, leases):
    """A unique job that waits already becomes a member, and ends at the same time."""

    @queue.task(name="gather")
    def gather(results):
        return results

    @queue.task(unique=True)
    def rare(number):
        return number

    def work_off():
        worker = leases("worker-a", "default")
        claims, _ = worker.turn([], free=1)
        worker.turn(
            [Completion(claim=claim, state=JobState.SUCCEEDED, result="1") for claim in claims], free=0
        )

    for number in range(5):
        rare(number)

        made, _ = at_once(lambda number=number: queue.enqueue(chord([rare.s(number)], gather.s())), work_off)

        for _ in range(3):
            work_off()
        assert made.callback.state is JobState.SUCCEEDED


def test_a_job_that_is_cancelled_while_it_is_claimed_is_cancelled_or_asked(queue, leases, settings):
    for _ in range(10):
        job = queue.work()
        record = monitor.job(settings, job.id)

        (claims, _), was_waiting = at_once(
            lambda: leases("worker").turn([], free=1), lambda record=record: control.cancel(settings, record)
        )

        assert (job.state is JobState.CANCELLED) is was_waiting is not bool(claims)
        if claims:
            assert leases("worker").cancels() == {claims[0].seq: "ask"}
            leases("worker").turn([Completion(claim=claims[0], state=JobState.CANCELLED)], free=0)


def test_a_dead_workers_jobs_are_rescued_once(queue, leases, settings, clock):
    jobs = queue.work.map(range(20))
    leases("dead").turn([], free=20)
    clock.forward(settings.lease_seconds + 1)

    rescued = at_once(leases("worker-a").rescue, leases("worker-b").rescue, leases("worker-c").rescue)

    assert sum(map(len, rescued)) == len(jobs)
    assert {monitor.job(settings, job.id).rescues for job in jobs} == {1}


def test_an_outcome_and_its_rescue_do_not_both_happen(queue, leases, settings, clock):
    for _ in range(5):
        job = queue.work()
        (claim,), _ = leases("slow").turn([], free=1)
        clock.forward(settings.lease_seconds + 1)
        done = Completion(claim=claim, state=JobState.SUCCEEDED, result="1")

        (_, refused), rescued = at_once(
            lambda done=done: leases("slow").turn([done], free=0), leases().rescue
        )

        assert len(refused) == len(rescued)
        assert (job.state is JobState.SUCCEEDED) is (not rescued)
        for again in leases("slow").turn([], free=1)[0]:
            leases("slow").turn([Completion(claim=again, state=JobState.SUCCEEDED)], free=0)


def test_what_a_worker_claimed_without_hearing_of_it_goes_back(queue, leases):
    """The answer to its claim was lost, and with it the token."""
    known, unheard = queue.work(1), queue.work(2)
    worker = leases("worker")
    (claim,), _ = worker.turn([], free=1)
    worker.turn([], free=1)

    worker.release_unheard([claim])

    assert (known.state, unheard.state) == (JobState.RUNNING, JobState.QUEUED)
    ((again,), _) = worker.turn([], free=1)
    assert (again.job_id, again.attempt) == (unheard.id, 1)


@on_postgres_only
def test_whoever_was_ended_in_favour_of_another_begins_anew(settings):
    """Each holds what the other one wants, until the server ends one of them."""
    both_hold_one = threading.Barrier(2)

    @driver.retried
    def hold(first, second):
        with driver.write(settings) as connection:
            driver.hold(connection, first)
            with suppress(threading.BrokenBarrierError):
                both_hold_one.wait(timeout=0.2)
            driver.hold(connection, second)
        return first

    assert at_once(lambda: hold("a", "b"), lambda: hold("b", "a")) == ["a", "b"]


@on_postgres_only
def test_a_transaction_with_a_failed_statement_says_that_nothing_was_stored(queue, settings):
    """The server would take its COMMIT for a ROLLBACK, without a word."""
    with pytest.raises(StorageError, match="nothing of it was stored"), driver.write(settings) as connection:
        queue.work()
        with pytest.raises(Exception, match="does not exist"):
            connection.execute("SELECT nonsense")

    assert queue.pending_count() == 0


def test_a_job_that_was_submitted_already_is_refused(queue):
    task = queue.work.s(1)
    queue.enqueue(task)

    with pytest.raises(JobError, match="submitted already"):
        queue.enqueue(task)


@on_postgres_only
def test_lost_connections_are_replaced_unseen(queue, settings, leases):
    queue.work()
    for work in (
        queue.work,
        lambda: queue.work.map([1]),
        leases().has_work,
        lambda: leases().turn([], free=1),
    ):
        assert end_connections(settings.database_url) > 0
        assert work() is not None


@on_postgres_only
def test_a_transaction_whose_connection_is_lost_stores_nothing(queue, settings):
    with pytest.raises(StorageError, match=r"ended the connection|was lost"), driver.write(settings):
        queue.work()
        end_connections(settings.database_url)

    assert queue.pending_count() == 0
    queue.work()
    assert queue.pending_count() == 1


@on_postgres_only
def test_nothing_is_stored_after_the_connection_of_a_transaction_is_lost(queue, settings):
    """Not even by what goes on in it as if nothing had happened."""
    with pytest.raises(StorageError), driver.write(settings):
        queue.work()
        end_connections(settings.database_url)
        for _ in range(2):
            with suppress(Exception):
                queue.work()

    assert queue.pending_count() == 0
    queue.work()
    assert queue.pending_count() == 1


@on_postgres_only
def test_a_job_whose_answer_was_lost_is_accepted_once(queue, settings, wire):
    """The driver sends it again, and the server says that it is there."""
    with_wire = JobQueue("test", settings=lambda: replace(settings, database_url=wire.url))
    with_wire.task(name="work")(lambda: None)()
    wire.lose_next_answer()

    job = with_wire.task(name="late")(lambda: None)()

    assert (job.state, queue.pending_count()) == (JobState.QUEUED, 2)


@on_postgres_only
def test_a_server_that_comes_back_soon_is_waited_for(queue, settings, wire):
    with_wire = replace(settings, database_url=wire.url)
    assert monitor.queues(with_wire)
    wire.cut()
    threading.Timer(1.0, wire.mend).start()

    assert monitor.queues(with_wire)
