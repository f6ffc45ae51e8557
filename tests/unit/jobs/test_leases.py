"""Claim, finish, release, rescue: what a worker may do with a job, and what it may not."""

from __future__ import annotations

from datetime import timedelta

from scanjobs.domain.jobs import JobState
from scanjobs.jobs import control, monitor
from scanjobs.jobs.leases import MOST_RESCUES
from scanjobs.jobs.values import Completion, Failure, NewJob


def succeeded(claim, **changes):
    return Completion(claim=claim, state=JobState.SUCCEEDED, **changes)


def state_of(settings, job):
    return monitor.job(settings, job.id).state


def test_jobs_of_a_queue_are_claimed_by_priority_then_age(queue, leases):
    first, second, urgent = queue.work(1), queue.work(2), queue.work(3, priority=5)

    claims, _ = leases("worker-a", "default").turn([], free=3)

    assert [claim.job_id for claim in claims] == [urgent.id, first.id, second.id]


def test_no_queue_starves_behind_a_busy_one(queue, leases):
    for number in range(9):
        queue.work(number)
    report = queue.draw()
    worker = leases("worker-a", "default", "reports")

    claims = [claim for _ in range(3) for claim in worker.turn([], free=1)[0]]

    assert report.id in [claim.job_id for claim in claims]


def test_a_queue_takes_no_more_than_its_share(queue, leases):
    for number in range(5):
        queue.draw(number)
    worker = leases("worker-a", "reports", most={"reports": 2})

    claims, _ = worker.turn([], free=4)
    more, _ = worker.turn([], free=4, held={"reports": 2})

    assert (len(claims), more) == (2, [])


def test_what_a_worker_holds_leaves_room_for_as_many_as_are_free(queue, leases):
    """Only a share of a queue is counted against what is held."""
    queue.work(1)
    queue.work(2)

    claims, _ = leases("worker-a", "default").turn([], free=2, held={"default": 3})

    assert len(claims) == 2


def test_nothing_is_claimed_from_a_paused_queue(queue, leases, settings):
    queue.work()
    worker = leases()
    control.pause(settings, "default")
    assert not worker.has_work()
    assert worker.turn([], free=1) == ([], [])

    control.resume(settings, "default")

    assert len(worker.turn([], free=1)[0]) == 1


def test_a_job_that_expired_is_not_started(queue, leases, settings, clock):
    job = queue.work.s(1)
    job.expires_resolved = clock.now() + timedelta(seconds=5)
    job = queue.enqueue(job)
    clock.forward(5)

    assert leases().has_work()
    assert leases().turn([], free=1) == ([], [])
    record = monitor.job(settings, job.id)
    assert record.state is JobState.CANCELLED
    assert "expired" in record.error


def test_a_claim_takes_no_more_than_there_is_room_for(queue, leases):
    for number in range(5):
        queue.work(number)

    claims, _ = leases().turn([], free=2)

    assert len(claims) == 2
    assert queue.storage.queue_size() == 3


def test_two_workers_never_get_the_same_job(queue, leases):
    jobs = {queue.work(number).id for number in range(4)}

    mine, _ = leases("worker-a").turn([], free=3)
    yours, _ = leases("worker-b").turn([], free=3)

    assert {claim.job_id for claim in mine} | {claim.job_id for claim in yours} == jobs
    assert len(mine) + len(yours) == 4


def test_a_worker_takes_jobs_of_its_queues_only(queue, leases):
    queue.work()
    report = queue.draw()

    claims, _ = leases("worker-a", "reports").turn([], free=9)

    assert [claim.job_id for claim in claims] == [report.id]


def test_a_worker_for_a_few_jobs_takes_nothing_else(queue, leases):
    queue.work()
    mine = queue.draw()

    claims, _ = leases(only=(mine.id,)).turn([], free=9)

    assert [claim.job_id for claim in claims] == [mine.id]


def test_an_outcome_is_written_with_its_follow_ups_in_one_step(queue, leases, settings):
    job = queue.work()
    worker = leases()
    (claim,), _ = worker.turn([], free=1)
    following = NewJob(id="beef" * 9, task="t", queue="default", priority=0, payload="{}")

    _, refused = worker.turn([succeeded(claim, result="7", follow_ups=(following,))], free=0)

    assert refused == []
    assert monitor.job(settings, job.id).result == 7
    assert monitor.job(settings, "beef" * 9).state is JobState.QUEUED


def test_whoever_lost_the_lease_cannot_write_an_outcome(queue, leases, settings, clock):
    job = queue.work()
    slow, quick = leases("slow"), leases("quick")
    (lost,), _ = slow.turn([], free=1)
    clock.forward(settings.lease_seconds + 1)
    quick.rescue()
    (held,), _ = quick.turn([], free=1)
    following = NewJob(id="beef" * 9, task="t", queue="default", priority=0, payload="{}")
    late = succeeded(lost, result='"stale"', follow_ups=(following,))

    _, refused = slow.turn([late], free=0)

    assert refused == [late]
    assert state_of(settings, job) is JobState.RUNNING
    quick.turn([succeeded(held, result='"fresh"')], free=0)
    assert monitor.job(settings, job.id).result == "fresh"
    assert queue.storage.queue_size() == 0


