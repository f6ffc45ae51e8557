"""Threads and the main thread as children of a real worker: what differs from processes, and what not."""

from __future__ import annotations

import signal

import pytest

from scanjobs.domain.jobs import JobState
from scanjobs.jobs import control, monitor
from tests import fakes
from tests.conftest import wait_until

COOPERATIVE = pytest.mark.parametrize("pool", ["thread", "solo"])


def starts(folder, name):
    return len(list(folder.glob(f"{name}.start.*")))


def at_work(worker, pool, *arguments, **options):
    return worker("--pool", pool, *(("-c", "1") if pool == "thread" else ()), *arguments, **options)


def log_until(process, words):
    """Read its log up to the line with these words."""
    line = ""
    while words not in line:
        line = process.process.stderr.readline()
        process.log += line
        assert line, f"{words!r} is not in {process.log}"


def test_threads_run_jobs_at_once_in_one_process(worker, tmp_path):
    process = worker("--pool", "thread", "-c", "3")

    jobs = [fakes.meet(str(tmp_path), f"job{number}", 3) for number in range(3)]

    places = [job.get(timeout=20).split(" ", 1) for job in jobs]
    assert {int(pid) for pid, _ in places} == {process.pid}
    assert {name for _, name in places} == {"thread 1", "thread 2", "thread 3"}


def test_solo_runs_jobs_in_the_main_thread(worker, tmp_path):
    process = worker("--pool", "solo")

    place = fakes.meet(str(tmp_path), "job", 1).get(timeout=20)

    assert place == f"{process.pid} MainThread"


def test_solo_runs_one_job_at_a_time(scanjobs):
    refused = scanjobs("worker", "--pool", "solo", "-c", "2")

    assert refused.returncode == 2
    assert "one job at a time" in refused.stderr


@COOPERATIVE
def test_the_worker_says_that_limits_are_cooperative(worker, pool):
    process = at_work(worker, pool)
    process.stop()

    assert f"Limits are cooperative with --pool {pool}" in process.log


@COOPERATIVE
def test_jobs_have_results_retries_follow_ups_and_progress_in_every_pool(worker, settings, tmp_path, pool):
    at_work(worker, pool)

    assert fakes.succeed_at_attempt(2).get(timeout=30) == 2
    steps = fakes.add.huey.enqueue(fakes.add.s(1, 2).then(fakes.add, 10).then(fakes.rare))
    assert steps.get(timeout=20) == [3, 13, 13]
    traced = fakes.trace(str(tmp_path), "traced")
    assert traced.get(timeout=20) == "traced"
    failed = fakes.fail("The lamp is broken.")
    wait_until(lambda: failed.state is JobState.FAILED, "it has failed")
    assert "in fail" in monitor.job(settings, failed.id).traceback


def test_jobs_in_threads_do_not_mix_up_what_they_write(worker, tmp_path):
    """Each has its own storage for results, follow-ups and locks, though they run in one process."""
    worker("--pool", "thread", "-c", "8")

    pipelines = [fakes.add.huey.enqueue(fakes.add.s(n, 0).then(fakes.add, 1000)) for n in range(40)]
    looking = [fakes.look_around() for _ in range(3)]

    assert [steps.get(timeout=60) for steps in pipelines] == [[n, n + 1000] for n in range(40)]
    assert all(job.get(timeout=60)[0] for job in looking)


@COOPERATIVE
def test_a_soft_limit_is_raised_where_the_task_checks(worker, settings, tmp_path, pool):
    at_work(worker, pool)
    job = fakes.check_often(str(tmp_path))

    wait_until(lambda: job.state.is_final, "it was ended")

    assert "soft limit of 0.5 seconds" in monitor.job(settings, job.id).error
    assert fakes.add(1, 1).get(timeout=20) == 2


@COOPERATIVE
def test_a_job_that_checks_can_be_cancelled(worker, settings, tmp_path, pool):
    at_work(worker, pool)
    job = fakes.check_patiently(str(tmp_path))
    wait_until((tmp_path / "started").exists, "it has started")

    control.cancel(settings, monitor.job(settings, job.id))

    wait_until(lambda: job.state is JobState.CANCELLED, "it was cancelled")


def test_a_thread_over_its_hard_limit_goes_on_and_others_begin_beside_it(worker, settings, tmp_path):
    process = worker("--pool", "thread", "-c", "1")
    job = fakes.wait_for_file(str(tmp_path), "go")

    log_until(process, "goes on: It took longer than its hard limit of 0.5 seconds")

    assert fakes.add(1, 2).get(timeout=20) == 3, "another thread has taken its place"
    assert job.state is JobState.RUNNING, "its lease is kept"
    (tmp_path / "go").touch()
    assert job.get(timeout=20) == "go", "what it did counts"
    process.stop()
    assert process.log.count("hard limit") == 2, "said at the start, and once about the job"


