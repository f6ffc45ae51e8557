"""Several formats of one scan as one submission: accepted together, written side by side."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from scanjobs import tasks
from scanjobs.db import reports
from scanjobs.errors import UsageError
from scanjobs.jobs import monitor
from scanjobs.jobs.context import RunningJob, running_job
from scanjobs.jobs.job import Job
from scanjobs.jobs.values import Claim

FORMATS = ["pdf", "html", "csv"]


def test_formats_that_are_asked_for_at_once_are_one_bundle(scanjobs, shop, settings):
    done = scanjobs("report", shop, "-f", "csv", "-f", "json", "--json")

    jobs = json.loads(done.stdout)
    (bundle,) = {job["batch_id"] for job in jobs}
    recorded = reports.list_reports(settings)
    assert {report.bundle_id for report in recorded} == {bundle}
    assert len({report.created_at for report in recorded}) == 1


def test_a_bundle_is_accepted_whole_or_not_at_all(scanjobs, shop, settings, tmp_path):
    done = scanjobs("report", shop, "-f", "csv", "-f", "pdf", "-o", "/dev/null/")

    assert done.returncode == 3
    assert reports.list_reports(settings) == []
    assert monitor.jobs(settings) == ()


def test_a_task_has_a_whole_bundle_written(shop, settings, worker):
    """Its own job ends at once; the parts are jobs beside each other."""
    worker("-c", "2")

    bundle = tasks.generate_reports(shop, FORMATS, options={"keep_days": 30}).get(timeout=60)

    results = [Job(job_id).get(timeout=60) for job_id in bundle["jobs"]]
    assert [Path(result["path"]).suffix for result in results] == [".pdf", ".html", ".csv"]
    assert all(Path(result["path"]).stat().st_size == result["size"] for result in results)
    recorded = reports.list_reports(settings)
    assert {report.bundle_id for report in recorded} == {bundle["bundle_id"]}
    assert {report.expires_at - report.created_at for report in recorded} == {timedelta(days=30)}


def test_a_bundle_that_runs_again_after_a_crash_has_the_same_parts(shop, settings):
    job = tasks.generate_reports(shop, FORMATS)
    claim = Claim(1, job.id, "token", "generate_reports", "reports", "{}", 1, None)

    token = running_job.set(RunningJob(claim, lambda _: None))
    first, again = (tasks.generate_reports.call_local(shop, FORMATS) for _ in range(2))
    running_job.reset(token)

    assert first == again
    assert len(reports.list_reports(settings)) == len(FORMATS)


@pytest.mark.parametrize("formats", [[], "pdf", ["docx"]])
def test_a_bundle_without_sense_is_refused_when_it_is_submitted(shop, settings, formats):
    with pytest.raises(UsageError):
        tasks.generate_reports(shop, formats)

    assert monitor.jobs(settings) == ()