def test_a_lease_that_is_extended_is_not_rescued(queue, leases, settings, clock):
    queue.work()
    owner, other = leases("owner"), leases("other")
    owner.turn([], free=1)
    clock.forward(settings.lease_seconds - 1)
    owner.extend(0, 0)
    clock.forward(settings.lease_seconds - 1)

    assert other.rescue() == []


def test_a_rescued_job_keeps_its_attempts_and_counts_the_rescue(queue, leases, settings, clock):
    job = queue.work()
    for _ in range(MOST_RESCUES - 1):
        leases("dying").turn([], free=1)
        clock.forward(settings.lease_seconds + 1)
        (rescued,) = leases("other").rescue()
        assert rescued.state is JobState.QUEUED

    (claim,), _ = leases("dying").turn([], free=1)

    assert claim.attempt == 1
    clock.forward(settings.lease_seconds + 1)
    (rescued,) = leases("other").rescue()
    assert rescued.state is JobState.FAILED
    assert "died 5 times" in monitor.job(settings, job.id).error


def test_a_released_job_is_claimable_again_at_its_first_attempt(queue, leases):
    queue.work()
    worker = leases()
    (claim,), _ = worker.turn([], free=1)

    worker.release([claim])

    (again,), _ = worker.turn([], free=1)
    assert again.attempt == 1
    assert again.lease_token != claim.lease_token


def test_a_retry_waits_for_its_time(queue, leases, settings, clock):
    job = queue.work()
    worker = leases()
    (claim,), _ = worker.turn([], free=1)
    clock.forward(1)
    later = Completion(
        claim=claim,
        state=JobState.RETRYING,
        failure=Failure(error="Not yet."),
        retry_payload=claim.payload,
        retry_at=clock.now().fromtimestamp(clock.seconds + 10, clock.now().tzinfo),
    )
    worker.turn([later], free=0)

    assert state_of(settings, job) is JobState.RETRYING
    assert not worker.has_work()
    assert worker.seconds_to_next() == 10
    clock.forward(10)
    assert worker.has_work()
    (again,), _ = worker.turn([], free=1)
    assert again.attempt == 2


def test_a_lease_that_ran_out_is_not_trusted_when_everybody_was_held_up(queue, leases, settings, clock):
    queue.work()
    leases("slow").turn([], free=1)
    clock.forward(settings.lease_seconds + 1)

    assert leases("other").rescue(trusts_leases=False) == []
    assert len(leases("other").rescue()) == 1


def test_a_cancelled_job_is_not_tried_again(queue, leases, settings, clock):
    retried, rescued = queue.work(1), queue.work(2)
    worker = leases()
    claims, _ = worker.turn([], free=2)
    for job in (retried, rescued):
        control.cancel(settings, monitor.job(settings, job.id), clock=clock)

    failure = Failure(error="No.")
    worker.turn(
        [Completion(claim=claims[0], state=JobState.RETRYING, failure=failure, retry_payload="{}")], free=0
    )
    clock.forward(settings.lease_seconds + 1)
    leases("other").rescue()

    assert state_of(settings, retried) is JobState.CANCELLED
    assert state_of(settings, rescued) is JobState.CANCELLED


def test_looking_for_work_sees_what_a_claim_would_find(queue, leases):
    worker = leases("worker-a", "reports")
    queue.work()
    assert not worker.has_work()

    queue.draw()

    assert worker.has_work()


def test_a_job_that_was_to_be_cancelled_does_not_come_back(queue, leases, settings, clock):
    released, rescued = queue.work(1), queue.work(2)
    worker = leases()
    claims, _ = worker.turn([], free=2)
    for job in (released, rescued):
        control.cancel(settings, monitor.job(settings, job.id), clock=clock)

    worker.release(claims[:1])
    clock.forward(settings.lease_seconds + 1)
    (told,) = leases("other").rescue()

    assert told.state is JobState.CANCELLED
    for job in (released, rescued):
        record = monitor.job(settings, job.id)
        assert (record.state, record.error) == (JobState.CANCELLED, "It was cancelled while it ran.")
        assert record.finished_at is not None


def test_a_worker_gives_back_what_it_does_not_know_to_be_its_own(queue, leases, settings):
    """A commit can succeed though its answer is lost; the jobs claimed by it would run for ever."""
    known, stray = queue.work(1), queue.work(2)
    worker = leases()
    claims, _ = worker.turn([], free=1)
    worker.turn([], free=1)

    worker.release_unheard(claims)

    assert state_of(settings, known) is JobState.RUNNING
    record = monitor.job(settings, stray.id)
    assert (record.state, record.attempt, record.worker_id) == (JobState.QUEUED, 0, None)
