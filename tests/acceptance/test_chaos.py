"""Half a minute of chaos: whatever is killed, stopped, locked or filled, every job has one outcome."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import chaos_checks
from scanjobs import tasks
from scanjobs.db import scans
from tests import factories
from tests.fakes import add
from tests.integration.conftest import fakes as fakes

CHAOS = Path(__file__).parents[2] / "benchmarks" / "chaos.py"


@pytest.mark.timeout(180)
def test_half_a_minute_of_chaos_loses_nothing():
    arguments = ["--seconds", "30", "--jobs", "600", "--seed", "7"]
    with subprocess.Popen(
        [sys.executable, CHAOS, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as driver:
        try:
            told, _ = driver.communicate(timeout=165)
        finally:
            driver.terminate()  # it ends its workers

    assert driver.returncode == 0, told
    figures = dict(line.rsplit(maxsplit=1) for line in told.splitlines() if "  " in line)
    assert int(figures["jobs in the database"]) > 200
    assert int(figures["supervisors killed"]) > 0
    assert int(figures["violations"]) == 0


@pytest.fixture
def drained(settings, worker):
    """A database at rest with a job and a report, and what its submitter has noted of them."""
    scans.add_scan(settings, scan := factories.scan_record())
    jobs = [add(1, 2), tasks.generate_report(scan.id, "csv")]
    worker("--drain", ready=False).wait()
    return chaos_checks.Notes(accepted={job.id: "job" for job in jobs})


def violations(settings, notes):
    return [violation.told for violation in chaos_checks.examine(settings, notes).violations]


def test_the_checks_find_nothing_where_nothing_is_wrong(settings, drained):
    assert violations(settings, drained) == []


@pytest.mark.parametrize(
    "damage, told",
    [
        ("DELETE FROM jobs WHERE task LIKE '%add'", "accepted (job) and not there"),
        ("UPDATE jobs SET state = 'queued' WHERE task LIKE '%add'", "stuck: it is queued"),
        (
            "UPDATE jobs SET story = story || '[2e9, \"failed\"]' WHERE task LIKE '%add'",
            "2 outcomes in its story, its state is succeeded",
        ),
        (
            "UPDATE jobs SET story = replace(story, 'claimed', 'rescued') WHERE task LIKE '%add'",
            "an outcome or a return by somebody who did not hold it",
        ),
        ("UPDATE jobs SET lease_token = 'x' WHERE task LIKE '%add'", "succeeded and still leased"),
        ("UPDATE reports SET written_at = NULL", "succeeded, and its report is not recorded as written"),
        ("DELETE FROM reports", "a report job without its report"),
    ],
)
def test_the_checks_find_a_damaged_row(settings, drained, damage, told):
    with sqlite3.connect(settings.database_path) as database:
        database.execute(damage)

    assert told in violations(settings, drained)


def test_the_checks_find_a_damaged_report_and_what_was_left_behind(settings, drained):
    (report,) = settings.reports_folder.iterdir()
    report.write_bytes(report.read_bytes()[:-1])
    (settings.reports_folder / ".report.csv.5f3a9c1e.part").touch()

    assert violations(settings, drained) == [
        f"its report {report} is not the one that was recorded",
        "reports/.report.csv.5f3a9c1e.part was left behind",
    ]


def test_the_checks_find_the_outcome_of_a_stale_worker(settings, drained):
    job_id = next(iter(drained.accepted))
    drained.told[job_id].append("stale")

    (told,) = violations(settings, drained)

    assert told.startswith("the stale worker stale wrote its outcome")
