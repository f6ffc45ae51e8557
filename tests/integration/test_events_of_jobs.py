"""Events of real workers: whoever is killed, what happened is told once."""

from __future__ import annotations

import pytest

from scanjobs.db import reports, scans
from scanjobs.domain.jobs import JobState
from scanjobs.tasks import generate_report
from tests import dying
from tests.conftest import wait_until
from tests.factories import scan_record
from tests.happened import happened


@pytest.fixture
def dies(settings, tmp_path, monkeypatch):
    """Say who dies over a report; answers the job of one."""
    (tmp_path / "traces").mkdir()
    monkeypatch.setenv(dying.TRACES, str(tmp_path / "traces"))
    monkeypatch.setenv("SCANJOBS_TASKS", dying.MODULE)
    scans.add_scan(settings, scan_record())

    def say(how):
        monkeypatch.setenv(dying.DIES, how)
        return generate_report(scan_record().id, "json")

    return say


@pytest.mark.parametrize("how", ["worker before", "worker after"])
def test_a_report_is_told_once_though_its_worker_was_killed(dies, worker, settings, tmp_path, how):
    """Between the file and its record, or between the record and the outcome of the job."""
    job = dies(how)
    first = worker("-c", "1")
    first.process.wait(30)
    assert len(happened(settings, "report.completed")) == (how == "worker after")

    worker("--drain", ready=False).wait()

    assert job.state is JobState.SUCCEEDED
    assert len(list((tmp_path / "traces").iterdir())) == 2, "it ran twice"
    (event,) = happened(settings, "report")
    written = reports.report_of_job(settings, job.id)
    assert (event.type, event.job_id, event.report_id) == ("report.completed", job.id, written.id)
    assert (event.facts["sha256"], event.facts["size"]) == (written.sha256, written.size)
    (dead,) = happened(settings, "worker")
    assert (dead.type, dead.facts["pid"], dead.facts["jobs"]) == ("worker.unhealthy", first.pid, 1)


def test_a_report_whose_child_dies_until_it_failed_is_told_once(dies, worker, settings, tmp_path):
    job = dies("child")
    worker("-c", "1")

    wait_until(lambda: job.state.is_final, "the job has ended", 60)

    assert (job.state, len(list((tmp_path / "traces").iterdir()))) == (JobState.FAILED, 4)
    (event,) = happened(settings, "report")
    assert (event.type, event.job_id, event.site) == ("report.failed", job.id, "shop.example")
    assert (event.facts["attempts"], event.facts["format"]) == (4, "json")
    assert "SIGKILL" in event.facts["error"]
    assert happened(settings, "worker") == []


def test_a_worker_that_leaves_is_not_told(worker, settings):
    worker().stop()
    worker("--drain", ready=False).wait()

    assert happened(settings) == []
