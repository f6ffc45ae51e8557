"""Looking at the queue: what can be asked of it, and what it answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scanjobs.domain.jobs import JobState
from scanjobs.domain.schedules import Declaration
from scanjobs.jobs import control, monitor, schedule
from scanjobs.jobs.values import Completion, Failure


def ids(jobs):
    return [one.id for one in jobs]


def end(leases, clock, state=JobState.SUCCEEDED, number=1, *, error=None):
    """A worker takes so many jobs, and each ends so after two seconds."""
    holder = leases("worker-a")
    claims = holder.claim(number, {})
    clock.forward(2)
    holder.turn(
        [
            Completion(
                claim=claim,
                state=state,
                failure=None if error is None else Failure(error=error),
                started_at=clock.timestamp() - 2,
            )
            for claim in claims
        ],
        0,
    )
    return [claim.job_id for claim in claims]


def test_jobs_are_found_by_what_they_were_called_with(queue, settings):
    queue.work(7)
    wanted = queue.work(4711)

    assert ids(monitor.jobs(settings, words="4711")) == [wanted.id]


@pytest.mark.parametrize("words", ["%", "_", "\\"])
def test_what_is_looked_for_stands_for_itself(queue, settings, words):
    queue.work(1)

    assert monitor.jobs(settings, words=words + "4711") == ()


def test_jobs_are_found_by_their_error_whatever_the_case(queue, settings, leases, clock):
    queue.work()
    failed = end(leases, clock, JobState.FAILED, error="The Lamp is broken.")
    queue.work()

    assert ids(monitor.jobs(settings, words="lamp is")) == failed


def test_jobs_are_found_by_when_they_were_submitted(queue, settings, clock):
    queue.work(1)
    clock.forward(60)
    noon, wanted = clock.now(), queue.work(2)
    clock.forward(60)
    queue.work(3)

    found = monitor.jobs(settings, since=noon, until=noon + timedelta(seconds=60))

    assert ids(found) == [wanted.id]


def test_jobs_are_found_by_when_and_by_whom_they_were_started(queue, settings, clock, leases):
    queue.work(1)
    begin = clock.now()
    ended = end(leases, clock)
    queue.work(2)

    assert ids(monitor.jobs(settings, worker="worker-a")) == ended
    assert monitor.jobs(settings, worker="worker-b") == ()
    assert ids(monitor.jobs(settings, started_since=begin)) == ended
    assert monitor.jobs(settings, started_until=begin) == ()


def test_what_starts_next_is_told_in_the_order_of_the_start(queue, settings):
    usual = queue.work(1)
    urgent = queue.enqueue(queue.work.signature(2, priority=9))
    drawn = queue.draw(3)

    assert ids(monitor.next_jobs(settings)) == [urgent.id, usual.id, drawn.id]
    assert ids(monitor.status(settings, waiting=1).waiting) == [urgent.id, drawn.id]


def test_a_rate_tells_how_many_ended_lately(queue, settings, clock, leases):
    for number in range(10):
        queue.work(number)
    end(leases, clock, number=10)

    def rate():
        return {one.name: one.per_minute for one in monitor.queues(settings, clock=clock)}

    assert rate()["default"] == pytest.approx(2.0)
    assert rate()["reports"] == 0
    clock.forward(301)
    assert rate()["default"] == 0


def test_the_rate_of_a_busy_queue_is_counted_from_its_newest(queue, settings, clock, leases, monkeypatch):
    monkeypatch.setattr(monitor, "MOST_COUNTED", 4)
    for number in range(8):
        queue.work(number)
    for _ in range(4):
        end(leases, clock, number=2)  # two every two seconds

    (found, *_) = monitor.queues(settings, clock=clock)

    assert found.per_minute == pytest.approx(60 * 4 / 2)


def test_failures_are_told_for_a_day(queue, settings, clock, leases):
    queue.work()
    failed = end(leases, clock, JobState.FAILED, error="The lamp is broken.")
    queue.work()
    end(leases, clock)

    assert ids(monitor.failed_jobs(settings, clock=clock)) == failed
    clock.forward(86_401)
    assert monitor.failed_jobs(settings, clock=clock) == ()


def test_cancelled_jobs_are_told_with_those_that_are_asked_to_end(queue, settings, leases, clock):
    waiting, running = queue.work(1), queue.work(2)
    control.cancel(settings, waiting.record(), clock=clock)
    leases().claim(1, {})
    control.cancel(settings, running.record(), clock=clock)

    assert ids(monitor.cancelled_jobs(settings)) == [running.id, waiting.id]


def test_the_next_runs_of_the_schedule_come_in_their_order(settings, clock):
    for name, when in (("late", "every 2h"), ("soon", "every 1h"), ("never", "every 5m")):
        asked = Declaration(name=name, task="test.work", when=when, zone="UTC", kwargs={})
        schedule.add(settings, asked, is_paused=name == "never", clock=clock)

    assert [one.name for one in monitor.coming_runs(settings)] == ["soon", "late"]
    assert [one.name for one in monitor.status(settings, coming=1).coming] == ["soon"]


def test_a_paused_queue_is_told_even_where_nothing_is_in_it(settings, clock):
    control.pause(settings, "mine", clock=clock)

    assert [one.name for one in monitor.queues(settings) if one.is_paused] == ["mine"]


def test_watching_looks_again_and_again(queue, settings):
    looks = monitor.watch(settings, seconds=0.01)
    assert next(looks).waiting == ()

    job = queue.work(1)

    assert ids(next(looks).waiting) == [job.id]
