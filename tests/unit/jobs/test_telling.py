"""What happens in the queue is told in its transaction: once, and never at the cost of an outcome."""

from __future__ import annotations

import dataclasses
import sqlite3
from types import SimpleNamespace

import pytest

from scanjobs.db import driver
from scanjobs.domain.jobs import JobState
from scanjobs.domain.schedules import Declaration
from scanjobs.errors import StorageError, UsageError
from scanjobs.jobs import beat, chords, control, monitor, schedule, statements
from scanjobs.jobs.leases import MOST_RESCUES
from scanjobs.jobs.ticker import Ticker
from scanjobs.jobs.values import Completion, Failure
from tests.happened import happened


def failed(claim, hint=None, state=JobState.FAILED):
    failure = Failure(error="No paper.", hint=hint)
    return Completion(claim=claim, state=state, failure=failure, retry_payload=claim.payload)


@pytest.fixture
def heard(queue):
    """A task whose failures are heard of; what it heard is in `heard.jobs`."""

    told = SimpleNamespace(jobs=[])

    @queue.task(failed=told.jobs.append)
    def print_it(copies: int = 1) -> None: ...

    told.task = print_it
    return told


@pytest.fixture
def leases(leases, queue):
    return lambda *args: dataclasses.replace(leases(*args), on_failed=queue.note_failure)


def run_out(worker, clock, settings):
    clock.forward(settings.lease_seconds + 1)
    return worker.rescue()


def register(settings, clock, worker_id, lock_path="/nowhere"):
    with driver.write(settings) as connection:
        connection.execute(
            statements.INSERT_WORKER,
            {
                "id": worker_id,
                "host": "printer-room",
                "boot_id": "another boot",
                "pid": 4711,
                "lock_path": lock_path,
                "queues": "default",
                "is_private": False,
                "concurrency": 1,
                "pool": "process",
                "children": 1,
                "now": clock.timestamp(),
            },
        )


def test_a_task_hears_of_a_job_that_has_failed_for_good(heard, leases, clock):
    job = heard.task(copies=3)
    worker = leases()
    (claim,), _ = worker.turn([], free=1)
    worker.turn([failed(claim, state=JobState.RETRYING)], free=0)
    assert heard.jobs == []

    (claim,), _ = worker.turn([], free=1)
    worker.turn([failed(claim, hint="Fill the tray.")], free=0)

    (told,) = heard.jobs
    assert (told.id, told.task, told.arguments) == (job.id, heard.task.full_name, {"copies": 3})
    assert (told.error, told.hint, told.attempts) == ("No paper.", "Fill the tray.", 2)
    assert told.failed_at == clock.now()


@pytest.mark.parametrize("state", [JobState.CANCELLED, JobState.SUCCEEDED])
def test_a_task_hears_of_no_other_end(heard, leases, state):
    heard.task()
    worker = leases()
    (claim,), _ = worker.turn([], free=1)

    worker.turn([Completion(claim=claim, state=state)], free=0)

    assert heard.jobs == []


def test_whoever_lost_the_lease_tells_nothing(heard, leases, clock, settings):
    heard.task()
    worker = leases("slow")
    (claim,), _ = worker.turn([], free=1)
    run_out(leases("quick"), clock, settings)

    worker.turn([failed(claim)], free=0)

    assert heard.jobs == []


def test_a_task_hears_of_a_job_that_too_many_workers_died_of(heard, leases, clock, settings):
    job = heard.task()
    for _ in range(MOST_RESCUES):
        assert heard.jobs == []
        leases("dying").turn([], free=1)
        run_out(leases("other"), clock, settings)

    (told,) = heard.jobs
    assert (told.id, told.error) == (job.id, "The worker died 5 times while it ran this job.")


def test_a_hook_that_raises_costs_no_outcome_and_is_told_of(queue, leases, settings, caplog):
    """What it had written before is undone; what others write in the same transaction stays."""

    def break_off(job):
        with driver.write(settings) as connection:
            connection.execute("UPDATE jobs SET error = 'defaced'")
            connection.execute("SELECT 1 FROM nowhere")

    @queue.task(failed=break_off)
    def fragile() -> None: ...

    lost, sound = fragile(), queue.work()
    worker = leases()
    claims, _ = worker.turn([], free=2)

    _, refused = worker.turn([failed(claim) for claim in claims], free=0)

    assert refused == []
    records = [monitor.job(settings, job.id) for job in (lost, sound)]
    assert [(record.state, record.error) for record in records] == [(JobState.FAILED, "No paper.")] * 2
    assert "nowhere" in records[0].events[-1].facts["error"]
    assert records[0].events[-1].event == "untold"
    assert "could not be told" in caplog.text


def test_where_the_database_refuses_nothing_is_lost(queue, leases, settings):
    """The outcome is written later, together with what is told of it."""
    patience = [StorageError("Never."), None]

    def refuse(job):
        if patience.pop(0):
            raise sqlite3.OperationalError("database or disk is full")
        events_of.append(job.id)

    events_of = []

    @queue.task(failed=refuse)
    def full() -> None: ...

    job = full()
    worker = leases()
    (claim,), _ = worker.turn([], free=1)
    with pytest.raises(StorageError):
        worker.turn([failed(claim)], free=0)
    assert monitor.job(settings, job.id).state is JobState.RUNNING

    worker.turn([failed(claim)], free=0)

    assert (monitor.job(settings, job.id).state, events_of) == (JobState.FAILED, [job.id])


