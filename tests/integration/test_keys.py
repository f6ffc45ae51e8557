"""Limits by key with real workers: held to across all of them, whatever happens to one."""

from __future__ import annotations

from itertools import pairwise

import pytest

from scanjobs import config
from scanjobs.domain.jobs import JobState
from scanjobs.jobs import monitor
from tests import fakes
from tests.conftest import wait_until


def starts(folder, name):
    return len(list(folder.glob(f"{name}.start.*")))


def one_after_the_other(spans):
    return all(first_end <= second_began for (_, first_end), (second_began, _) in pairwise(sorted(spans)))


@pytest.mark.parametrize("pool", ["process", "thread"])
def test_one_job_of_a_site_at_a_time_across_workers(worker, tmp_path, pool):
    for _ in range(2):
        worker("-c", "3", "--pool", pool)

    visits = {
        site: [fakes.visit(str(tmp_path), site, f"{site}{number}", 0.1) for number in range(6)]
        for site in ("a", "b")
    }

    for jobs in visits.values():
        assert one_after_the_other([job.get(timeout=60) for job in jobs])


def test_other_jobs_pass_those_that_wait_for_their_site(worker, settings, tmp_path):
    worker("-c", "2")
    long, waiting = (fakes.visit(str(tmp_path), "a", name, 3.0) for name in ("long", "waiting"))
    wait_until(lambda: starts(tmp_path, "long"), "one runs")

    assert fakes.add(1, 2).get(timeout=20) == 3

    assert long.state is JobState.RUNNING
    assert monitor.job(settings, waiting.id).limit == "site:a, 1 at once"
    assert waiting.get(timeout=30)


def test_the_place_of_a_killed_worker_is_taken_by_the_next(worker, settings, tmp_path):
    first = worker("-c", "3")
    jobs = [fakes.visit(str(tmp_path), "a", f"job{number}", 1.0) for number in range(3)]
    wait_until(lambda: starts(tmp_path, "job0"), "the first runs")
    worker("-c", "3")

    first.kill()

    assert one_after_the_other([job.get(timeout=60) for job in jobs])
    assert [monitor.job(settings, job.id).attempt for job in jobs] == [1, 1, 1]


def test_a_rate_is_kept_by_the_clock(worker, tmp_path, monkeypatch):
    monkeypatch.setenv("SCANJOBS_CLOCK_FILE", str(tmp_path / "clock"))
    moved = config.use(config.load())
    for _ in range(2):
        worker("-c", "2")
    jobs = [fakes.twice_an_hour(number) for number in range(5)]

    assert [job.get(timeout=20) for job in jobs[:2]] == [0, 1]
    wait_until(lambda: jobs[2].state is JobState.SCHEDULED, "the third knows its time")
    moved.clock.forward(3601)
    assert [job.get(timeout=20) for job in jobs[2:4]] == [2, 3]
    assert not jobs[4].state.is_final
    moved.clock.forward(3601)
    assert jobs[4].get(timeout=20) == 4


def test_draining_does_all_of_a_site(worker, tmp_path):
    jobs = [fakes.visit(str(tmp_path), "a", f"job{number}") for number in range(10)]

    assert worker("--drain", "-c", "2", ready=False).wait() == 0

    assert {job.state for job in jobs} == {JobState.SUCCEEDED}


def test_the_reason_is_told(scanjobs, worker, settings, tmp_path):
    worker("-c", "2")
    fakes.visit(str(tmp_path), "a", "long", 30)
    waiting = fakes.visit(str(tmp_path), "a", "waiting")
    wait_until(lambda: monitor.job(settings, waiting.id).held_at, "it waits")

    told = scanjobs("jobs", "show", waiting.id).stdout

    assert "queued" in told
    assert "site:a, 1 at once" in told
    assert "waits for" in told
