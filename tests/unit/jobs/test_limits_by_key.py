"""Limits by key: held to at the claim, across workers, and nobody waits behind those who wait."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from scanjobs.db import driver
from scanjobs.domain.jobs import JobState
from scanjobs.errors import ConfigurationError, JobError
from scanjobs.jobs import control, holding, limit_statements, looking_statements, monitor, pruning
from scanjobs.jobs.queue import JobQueue
from scanjobs.jobs.values import Completion, Failure
from tests.conftest import on_sqlite_only


@pytest.fixture
def queue(queue: JobQueue) -> JobQueue:
    @queue.task(limit_key="site:{site}", at_once=1)
    def visit(site: str, number: int = 0) -> int:
        return number

    @queue.task(queue="reports", limit_key=lambda site, **_: f"site:{site}", at_once=1)
    def sketch(site: str, number: int = 0) -> int:
        return number

    @queue.task(rate="2/m")
    def call(number: int = 0) -> int:
        return number

    queue.visit, queue.sketch, queue.call = visit, sketch, call
    return queue


def succeeded(claim):
    return Completion(claim=claim, state=JobState.SUCCEEDED)


def ids(claims):
    return [claim.job_id for claim in claims]


def state_of(settings, job):
    return monitor.job(settings, job.id).state


def test_one_job_of_a_key_runs_at_a_time_whoever_claims(queue, leases, settings):
    first, second = queue.visit("a"), queue.visit("a")
    mine, yours = leases("worker-a"), leases("worker-b")
    (claim,), _ = mine.turn([], free=5)

    assert claim.job_id == first.id
    assert yours.turn([], free=5) == ([], [])

    mine.turn([succeeded(claim)], free=0)

    assert ids(yours.turn([], free=5)[0]) == [second.id]


def test_whoever_frees_a_place_may_take_the_next_in_the_same_step(queue, leases):
    jobs = [queue.visit("a", number) for number in range(3)]
    worker = leases()
    claims, _ = worker.turn([], free=5)
    done = []
    while claims:
        done += ids(claims)
        claims, _ = worker.turn([succeeded(claims[0])], free=5)

    assert done == [job.id for job in jobs]


def test_nobody_waits_behind_a_key_that_is_full(queue, leases):
    crowd = [queue.visit("a", number) for number in range(30)]
    other, plain = queue.visit("b"), queue.work()

    claims, _ = leases().turn([], free=3)

    assert ids(claims) == [crowd[0].id, other.id, plain.id]


def test_a_key_is_shared_by_tasks_and_queues(queue, leases):
    first, second = queue.visit("a"), queue.sketch("a")
    visits, sketches = leases("worker-a", "default"), leases("worker-b", "reports")
    (claim,), _ = visits.turn([], free=1)
    assert claim.job_id == first.id
    assert sketches.turn([], free=1) == ([], [])

    visits.turn([succeeded(claim)], free=0)

    assert ids(sketches.turn([], free=1)[0]) == [second.id]


def test_those_who_wait_for_others_are_shown_as_queued_with_the_reason(queue, leases, settings):
    queue.visit("a")
    waiting = queue.visit("a")
    leases().turn([], free=5)

    record = monitor.job(settings, waiting.id)
    assert (record.state, record.limit) == (JobState.QUEUED, "site:a, 1 at once")
    assert record.held_at is not None
    assert [event.event for event in record.events] == ["held"]
    assert [job.id for job in monitor.jobs(settings, state=JobState.QUEUED)] == [waiting.id]
    assert monitor.jobs(settings, state=JobState.SCHEDULED) == ()
    default = monitor.queues(settings)[0]
    assert (default.queued, default.scheduled, default.running) == (1, 0, 1)
    assert default.oldest_at == record.created_at


def test_the_oldest_of_a_key_is_next_and_priority_comes_first(queue, leases):
    first, second, third = (queue.visit("a", number) for number in range(3))
    worker = leases()
    (claim,), _ = worker.turn([], free=5)
    urgent = queue.visit("a", priority=9)

    order = [claim.job_id]
    while claim:
        claims, _ = worker.turn([succeeded(claim)], free=5)
        claim = claims[0] if claims else None
        order += ids(claims)

    assert order == [first.id, urgent.id, second.id, third.id]


def test_newer_jobs_of_a_key_do_not_overtake_older_ones(queue, leases):
    _, second = queue.visit("a", 1), queue.visit("a", 2)
    worker = leases()
    (claim,), _ = worker.turn([], free=5)
    queue.visit("a", 3)  # waits for a worker when the place comes free

    claims, _ = worker.turn([succeeded(claim)], free=5)

    assert ids(claims) == [second.id]


def test_a_failed_attempt_leaves_its_place_until_the_next(queue, leases, settings, clock):
    first, second = queue.visit("a"), queue.visit("a")
    worker = leases()
    (claim,), _ = worker.turn([], free=5)
    retry = Completion(
        claim=claim,
        state=JobState.RETRYING,
        failure=Failure(error="Not yet."),
        retry_payload=claim.payload,
        retry_at=clock.now() + timedelta(seconds=10),
    )

    (claim,), _ = worker.turn([retry], free=5)
    assert claim.job_id == second.id
    clock.forward(10)

    assert worker.turn([], free=5) == ([], [])
    assert ids(worker.turn([succeeded(claim)], free=5)[0]) == [first.id]


def test_the_place_of_a_dead_worker_is_free_when_its_jobs_are_rescued(queue, leases, settings, clock):
    first, second = queue.visit("a"), queue.visit("a")
    leases("dying").turn([], free=5)
    clock.forward(settings.lease_seconds + 1)
    other = leases("other")
    assert other.turn([], free=5) == ([], []), "until then it is taken"

    other.rescue()

    (claim,), _ = other.turn([], free=5)
    assert claim.job_id == first.id
    assert ids(other.turn([succeeded(claim)], free=5)[0]) == [second.id]


def test_a_place_that_came_free_unseen_is_found(queue, leases, settings, clock):
    """The next of a key was about to begin and was cancelled: nobody who ends brings the one after it."""
    _, second, third = (queue.visit("a", number) for number in range(3))
    worker = leases()
    (claim,), _ = worker.turn([], free=5)
    worker.turn([succeeded(claim)], free=0)
    control.cancel(settings, monitor.job(settings, second.id), clock=clock)
    assert worker.turn([], free=5) == ([], [])

    assert worker.let_go() == ""

    assert ids(worker.turn([], free=5)[0]) == [third.id]


def test_many_keys_are_looked_through_a_part_at_a_time(queue, leases, monkeypatch):
    monkeypatch.setattr("scanjobs.jobs.leases.KEYS_A_LOOK", 2)
    worker = leases()
    for site in "abc":
        queue.visit(site)
        queue.visit(site)
    worker.turn([], free=9)

    assert worker.let_go() == "site:b"
    assert worker.let_go("site:b") == ""


def test_held_jobs_can_be_cancelled_purged_and_expire(queue, leases, settings, clock):
    queue.visit("a")
    cancelled, purged = queue.visit("a"), queue.visit("a")
    expiring = queue.visit("a", expires=60)
    leases().turn([], free=9)

    control.cancel(settings, monitor.job(settings, cancelled.id), clock=clock)
    clock.forward(60)
    leases().turn([], free=9)
    control.purge(settings, "default", clock=clock)

    assert {state_of(settings, job) for job in (cancelled, expiring, purged)} == {JobState.CANCELLED}
    assert "expired" in monitor.job(settings, expiring.id).error


def test_a_paused_queue_holds_nobody_of_another_up(queue, leases, settings, clock):
    queue.visit("a")
    control.pause(settings, "default", clock=clock)
    report = queue.sketch("a")

    claims, _ = leases("worker-a", "default", "reports").turn([], free=5)

    assert ids(claims) == [report.id]


def test_a_worker_for_a_few_jobs_keeps_to_limits(queue, leases):
    _, second = queue.visit("a"), queue.visit("a")
    leases("worker-a").turn([], free=1)

    assert leases(only=(second.id,)).turn([], free=5) == ([], [])
    assert leases(only=(second.id,)).unfinished()


def test_a_drain_waits_for_those_whose_turn_comes(queue, leases):
    queue.visit("a")
    queue.visit("a")
    worker = leases("worker-a", "default")
    (claim,), _ = worker.turn([], free=5)

    assert leases("worker-b", "default").unfinished()

    (claim,), _ = worker.turn([succeeded(claim)], free=5)
    worker.turn([succeeded(claim)], free=5)
    assert not leases("worker-b", "default").unfinished()


def test_a_crowd_is_held_back_a_part_at_a_time(queue, leases, monkeypatch):
    monkeypatch.setattr(holding, "MOST_HELD", 5)
    for number in range(12):
        queue.visit("a", number)
    plain = queue.work()
    worker = leases()

    claims = [claim for _ in range(4) for claim in worker.turn([], free=2)[0]]

    assert plain.id in ids(claims)


def test_no_more_begin_in_any_such_time_than_the_rate_says(queue, leases, settings, clock):
    jobs = [queue.call(number) for number in range(5)]
    worker = leases()
    began = []
    for _ in range(200):
        while claims := worker.turn([], free=5)[0]:
            worker.turn([succeeded(claim) for claim in claims], free=0)
            began += [(clock.seconds, claim.job_id) for claim in claims]
        clock.forward(1)

    assert [job_id for _, job_id in began] == [job.id for job in jobs]
    offsets = [moment - began[0][0] for moment, _ in began]
    assert offsets == [0, 0, 60, 60, 120]


def test_a_rate_slides_with_its_starts(queue, leases, clock):
    """A window that began at full minutes would let four begin within a few seconds."""
    worker = leases()
    queue.call(1)
    assert len(worker.turn([], free=5)[0]) == 1
    clock.forward(59)
    for number in range(3):
        queue.call(number)

    assert len(worker.turn([], free=5)[0]) == 1
    clock.forward(1)
    assert len(worker.turn([], free=5)[0]) == 1
    clock.forward(58)
    assert len(worker.turn([], free=5)[0]) == 0
    clock.forward(1)
    assert len(worker.turn([], free=5)[0]) == 1


def test_a_job_over_the_rate_is_scheduled_for_its_time(queue, leases, settings, clock):
    queue.call(1)
    queue.call(2)
    next_one, later = queue.call(3), queue.call(4)
    began_at = clock.seconds
    worker = leases()
    worker.turn([], free=9)

    record = monitor.job(settings, next_one.id)
    assert (record.state, record.limit) == (JobState.SCHEDULED, "test_limits_by_key.call, 2 in 60 s")
    assert record.run_at.timestamp() == began_at + 60
    assert worker.seconds_to_next() == 60
    assert state_of(settings, later) is JobState.QUEUED, "when its time comes is not known yet"


def test_a_job_that_was_given_back_has_not_begun(queue, leases, settings, clock):
    for number in range(3):
        queue.call(number)
    worker = leases()
    claims, _ = worker.turn([], free=2)

    worker.release(claims)

    assert len(worker.turn([], free=5)[0]) == 2


def test_starts_are_forgotten_when_they_count_no_more(queue, leases, settings, clock):
    queue.call()
    leases().turn([], free=5)
    clock.forward(60)

    pruning.prune(settings, clock)

    with driver.read(settings) as connection:
        assert connection.execute("SELECT count(*) FROM key_starts").fetchone()[0] == 0


def test_a_job_whose_key_is_nothing_has_no_limit(queue, leases):
    @queue.task(limit_key=lambda site: site or None, at_once=1)
    def maybe(site: str = "") -> None: ...

    maybe()
    maybe()

    assert len(leases().turn([], free=5)[0]) == 2


def test_a_key_knows_defaults_and_positions(queue, leases, settings):
    @queue.task(limit_key="{site}:{depth}", at_once=2, rate="3/2h")
    def crawl(site: str, depth: int = 1) -> None: ...

    job = queue.enqueue(crawl.s("a"))

    assert monitor.job(settings, job.id).limit == "a:1, 2 at once, 3 in 7200 s"


def test_a_key_that_cannot_be_made_refuses_the_job(queue, settings):
    @queue.task(limit_key="{site.name}", at_once=1)
    def crawl(site: str) -> None: ...

    with pytest.raises(JobError, match="limit_key"):
        crawl("a")

    assert monitor.jobs(settings) == ()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"limit_key": "site:{site}"}, "without a limit"),
        ({"limit_key": "site:{host}", "at_once": 1}, "names host"),
        ({"at_once": 0}, "1 or more"),
        ({"rate": "ten a minute"}, "cannot have the rate"),
        ({"rate": "0/m"}, "cannot have the rate"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_when_it_is_declared(queue, options, told):
    with pytest.raises(ConfigurationError, match=told):

        @queue.task(**options)
        def crawl(site: str) -> None: ...


@on_sqlite_only
def test_claims_and_looks_are_answered_from_small_indexes(queue, settings):
    """However many jobs wait for their key, and however many have ended."""
    queue.work()
    values = {"key": "k", "queue": "q", "priority": 0, "seq": 0, "limit": 9, "after": "", "now": 0}
    with sqlite3.connect(settings.database_path) as database:
        for name in (
            "HAS_KEYED",
            "HAS_HELD",
            "COUNT_RUNNING_OF_KEY",
            "COUNT_READY_OF_KEY",
            "SELECT_FIRST_HELD",
            "SELECT_HELD_KEYS",
            "SELECT_KEY_STARTS",
            "COUNT_HELD",
        ):
            statement = getattr(limit_statements, name, None) or getattr(looking_statements, name)
            plan = database.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
            told = " ".join(step[-1] for step in plan if "jobs" in step[-1] or "key_starts" in step[-1])
            assert "INDEX ix_" in told, (name, told)
            assert "TEMP B-TREE" not in told