def test_a_solo_job_over_its_hard_limit_goes_on(worker, tmp_path):
    process = worker("--pool", "solo")
    job = fakes.wait_for_file(str(tmp_path), "go")
    log_until(process, "goes on: It took longer than its hard limit of 0.5 seconds")

    (tmp_path / "go").touch()

    assert job.get(timeout=20) == "go"
    assert fakes.add(1, 2).get(timeout=20) == 3


def test_stuck_threads_are_not_replaced_without_end(worker, settings, tmp_path):
    process = worker("--pool", "thread", "-c", "1")
    for name in ("first", "second"):
        fakes.wait_for_file(str(tmp_path), name)
        log_until(process, "goes on: It took longer")
    waiting = fakes.add(1, 2)

    (tmp_path / "first").touch()

    assert waiting.get(timeout=20) == 3


@COOPERATIVE
def test_a_task_that_leaves_the_interpreter_ends_its_child_only(worker, settings, pool):
    at_work(worker, pool)
    job = fakes.leave_interpreter()

    wait_until(lambda: job.state is JobState.FAILED, "it has failed")

    record = monitor.job(settings, job.id)
    assert (record.attempt, record.error) == (2, "The thread that ran the job ended with SystemExit.")
    assert fakes.add(1, 2).get(timeout=20) == 3


@COOPERATIVE
def test_jobs_of_a_killed_worker_without_processes_are_done_by_the_next(worker, settings, tmp_path, pool):
    first = at_work(worker, pool)
    jobs = [fakes.trace(str(tmp_path), f"job{number}", 1.0) for number in range(3)]
    wait_until(lambda: starts(tmp_path, "job*"), "one has started")

    first.kill()
    at_work(worker, pool)

    assert [job.get(timeout=30) for job in jobs] == ["job0", "job1", "job2"]
    records = [monitor.job(settings, job.id) for job in jobs]
    assert {record.attempt for record in records} == {1}
    assert sum(record.rescues for record in records) == 1


@COOPERATIVE
def test_leases_are_kept_while_a_job_is_busy(worker, settings, tmp_path, monkeypatch, pool):
    monkeypatch.setenv("SCANJOBS_LEASE_SECONDS", "1")
    at_work(worker, pool)
    job = fakes.trace(str(tmp_path), "long", 3.0)
    wait_until(lambda: starts(tmp_path, "long"), "it has started")
    worker("-c", "1")

    assert job.get(timeout=30) == "long"
    assert starts(tmp_path, "long") == 1


@COOPERATIVE
def test_the_first_signal_lets_running_jobs_finish_in_every_pool(worker, tmp_path, pool):
    process = at_work(worker, pool)
    running = fakes.trace(str(tmp_path), "running", 1.0)
    wait_until(lambda: starts(tmp_path, "running"), "it has started")
    waiting = fakes.trace(str(tmp_path), "waiting")

    assert process.stop(signal.SIGINT) == 0

    assert running.state is JobState.SUCCEEDED
    assert waiting.state is JobState.QUEUED


def test_the_second_signal_interrupts_the_main_thread_and_gives_its_job_back(worker, settings, tmp_path):
    process = worker("--pool", "solo")
    job = fakes.trace(str(tmp_path), "long", 60)
    wait_until(lambda: starts(tmp_path, "long"), "it has started")

    process.process.send_signal(signal.SIGINT)
    log_until(process, "stops")
    assert process.stop(signal.SIGINT) == 0

    record = monitor.job(settings, job.id)
    assert (record.state, record.attempt, record.rescues) == (JobState.QUEUED, 0, 0)


def test_the_second_signal_leaves_jobs_in_threads_to_the_next_worker(worker, settings, tmp_path):
    process = worker("--pool", "thread", "-c", "1")
    job = fakes.trace(str(tmp_path), "job", 3)
    wait_until(lambda: starts(tmp_path, "job"), "it has started")

    process.process.send_signal(signal.SIGTERM)
    log_until(process, "stops")
    assert process.stop(signal.SIGTERM) == 0

    assert job.state is JobState.RUNNING, "nobody may take it before the thread has ended with its process"
    worker("--drain", ready=False).wait()
    assert job.get(timeout=1) == "job"
    assert monitor.job(settings, job.id).rescues == 1


def test_threads_are_replaced_after_enough_jobs(worker, tmp_path):
    worker("--pool", "thread", "-c", "1", "--max-jobs-per-child", "3")

    places = [fakes.meet(str(tmp_path), "job", 1).get(timeout=20) for _ in range(7)]

    assert len(set(places)) == 3


@COOPERATIVE
def test_draining_ends_in_every_pool(worker, pool):
    jobs = [fakes.add(number, 1) for number in range(20)]

    assert at_work(worker, pool, "--drain", ready=False).wait() == 0

    assert [job.get(timeout=0.1) for job in jobs] == list(range(1, 21))
