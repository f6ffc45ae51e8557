"""Several formats of one scan as one submission: accepted together, written side by side."""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest

from scanjobs import tasks
from scanjobs.db import reports, scans
from scanjobs.domain.reports import ReportFormat
from scanjobs.errors import UsageError
from scanjobs.jobs import monitor
from scanjobs.jobs.context import RunningJob, running_job
from scanjobs.jobs.job import Job
from scanjobs.jobs.values import Claim
from scanjobs.maintenance import reports as life
from tests import factories
from tests.conftest import wait_until
from tests.integration.test_worker import children_of

SITE = "harbour-lamps.example"
FORMATS = ["pdf", "html", "csv"]
EVERY_FORMAT = [str(format) for format in ReportFormat]


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

    bundle = tasks.generate_reports(SITE, FORMATS, options={"keep_days": 30}).get(timeout=60)

    results = [Job(job_id).get(timeout=60) for job_id in bundle["jobs"]]
    assert [Path(result["path"]).suffix for result in results] == [".pdf", ".html", ".csv"]
    assert all(Path(result["path"]).stat().st_size == result["size"] for result in results)
    recorded = reports.list_reports(settings)
    assert {report.bundle_id for report in recorded} == {bundle["bundle_id"]}
    assert {report.scan_id for report in recorded} == {shop}
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


def test_a_bundle_on_a_full_disk_leaves_whole_files_or_none(scanjobs, shop, mounted, tmp_path, settings):
    """What fits is there and recorded; of what does not fit there is nothing."""
    folder, left = tmp_path / "small", tmp_path / "left"
    folder.mkdir()
    mount = (
        f"mount -t tmpfs -o size=180k tmpfs {folder}; trap 'cd {folder}; sha256sum $(ls -A) > {left}' EXIT"
    )

    done = mounted(f"{mount}; set +e; run() {{ \"$@\"; }}; run \"$@\"; code=$?; exit $code",
                   "report", shop, *(f"--format={format}" for format in EVERY_FORMAT),
                   "--output", f"{folder}/", "--wait")  # fmt: skip

    assert done.returncode == 3
    assert "no room left" in done.stderr
    recorded = reports.list_reports(settings)
    written = {Path(report.path).name: report.sha256 for report in recorded if report.written_at}
    assert len(recorded) == len(EVERY_FORMAT)
    assert 0 < len(written) < len(EVERY_FORMAT)
    assert {name: digest for digest, name in map(str.split, left.read_text().splitlines())} == written


def test_a_bundle_survives_the_death_of_every_process_that_writes_it(settings, worker):
    """Three times all of them are killed in the middle; in the end every report is whole, and no more."""
    cookies = [factories.labelled(factories.observed(f"cookie-{number}")) for number in range(3000)]
    scans.add_scan(settings, scan := factories.scan_record(*cookies))
    writing = worker("-c", "2")
    jobs = tasks.submit_reports(scan.id, EVERY_FORMAT)

    for number in range(3):
        wait_until(lambda: "running" in {job.state for job in jobs}, "a report is being written")
        time.sleep(0.2 * (number + 1))
        for child in list(children_of(writing.pid)):
            os.kill(child, signal.SIGKILL)
        unfinished = [path for path in settings.reports_folder.iterdir() if path.name.startswith(".")]
        assert unfinished == []
    for job in jobs:
        job.get(timeout=90)

    recorded = reports.list_reports(settings)
    assert max(monitor.job(settings, job.id).attempt for job in jobs) > 1
    assert [life.verify(report).state for report in recorded] == [life.FileState.INTACT] * len(EVERY_FORMAT)
    assert {path.name for path in settings.reports_folder.iterdir()} == {
        Path(report.path).name for report in recorded
    }
