"""What is told of workers that really run, and how they are asked to leave from outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanjobs.errors import JobError, NotFoundError
from scanjobs.jobs import monitor
from tests import fakes
from tests.conftest import on_sqlite_only, wait_until


def resident_kilobytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def test_a_worker_tells_its_jobs_and_its_memory(settings, worker, tmp_path):
    process = worker("-c", "2", "-q", "default")
    job = fakes.trace(str(tmp_path), "long", seconds=60)
    wait_until(lambda: list(tmp_path.glob("long.start.*")), "it has started")

    (told,) = monitor.workers(settings)

    assert (told.is_alive, told.is_here, told.pool) == (True, True, "process")
    assert told.current == (job.id,)
    assert monitor.active_queues(settings) == {told.id: ("default",)}
    assert told.memory is not None
    # Its two children are counted beside it.
    assert told.memory > 2 * 1024 * resident_kilobytes(process.pid)


def test_what_runs_is_told_by_worker(settings, worker, tmp_path):
    worker("-c", "1")
    job = fakes.trace(str(tmp_path), "long", seconds=60)
    wait_until(lambda: list(tmp_path.glob("long.start.*")), "it has started")
    waiting = fakes.add(1, 2)
    (told,) = monitor.workers(settings)

    assert [one.id for one in monitor.active(settings)] == [job.id]
    assert [one.id for one in monitor.active(settings, worker=told.id[:8])] == [job.id]
    assert monitor.reserved(settings) == ()
    assert [one.id for one in monitor.next_jobs(settings)] == [waiting.id]
    with pytest.raises(NotFoundError):
        monitor.active(settings, worker="00000000")


def test_short_jobs_that_are_claimed_ahead_are_told_apart(settings, worker):
    worker("-c", "1")
    tasks = [fakes.add.signature(number, 1) for number in range(2000)]
    fakes.queue.enqueue_many(tasks)

    reserved = wait_until(lambda: monitor.reserved(settings), "it has learned that they are short")

    assert len(reserved) > 1


@on_sqlite_only
def test_a_worker_is_asked_to_leave_from_outside(settings, worker, tmp_path):
    process = worker("-c", "1")
    job = fakes.trace(str(tmp_path), "short", seconds=1)
    wait_until(lambda: list(tmp_path.glob("short.start.*")), "it has started")
    (told,) = monitor.workers(settings)

    monitor.shutdown(told.id[:8], settings=settings)

    assert process.wait() == 0
    assert job.get(timeout=5) == "short"
    assert monitor.ping(settings) == {}


@on_sqlite_only
def test_a_worker_begins_anew_when_it_is_asked(settings, worker):
    process = worker("-c", "1")
    (before,) = monitor.workers(settings)

    monitor.begin_anew(before.id, settings=settings)

    (after,) = wait_until(
        lambda: [one for one in monitor.workers(settings) if one.id != before.id and one.is_alive],
        "another worker in the same process",
    )
    assert after.pid == process.pid


@on_sqlite_only
def test_a_process_that_is_no_worker_is_never_told_to_leave(settings, worker):
    """The number of a dead worker's process may be somebody else's by now."""
    process = worker("-c", "1")
    (told,) = monitor.workers(settings)
    process.kill()

    with pytest.raises(JobError, match="cannot be reached"):
        monitor.shutdown(told.id, settings=settings)

    assert monitor.ping(settings) == {told.id: False}
    (dead,) = monitor.workers(settings)
    assert (dead.is_here, dead.memory) == (False, None)
