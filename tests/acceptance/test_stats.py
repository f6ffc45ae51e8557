"""`scanjobs stats`: how jobs went."""

from __future__ import annotations

import json
import os


def test_jobs_of_real_workers_are_counted(scanjobs, monkeypatch):
    monkeypatch.setenv("SCANJOBS_TASKS", "tests.fakes")
    scanjobs("jobs", "submit", "tests.fakes.pid", "-n", "2")
    scanjobs("jobs", "submit", "tests.fakes.fail", "--kwargs", '{"sentence": "Broken."}')
    scanjobs("worker", "--drain")

    told = json.loads(scanjobs("stats", "--by", "queue", "--json").stdout)

    (default,) = told["rows"]
    assert (default["name"], default["succeeded"], default["failed"]) == ("default", 2, 1)
    assert default["failure_rate"] == 1 / 3
    assert default["running_seconds"]["count"] == 3
    assert len(default["steps"]) == 24
    assert sum(step["ended"] for step in default["steps"]) == 3


def test_it_fits_eighty_columns(scanjobs, shop):
    scanjobs("report", shop, "-f", "csv", "--wait")

    done = scanjobs("stats", "--days", "300", env={**os.environ, "COLUMNS": "80"})

    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "generate_report" in done.stdout
    assert "█" in done.stdout
    assert "Each bar is 13 days" in done.stdout


def test_nothing_has_ended_yet(scanjobs):
    done = scanjobs("stats")

    assert (done.returncode, done.stdout) == (0, "")
    assert "No job has ended since" in done.stderr


def test_hours_and_days_exclude_each_other(scanjobs):
    done = scanjobs("stats", "--hours", "3", "--days", "2")

    assert done.returncode == 2
    assert "exclude each other" in done.stderr
