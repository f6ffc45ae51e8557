"""The attempts at a job, as its story tells them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scanjobs.domain.jobs import JobState
from scanjobs.jobs import control, monitor, whole_story
from scanjobs.jobs.attempts import attempts_of
from scanjobs.jobs.values import Completion, Failure


def take(holder):
    (claim,) = holder.claim(1, {})
    return claim


def told(settings, job):
    return [
        (one.number, one.worker, round(one.waited_seconds, 3), one.outcome, one.error)
        for one in attempts_of(monitor.job(settings, job.id))
    ]


def test_each_attempt_has_its_wait_its_worker_and_its_error(queue, settings, leases, clock):
    job = queue.work(1)
    clock.forward(3)
    claim = take(leases("aaaaaaaa-1"))
    clock.forward(2)
    failure = Failure(error="The lamp is broken.")
    retrying = Completion(
        claim=claim,
        state=JobState.RETRYING,
        failure=failure,
        retry_at=clock.now() + timedelta(seconds=10),
        retry_payload=claim.payload,
    )
    leases("aaaaaaaa-1").turn([retrying], 0)
    clock.forward(14)
    claim = take(leases("bbbbbbbb-2"))
    began = clock.timestamp()
    clock.forward(5)
    done = Completion(claim=claim, state=JobState.SUCCEEDED, result="1", started_at=began + 1)
    leases("bbbbbbbb-2").turn([done], 0)

    assert told(settings, job) == [
        (1, "aaaaaaaa", 3.0, "retrying", "The lamp is broken."),
        (2, "bbbbbbbb", 5.0, "succeeded", None),  # claimed 4 seconds after it could be, begun 1 later
    ]


def test_an_attempt_that_a_worker_gave_back_does_not_count(queue, settings, leases, clock):
    job = queue.work(1)
    holder = leases("aaaaaaaa-1")
    holder.release([take(holder)])
    clock.forward(1)
    take(holder)

    assert told(settings, job) == [
        (1, "aaaaaaaa", 0.0, "released", None),
        (1, "aaaaaaaa", 1.0, None, None),
    ]


def test_a_job_that_is_retried_by_hand_begins_at_one_again(queue, settings, leases, clock):
    job = queue.work(1)
    holder = leases("aaaaaaaa-1")
    failure = Failure(error="The lamp is broken.")
    holder.turn([Completion(claim=take(holder), state=JobState.FAILED, failure=failure)], 0)
    clock.forward(60)
    control.restart(settings, monitor.job(settings, job.id), retries=0, clock=clock)
    clock.forward(2)
    take(holder)

    assert told(settings, job) == [
        (1, "aaaaaaaa", 0.0, "failed", "The lamp is broken."),
        (1, "aaaaaaaa", 2.0, None, None),
    ]


def test_a_job_for_later_waits_from_then_on(queue, settings, leases, clock):
    job = queue.enqueue(queue.work.signature(1, delay=30))
    clock.forward(31)
    take(leases())

    assert attempts_of(monitor.job(settings, job.id))[0].waited_seconds == pytest.approx(1)


def test_the_steps_of_a_pipeline_are_told_with_what_became_of_them(queue, settings, leases):
    steps = queue.enqueue(queue.work.s(1).then(queue.draw).then(queue.work).error(queue.draw))

    story = whole_story.tell(settings, steps[0].id)

    assert [(one.id, one.after, one.state) for one in story.follow_ups][-2:] == [
        (steps[1].id, "succeeded", None),
        (steps[2].id, "succeeded", None),
    ]


def test_what_was_submitted_together_is_told(queue, settings):
    with queue.batch():
        first, second = queue.work(1), queue.work(2)
    queue.work(3)

    story = whole_story.tell(settings, first.id)

    assert [one.id for one in story.siblings] == [second.id]
    assert story.parts == story.members == ()
