"""Groups, pipelines and chords: accepted whole, and called back whatever ended their members."""

from __future__ import annotations

import pytest
from huey.api import chord, group
from huey.utils import SKIPPED, Error

from scanjobs.domain.jobs import WITH_OTHERS, JobState
from scanjobs.errors import JobCancelledError, JobFailedError
from scanjobs.jobs import control, monitor, pruning
from scanjobs.jobs.codec import arguments
from scanjobs.jobs.values import Completion, Failure


@pytest.fixture
def gather(queue):
    @queue.task(name="gather")
    def gather(results):
        return results

    return gather


def finish(worker, *states, results=()):
    """Claim as many jobs as there are states, and end them so."""
    claims, _ = worker.turn([], free=len(states))
    ends = [
        Completion(
            claim=claim,
            state=state,
            result=result if state is JobState.SUCCEEDED else None,
            failure=None if state is JobState.SUCCEEDED else Failure(error="It broke."),
        )
        for claim, state, result in zip(claims, states, results or ["1"] * len(states), strict=True)
    ]
    worker.turn(ends, free=0)
    return claims


def handed_over(settings, job):
    return monitor.job(settings, job.id).arguments["0"]


def test_a_group_is_accepted_whole_or_not_at_all(queue, settings):
    members = queue.enqueue(group([queue.work.s(number) for number in range(3)]))
    assert [job.state for job in members] == [JobState.QUEUED] * 3

    with pytest.raises(Exception, match="cannot be queued"):
        queue.enqueue(group([queue.work.s(1), queue.work.s(object())]))

    assert queue.storage.queue_size() == 3


def test_a_callback_is_given_the_results_in_the_order_of_its_members(queue, leases, gather, settings):
    made = queue.enqueue(chord([queue.work.s(number) for number in range(3)], gather.s()))
    record = monitor.job(settings, made.callback.id)
    assert (record.state, record.run_at) == (JobState.SCHEDULED, WITH_OTHERS)
    worker = leases()

    finish(worker, JobState.SUCCEEDED, results=['"a"'])
    finish(worker, JobState.SUCCEEDED, results=["null"])
    assert made.callback.state is JobState.SCHEDULED
    finish(worker, JobState.SUCCEEDED, results=["[3]"])

    assert made.callback.state is JobState.QUEUED
    assert handed_over(settings, made) == ["a", None, [3]]


def test_members_that_fail_or_are_cancelled_do_not_hold_a_callback_up(queue, leases, gather, settings):
    made = queue.enqueue(chord([queue.work.s(number) for number in range(3)], gather.s()))
    worker = leases()
    finish(worker, JobState.FAILED, JobState.SUCCEEDED)

    control.cancel(settings, monitor.job(settings, made.members[2].id))

    failed, succeeded, cancelled = handed_over(settings, made)
    assert isinstance(failed, Error)
    assert failed.metadata["error"] == "It broke."
    assert failed.metadata["task_id"] == made.members[0].id
    assert (succeeded, cancelled) == (1, SKIPPED)
    assert made.callback.state is JobState.QUEUED


def test_a_purge_that_ends_the_last_members_queues_the_callback(queue, gather, settings):
    made = queue.enqueue(chord([queue.draw.s(1), queue.draw.s(2)], gather.s()))

    assert control.purge(settings, "reports") == 2

    assert made.callback.state is JobState.QUEUED


def test_members_that_die_with_their_workers_end_too(queue, leases, gather, settings, clock):
    made = queue.enqueue(chord([queue.work.s(1)], gather.s()))
    for _ in range(5):
        leases("dying").turn([], free=1)
        clock.forward(settings.lease_seconds + 1)
        leases("other").rescue()

    assert made.members[0].state is JobState.FAILED
    assert made.callback.state is JobState.QUEUED


