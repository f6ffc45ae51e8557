"""A real worker process: it runs jobs, and whatever happens to it, none is lost."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from huey.api import chord

from scanjobs import config
from scanjobs.db import driver
from scanjobs.domain.jobs import JobState
from scanjobs.jobs import control, monitor
from tests import fakes
from tests.conftest import on_sqlite_only, wait_until


def starts(folder: Path, name: str) -> int:
    return len(list(folder.glob(f"{name}.start.*")))


def children_of(pid: int) -> Iterable[int]:
    return map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_job_runs_and_its_result_comes_back(worker):
    worker()

    assert fakes.add(2, second=3).get(timeout=20) == 5


def test_progress_is_seen_while_a_job_runs(worker, tmp_path, settings):
    worker()
    job = fakes.trace(str(tmp_path), "slow", 2.0)

    record = wait_until(
        lambda: (r := monitor.job(settings, job.id)).progress is not None and r, "progress is told"
    )

    assert (record.progress, record.progress_phase, record.state) == (50, "Sleeping", JobState.RUNNING)


def test_jobs_of_a_killed_worker_are_done_by_the_next(worker, tmp_path, settings):
    first = worker("-c", "2")
    jobs = [fakes.trace(str(tmp_path), f"job{number}", 1.5) for number in range(4)]
    wait_until(lambda: starts(tmp_path, "job*") >= 2, "two jobs have started")
    orphans = list(children_of(first.pid))

    first.kill()

    wait_until(lambda: not any(map(is_running, orphans)), "the children died with their supervisor", 5)
    worker("-c", "2")
    assert [job.get(timeout=30) for job in jobs] == ["job0", "job1", "job2", "job3"]
    records = [monitor.job(settings, job.id) for job in jobs]
    assert {record.state for record in records} == {JobState.SUCCEEDED}
    assert {record.attempt for record in records} == {1}  # a worker's death is no fault of the job


def test_a_living_worker_takes_over_within_a_second_or_so(worker, tmp_path):
    first = worker("-c", "1")
    job = fakes.trace(str(tmp_path), "held", 0.5)
    # Its progress is the last thing it writes for a while: stopped in a transaction it would keep the lock.
    wait_until(lambda: job.record().progress == 50, "the job has started and told its progress")
    os.kill(first.pid, signal.SIGSTOP)  # so that the second worker lives before the first one dies
    worker("-c", "1")

    first.kill()

    wait_until(lambda: starts(tmp_path, "held") == 2, "the job was taken over", 4)
    assert job.get(timeout=20) == "held"


def test_the_death_of_a_child_is_an_attempt(worker, settings):
    process = worker("-c", "1")
    job = fakes.die()

    wait_until(lambda: job.state.is_final, "the job has ended", 30)

    record = monitor.job(settings, job.id)
    assert (record.state, record.attempt) == (JobState.FAILED, 2)
    assert "SIGKILL" in record.error
    assert fakes.add(1, 1).get(timeout=20) == 2, "the child was replaced"
    assert process.process.poll() is None


def test_a_failed_attempt_is_made_again(worker, settings):
    worker()
    job = fakes.succeed_at_attempt(2)

    assert job.get(timeout=30) == 2


def test_the_last_error_stays_on_the_row(worker, settings):
    worker()
    job = fakes.fail("The lamp is broken.")

    wait_until(lambda: job.state.is_final, "the job has ended")

    record = monitor.job(settings, job.id)
    assert record.error == "RuntimeError: The lamp is broken."
    assert "in fail" in record.traceback


def test_a_result_that_is_not_json_fails_that_job_only(worker, settings):
    worker()
    job = fakes.return_something_odd()

    wait_until(lambda: job.state.is_final, "the job has ended")

    assert "not JSON serializable" in monitor.job(settings, job.id).error
    assert fakes.add(1, 2).get(timeout=20) == 3


def test_jobs_nobody_can_read_fail_alone(worker, settings):
    damaged, unknown, sound = fakes.add(1, 1), fakes.add(2, 2), fakes.add(3, 3)
    with driver.write(settings) as database:
        database.execute("UPDATE jobs SET payload = '{' WHERE id = ?", (damaged.id,))
        database.execute(
            "UPDATE jobs SET task = 'gone.task', payload = replace(payload, 'tests.fakes.add', 'gone.task')"
            " WHERE id = ?",
            (unknown.id,),
        )

    worker("--drain", ready=False).wait()

    assert "damaged" in monitor.job(settings, damaged.id).error
    assert "knows no task gone.task" in monitor.job(settings, unknown.id).error
    assert sound.get(timeout=1) == 6


def test_the_first_signal_lets_running_jobs_finish(worker, tmp_path):
    process = worker("-c", "1")
    running = fakes.trace(str(tmp_path), "running", 1.0)
    wait_until(lambda: starts(tmp_path, "running"), "the job has started")
    waiting = fakes.trace(str(tmp_path), "waiting")

    assert process.stop(signal.SIGINT) == 0

    assert running.state is JobState.SUCCEEDED
    assert waiting.state is JobState.QUEUED


def test_the_second_signal_ends_at_once_and_gives_jobs_back(worker, tmp_path, settings):
    process = worker("-c", "1")
    job = fakes.trace(str(tmp_path), "long", 60)
    wait_until(lambda: starts(tmp_path, "long"), "the job has started")

    process.process.send_signal(signal.SIGTERM)
    wait_until(lambda: "stops" in process.process.stderr.readline(), "it has heard the first signal")
    assert process.stop(signal.SIGTERM) == 0

    record = monitor.job(settings, job.id)
    assert (record.state, record.attempt, record.worker_id) == (JobState.QUEUED, 0, None)


def test_draining_ends_when_everything_is_done(worker):
    jobs = [fakes.add(number, 1) for number in range(20)]

    assert worker("--drain", ready=False).wait() == 0

    assert [job.get(timeout=0.1) for job in jobs] == list(range(1, 21))


def test_a_worker_serves_the_queues_it_was_given(worker, settings):
    worker("-q", "notifications")
    job = fakes.add(1, 1)

    assert not monitor.is_served(settings, "default")
    assert job.state is JobState.QUEUED


def test_several_workers_run_each_job_once(worker, tmp_path):
    jobs = [fakes.trace(str(tmp_path), f"job{number}") for number in range(60)]
    for _ in range(3):
        worker("-c", "2", ready=False)

    for job in jobs:
        job.get(timeout=30)

    assert [starts(tmp_path, f"job{number}") for number in range(60)] == [1] * 60


def test_an_idle_worker_is_woken_by_a_submit(worker, settings):
    worker("-c", "1")
    fakes.add(0, 0).get(timeout=20)
    waits = []
    for number in range(20):
        job = fakes.add(number, 0)
        job.get(timeout=20)
        record = monitor.job(settings, job.id)
        waits.append((record.started_at - record.created_at).total_seconds())

    # Without the bell it would look once a second: about half a second on average.
    assert sorted(waits)[len(waits) // 2] < 0.2


def test_a_worker_that_left_leaves_nothing(worker, settings):
    process = worker()

    process.stop()

    assert list((settings.home / "workers").iterdir()) == []
    assert monitor.workers(settings) == []


def test_a_killed_idle_worker_is_forgotten_by_the_next(worker, settings):
    worker().kill()
    worker("--drain", ready=False).wait()

    assert monitor.workers(settings) == []
    assert list((settings.home / "workers").iterdir()) == []


@pytest.mark.parametrize("name", ["sleep", "regex", "deaf"])
def test_a_hard_limit_ends_whatever_a_task_does(worker, settings, tmp_path, name):
    worker("-c", "1")
    job = fakes.outlive_its_limit(name, str(tmp_path))

    wait_until(lambda: job.state.is_final, "the job was ended")

    record = monitor.job(settings, job.id)
    assert record.state is JobState.FAILED
    assert "hard limit of 1 seconds" in record.error
    assert fakes.add(1, 1).get(timeout=20) == 2, "the child was replaced"
    grandchild = int((tmp_path / "grandchild").read_text())
    wait_until(lambda: not is_running(grandchild), "what it had started was ended too", 5)


def test_a_soft_limit_is_raised_even_through_except_exception(worker, settings):
    worker("-c", "1")
    job = fakes.swallow_everything()

    wait_until(lambda: job.state.is_final, "the job was ended")

    assert "soft limit of 0.5 seconds" in monitor.job(settings, job.id).error


def test_a_running_job_can_be_cancelled(worker, tmp_path, settings):
    worker("-c", "1")
    job = fakes.trace(str(tmp_path), "long", 60)
    wait_until(lambda: starts(tmp_path, "long"), "it has started")

    assert control.cancel(settings, monitor.job(settings, job.id)) is False

    wait_until(lambda: job.state is JobState.CANCELLED, "it was cancelled", 10)
    assert fakes.add(1, 1).get(timeout=20) == 2


def test_a_job_that_does_not_listen_can_be_terminated(worker, tmp_path, settings):
    worker("-c", "1")
    job = fakes.ignore_signals(str(tmp_path))
    wait_until(lambda: (tmp_path / "started").exists(), "it has started")

    control.cancel(settings, monitor.job(settings, job.id), terminate=True)

    wait_until(lambda: job.state is JobState.CANCELLED, "it was killed", 10)


def test_children_are_replaced_after_enough_jobs(worker):
    worker("-c", "1", "--max-jobs-per-child", "3")

    pids = [fakes.pid().get(timeout=20) for _ in range(7)]

    assert len(set(pids)) == 3


def test_leaving_has_a_deadline(worker, tmp_path, settings):
    process = worker("-c", "1", "--shutdown-timeout", "0.5")
    job = fakes.trace(str(tmp_path), "long", 60)
    wait_until(lambda: starts(tmp_path, "long"), "it has started")

    assert process.stop() == 0

    assert monitor.job(settings, job.id).state is JobState.QUEUED


@on_sqlite_only
def test_a_locked_database_does_not_end_a_worker(worker, settings):
    process = worker("-c", "1")
    with sqlite3.connect(settings.database_path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        time.sleep(12)  # longer than anybody waits for the lock
        other.execute("COMMIT")

    assert process.process.poll() is None
    assert fakes.add(1, 2).get(timeout=30) == 3


@on_sqlite_only
def test_a_worker_whose_database_is_gone_says_so_and_ends(worker, settings):
    process = worker()
    for path in settings.home.glob("scanjobs.db*"):
        path.unlink()

    assert process.wait() == 3
    assert "was deleted" in process.log


def test_a_result_that_is_no_number_fails_that_job_only(worker, settings):
    worker()
    job = fakes.not_a_number()

    wait_until(lambda: job.state.is_final, "the job has ended")

    assert "JSON" in monitor.job(settings, job.id).error


def test_a_pipeline_goes_on_with_the_result(worker):
    worker()

    steps = fakes.add.huey.enqueue(fakes.add.s(1, 2).then(fakes.add, 10).then(fakes.rare))

    assert steps.get(timeout=20) == [3, 13, 13]


def test_a_chord_calls_back_with_what_came_of_its_members(worker):
    worker("-c", "2")
    members = [fakes.add.s(1, 2), fakes.add.s(2, 3).then(fakes.add, 10), fakes.fail.s("No lamp.")]

    made = fakes.add.huey.enqueue(chord(members, fakes.collect.s()))

    three, fifteen, failed = made.get(timeout=20)
    assert (three, fifteen) == ("3", "15")
    assert "No lamp." in failed


def test_a_chord_survives_the_death_of_its_worker(worker, tmp_path):
    first = worker("-c", "2")
    members = [fakes.trace.s(str(tmp_path), f"member{number}", 1.0) for number in range(3)]
    made = fakes.add.huey.enqueue(chord(members, fakes.collect.s()))
    wait_until(lambda: starts(tmp_path, "member*") >= 2, "members have started")

    first.kill()
    worker("-c", "2")

    assert made.get(timeout=30) == ["'member0'", "'member1'", "'member2'"]


def test_each_failed_attempt_is_told_to_a_handler(worker, tmp_path):
    worker()
    task = fakes.fail_twice.s("The lamp is broken.").error(fakes.note_error, str(tmp_path))

    job = fakes.add.huey.enqueue(task)

    wait_until(lambda: job.state.is_final, "the job has ended")
    told = wait_until(lambda: (f := list(tmp_path.glob("*.error"))) and len(f) == 2 and f, "both are told")
    assert {path.read_text() for path in told} == {"RuntimeError: The lamp is broken."}


def test_a_rehearsal_moves_the_clock_of_everybody(worker, scanjobs, tmp_path, settings, monkeypatch):
    monkeypatch.setenv("SCANJOBS_CLOCK_FILE", str(tmp_path / "clock"))
    moved = config.use(config.load())
    worker("-c", "1")
    later = fakes.add.schedule(args=(1, 2), delay=30 * 86_400)
    expiring = fakes.add.schedule(args=(3, 4), delay=40 * 86_400, expires=35 * 86_400)
    retried = fakes.ask_for_more.schedule(args=(7 * 86_400,), delay=60)
    assert later.state is JobState.SCHEDULED

    moved.clock.forward(120)
    wait_until(lambda: retried.state is JobState.RETRYING, "its first attempt was made")
    moved.clock.forward(31 * 86_400)

    assert later.get(timeout=20) == 3
    assert retried.get(timeout=20) == 2
    assert expiring.state is JobState.SCHEDULED
    moved.clock.forward(10 * 86_400)
    wait_until(lambda: expiring.state is JobState.CANCELLED, "it expired")
    started = monitor.job(moved, later.id).started_at
    assert timedelta(days=31) <= started - monitor.job(moved, later.id).created_at < timedelta(days=32)
    wait_until(lambda: monitor.workers(moved)[0].is_alive, "its lease is renewed where the clock is now", 5)