def test_a_run_of_an_entry_that_failed_is_told(queue, leases, settings, clock):
    asked = Declaration(name="nightly", task=queue.work.full_name, when="every 1h", zone="UTC", kwargs={})
    added = schedule.add(settings, asked, clock=clock)
    clock.forward(3600)
    assert beat.run_once(Ticker(queue, settings, clock)) == 1
    queue.work()  # a job of nobody's entry
    worker = leases()
    claims, _ = worker.turn([], free=2)

    worker.turn([failed(claim, hint="Fill the tray.") for claim in claims], free=0)

    (event,) = happened(settings, "schedule.failed")
    assert (event.subject, event.job_id) == ("nightly", claims[0].job_id)
    assert event.happened_at == clock.now()
    assert event.facts == {
        "task": queue.work.full_name,
        "error": "No paper.",
        "hint": "Fill the tray.",
        "slot": added.next_at.isoformat(),
    }


def test_a_slot_that_is_refused_is_told_once(queue, settings, clock):
    def refuse(job_id, number=0):
        raise UsageError("There is no such thing.", hint="Name another one.")

    @queue.task(accept=refuse)
    def about(number: int = 0) -> None: ...

    asked = Declaration(name="nightly", task=about.full_name, when="every 1h", zone="UTC", kwargs={})
    added = schedule.add(settings, asked, clock=clock)
    clock.forward(3600)
    for _ in range(2):
        beat.run_once(Ticker(queue, settings, clock))

    (event,) = happened(settings, "schedule.failed")
    assert (event.subject, event.job_id, event.happened_at) == ("nightly", None, clock.now())
    assert event.facts == {
        "task": about.full_name,
        "error": "There is no such thing.",
        "hint": "Name another one.",
        "slot": added.next_at.isoformat(),
    }


def test_what_users_do_to_the_schedule_is_told(queue, settings, clock):
    task = queue.work.full_name
    asked = Declaration(name="nightly", task=task, when="0 3 * * *", zone="UTC", kwargs={})
    schedule.add(settings, asked, clock=clock)
    with pytest.raises(UsageError):
        schedule.add(settings, asked, clock=clock)
    schedule.edit(settings, "nightly", {"when": "every 2h", "priority": 3}, clock=clock)
    for _ in range(2):
        schedule.pause(settings, "nightly", clock=clock)
    schedule.resume(settings, "nightly", clock=clock)
    schedule.remove(settings, "nightly", clock=clock)

    told = happened(settings)
    assert {(event.subject, event.facts["task"], event.happened_at) for event in told} == {
        ("nightly", task, clock.now())
    }
    assert [
        (event.type, event.facts["when"], event.facts["next_at"], event.facts["changed"]) for event in told
    ] == [
        ("schedule.created", "0 3 * * *", "2026-03-03T03:00:00+00:00", None),
        ("schedule.updated", "every 2h", "2026-03-02T14:00:00+00:00", "priority, when"),
        ("schedule.updated", "every 2h", "2026-03-02T14:00:00+00:00", "paused"),
        ("schedule.updated", "every 2h", "2026-03-02T14:00:00+00:00", "resumed"),
        ("schedule.updated", "every 2h", None, "removed"),
    ]


def test_what_code_declares_is_not_told(queue, settings, clock):
    asked = Declaration(
        name="own", task=queue.work.full_name, when="0 3 * * *", kwargs={}, declared_in="tests.fakes"
    )
    schedule.declare(settings, [asked], clock=clock)

    assert happened(settings) == []


def test_a_dead_worker_is_told_once_with_what_it_held(queue, leases, settings, clock):
    register(settings, clock, "worker-b")
    for number in range(2):
        queue.work(number)
    leases("worker-b").turn([], free=2)

    assert len(run_out(leases("worker-a"), clock, settings)) == 2
    assert leases("worker-c").rescue() == []

    (event,) = happened(settings)
    assert (event.type, event.subject, event.happened_at) == ("worker.unhealthy", "worker-b", clock.now())
    assert event.facts == {
        "reasons": [
            "The worker on printer-room (process 4711) is dead: nothing was heard of it.",
            "It held 2 jobs.",
        ],
        "host": "printer-room",
        "pid": 4711,
        "jobs": 2,
    }


def test_a_worker_that_left_is_not_dead(leases, settings, clock):
    register(settings, clock, "worker-b")
    with driver.write(settings) as connection:
        connection.execute(statements.STOP_WORKER, {"worker_id": "worker-b", "now": clock.timestamp()})

    run_out(leases("worker-a"), clock, settings)

    assert happened(settings) == []


def test_what_falls_back_takes_its_events_along(queue, leases, settings, clock, monkeypatch):
    """A failure after the event was written down, in the same transaction."""
    register(settings, clock, "worker-b")
    job = queue.work()
    leases("worker-b").turn([], free=1)
    with monkeypatch.context() as patch:
        patch.setattr(chords, "settle", _break_off)
        with pytest.raises(ZeroDivisionError):
            run_out(leases("worker-a"), clock, settings)
    assert (happened(settings), monitor.job(settings, job.id).state) == ([], JobState.RUNNING)

    leases("worker-a").rescue()

    assert len(happened(settings)) == 1


def _break_off(*_):
    raise ZeroDivisionError


def test_a_cancelled_job_of_a_dead_worker_has_not_failed(heard, leases, settings, clock):
    job = heard.task()
    leases("dying").turn([], free=1)
    control.cancel(settings, monitor.job(settings, job.id), clock=clock)

    run_out(leases("other"), clock, settings)

    assert heard.jobs == []