def test_a_member_that_runs_twice_counts_once(queue, leases, gather, settings, clock):
    made = queue.enqueue(chord([queue.work.s(1), queue.draw.s(2)], gather.s()))
    slow, quick = leases("slow", "default"), leases("quick", "default")
    (lost,), _ = slow.turn([], free=1)
    clock.forward(settings.lease_seconds + 1)
    quick.rescue()
    finish(quick, JobState.SUCCEEDED)

    _, refused = slow.turn([Completion(claim=lost, state=JobState.SUCCEEDED, result="9")], free=0)

    assert len(refused) == 1
    assert made.callback.state is JobState.SCHEDULED, "the other member has not ended"


def test_an_empty_chord_calls_back_at_once(queue, gather, settings):
    made = queue.enqueue(chord([], gather.s()))

    assert made.callback.state is JobState.QUEUED
    assert handed_over(settings, made) == []


def test_a_chord_in_a_chord_counts_as_its_callback(queue, leases, gather, settings):
    inner = chord([queue.work.s(1)], gather.s())
    made = queue.enqueue(chord([inner, queue.work.s(2)], gather.s()))
    worker = leases()

    finish(worker, JobState.SUCCEEDED, JobState.SUCCEEDED, results=["1", "2"])
    assert made.callback.state is JobState.SCHEDULED
    finish(worker, JobState.SUCCEEDED, results=["[1]"])

    assert handed_over(settings, made) == [[1], 2]


def test_a_cancelled_callback_stays_cancelled(queue, leases, gather, settings):
    made = queue.enqueue(chord([queue.work.s(1)], gather.s()))
    control.cancel(settings, monitor.job(settings, made.id))

    finish(leases(), JobState.SUCCEEDED)

    assert made.callback.state is JobState.CANCELLED


def test_results_are_kept_as_long_as_a_callback_waits_for_them(queue, leases, gather, settings, clock):
    made = queue.enqueue(chord([queue.work.s(1), queue.work.s(2)], gather.s()))
    worker = leases()
    finish(worker, JobState.SUCCEEDED)
    clock.forward(40 * 86_400)

    pruning.prune(settings, clock)
    finish(worker, JobState.SUCCEEDED, results=["2"])

    assert handed_over(settings, made) == [1, 2]
    clock.forward(settings.result_seconds + 1)
    pruning.prune(settings, clock)
    pruning.prune(settings, clock)
    assert monitor.job(settings, made.members[1].id).result is None


def test_a_step_that_is_not_reached_ends_with_the_one_before(queue, leases):
    first, second = queue.enqueue(queue.work.s(1).then(queue.work))
    assert second.state is JobState.SCHEDULED

    finish(leases(), JobState.FAILED)

    assert (first.state, second.state) == (JobState.FAILED, JobState.CANCELLED)
    with pytest.raises(JobFailedError, match="It broke"):
        second.get(timeout=1)


def test_a_step_ends_as_cancelled_when_the_one_before_was(queue, settings):
    first, second = queue.enqueue(queue.work.s(1).then(queue.work))

    control.cancel(settings, monitor.job(settings, first.id))

    with pytest.raises(JobCancelledError):
        second.get(timeout=1)


def test_a_group_in_a_chord_is_refused(queue, gather):
    with pytest.raises(ValueError, match="group cannot be a member"):
        queue.enqueue(chord([group([queue.work.s(1)])], gather.s()))

    assert queue.storage.schedule_size() == 0


def test_the_same_unique_member_is_waited_for_once(queue, leases, gather, settings):
    @queue.task(unique=True)
    def rare(number):
        return number

    waiting = rare(1)
    made = queue.enqueue(chord([rare.s(number=1), rare.s(number=2)], gather.s()))
    assert made.members[0].id == waiting.id

    finish(leases(), JobState.SUCCEEDED, JobState.SUCCEEDED, results=["1", "2"])

    assert handed_over(settings, made) == [1, 2]


def test_arguments_of_a_callback_are_shown_with_its_results():
    assert arguments('{"args": [7, [1, 2]], "kwargs": {}}') == {"0": 7, "1": [1, 2]}
