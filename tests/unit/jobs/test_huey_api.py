"""What Huey's questions and orders mean on our rows: reading destroys nothing, and history is never lost."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from huey.exceptions import RateLimitExceeded, ResultTimeout, TaskException

from scanjobs.db import driver
from scanjobs.domain.jobs import JobState
from scanjobs.errors import JobError, NotFoundError, UsageError
from scanjobs.jobs import monitor
from scanjobs.jobs.locks import held_by
from scanjobs.jobs.values import Completion, Failure

FINISHED = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


@pytest.fixture
def finish(leases):
    """Run the oldest job to an end of one's choice; answers its claim."""

    def finish(state=JobState.SUCCEEDED, result=None, error="The disk is full."):
        worker = leases()
        (claim,), _ = worker.turn([], free=1)
        failure = None if state is JobState.SUCCEEDED else Failure(error=error, traceback="in work")
        worker.turn([Completion(claim=claim, state=state, result=result, failure=failure)], free=0)
        return claim

    return finish


def test_pending_are_the_tasks_that_wait_in_the_order_of_their_turn(queue, leases):
    first, second, urgent = queue.work(1), queue.work(2), queue.draw(3)
    queue.work.schedule(args=(4,), delay=60)

    assert [(task.id, task.kwargs) for task in queue.pending()] == [
        (urgent.id, {"number": 3}),
        (first.id, {"number": 1}),
        (second.id, {"number": 2}),
    ]
    assert [task.id for task in queue.pending(limit=1)] == [urgent.id]
    assert (len(queue), queue.pending_count()) == (3, 3)


@pytest.mark.parametrize("damage", ["'{'", "x'ff00'", "replace(payload, 'work', 'gone')"])
def test_a_row_nobody_can_read_does_not_hide_the_others(queue, settings, damage):
    damaged, sound = queue.work(), queue.work()
    with driver.write(settings) as connection:
        connection.execute(f"UPDATE jobs SET payload = {damage} WHERE id = ?", (damaged.id,))

    assert [task.id for task in queue.pending()] == [sound.id]
    assert queue.pending_count() == 2


def test_scheduled_are_the_tasks_that_wait_for_their_time(queue, leases, clock):
    noon = clock.now().replace(tzinfo=None)
    later = queue.work.schedule(eta=noon + timedelta(hours=2))
    sooner = queue.work.schedule(eta=noon + timedelta(hours=1))
    retried = queue.work()
    worker = leases()
    (claim,), _ = worker.turn([], free=1)
    again = Completion(
        claim=claim, state=JobState.RETRYING, retry_payload=claim.payload, retry_at=clock.now()
    )
    worker.turn([again], free=0)

    assert [task.id for task in queue.scheduled()] == [retried.id, sooner.id, later.id]
    assert [task.id for task in queue.scheduled(limit=1)] == [retried.id]
    assert queue.scheduled_count() == 3


def test_the_result_of_a_job_is_read_by_its_id_again_and_again(queue, finish):
    job = queue.work()
    assert queue.result(job.id) is None

    finish(result='{"n":1}')

    assert [queue.result(job.id), queue.result(job.id, preserve=True), queue.result(job.id)] == [{"n": 1}] * 3


def test_a_job_that_returned_nothing_has_ended_all_the_same(queue, finish):
    job = queue.work()
    with pytest.raises(ResultTimeout):
        queue.result(job.id, blocking=True, timeout=0)

    finish()

    assert queue.result(job.id, blocking=True, timeout=0) is None


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_what_went_wrong_is_raised_as_huey_does(queue, finish, state):
    job = queue.work()
    finish(state)

    with pytest.raises(TaskException, match="The disk is full") as raised:
        queue.result(job.id, blocking=True, timeout=0)

    assert raised.value.metadata == {
        "error": "The disk is full.",
        "retries": 0,
        "traceback": "in work",
        "task_id": job.id,
    }


def test_all_results_are_what_jobs_returned_and_what_was_put(queue, finish):
    job = queue.work()
    finish(result="7")
    queue.work()
    finish()
    queue.work()
    finish(JobState.FAILED)
    queue.put("colour", "red")
    queue.storage.incr("visits")

    assert queue.all_results() == {job.id: b"7", "colour": b'"red"'}
    assert queue.result_count() == 2


def test_a_deleted_result_is_forgotten_and_its_row_stays(queue, finish):
    job = queue.work()
    finish(result="7")

    assert queue.delete(job.id) is True

    assert (queue.delete(job.id), queue.result(job.id), job.state) == (False, None, JobState.SUCCEEDED)


def test_flushing_leaves_nothing_waiting_and_nothing_kept_but_history(queue, leases, finish, settings):
    """Huey deletes what it flushes; here each row stays and says what became of it."""
    done = queue.work()
    finish(result="7")
    running = queue.work()
    (claim,), _ = leases().turn([], free=1)
    waiting, later = queue.draw(), queue.work.schedule(delay=60)
    queue.put("colour", "red")
    queue.storage.incr("visits")

    queue.flush()

    assert (queue.pending_count(), queue.scheduled_count(), queue.all_results()) == (0, 0, {})
    assert queue.storage.incr("visits", 0) == 0
    assert {job.id: (job.state, job.error) for job in monitor.jobs(settings)} == {
        done.id: (JobState.SUCCEEDED, None),
        running.id: (JobState.RUNNING, None),
        waiting.id: (JobState.CANCELLED, "Its queue was purged."),
        later.id: (JobState.CANCELLED, "Its queue was purged."),
    }
    assert [event.event for event in monitor.job(settings, later.id).events] == ["purged"]
    leases().turn([Completion(claim=claim, state=JobState.SUCCEEDED, result="8")], free=0)
    assert queue.result(running.id) == 8


def test_a_revoked_job_is_cancelled(queue):
    job = queue.work()

    queue.revoke_by_id(job.id)

    assert job.state is JobState.CANCELLED
    with pytest.raises(JobError, match="has ended"):
        queue.revoke_by_id(job.id)
    with pytest.raises(NotFoundError):
        queue.revoke_by_id("nobody")


def test_a_whole_task_cannot_be_revoked(queue):
    with pytest.raises(UsageError, match="as a whole"):
        queue.work.revoke()


def in_threads(number, work):
    """Do something at once in many threads; answers what each returned."""
    barrier, answers = threading.Barrier(number), []

    def run():
        barrier.wait()
        answers.append(work())
        driver.dispose()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_counter_counts_everybody(queue):
    counted = in_threads(8, lambda: [queue.storage.incr("visits") for _ in range(10)])

    assert sorted(number for one in counted for number in one) == list(range(1, 81))


def test_a_rate_limit_lets_no_more_begin_than_it_says(queue):
    """Not even at the start of a window, when everybody finds the counter of the last one."""
    limit = queue.rate_limit("door", limit=3, per=10**9)

    def enters():
        try:
            limit.acquire()
        except RateLimitExceeded:
            return False
        return True

    assert sorted(in_threads(8, enters)) == [False] * 5 + [True] * 3
    assert limit.current_usage() == 3


def test_a_lock_is_held_while_its_attempt_runs(queue, leases, settings):
    lock = queue.lock_task("door")
    queue.work()
    worker = leases()
    (claim,), _ = worker.turn([], free=1)
    assert queue.storage.put_if_empty("test.lock.door", held_by(claim))

    assert lock.is_locked()
    assert not queue.storage.put_if_empty("test.lock.door", b"1")

    worker.release([claim])

    assert not lock.is_locked()
    with lock:
        assert lock.is_locked()
    assert not lock.is_locked()


@pytest.mark.parametrize("state", FINISHED)
def test_only_a_job_that_succeeded_keeps_its_lock(queue, leases, state):
    """It meant to; the others could not let go of it."""
    queue.work()
    worker = leases()
    (claim,), _ = worker.turn([], free=1)
    queue.storage.put_if_empty("test.lock.door", held_by(claim))

    worker.turn([Completion(claim=claim, state=state)], free=0)

    assert queue.is_locked("door") is (state is JobState.SUCCEEDED)
    assert queue.flush_locks("door") == ({"door"} if state is JobState.SUCCEEDED else set())
