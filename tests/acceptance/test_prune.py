"""What has been kept long enough: told beforehand, deleted then, held where somebody said so."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from scanjobs.db import reports
from tests.acceptance.conftest import DEMO

REASON = "Complaint 4711"


@pytest.fixture
def older(scanjobs, shop):
    """A scan of the shop before the newest one, with a report; the newest is `shop` no more."""
    assert scanjobs("report", shop, "--format", "csv", "--wait").returncode == 0
    assert scanjobs("import", DEMO / "manifest.toml", "--again").returncode == 0
    return shop


def listed(scanjobs, *words):
    return json.loads(scanjobs("scans", *words, "--json").stdout)


def test_a_dry_run_tells_what_goes_and_the_next_run_does_it(scanjobs, older, settings):
    (report,) = reports.list_reports(settings)
    words = ("db", "prune", "--scans", "--keep", 1, "--json")

    dry = scanjobs(*words, "--dry-run")

    told = json.loads(dry.stdout)
    assert [(one["kind"], one["id"], one["goes"]) for one in told] == [
        ("report", report.id, True),
        ("scan", older, True),
    ]
    assert [one["why"] for one in told] == [f"goes with its scan {older[:8]}", "not among the newest 1"]
    assert "1 scan and 1 report would go; nothing was deleted" in dry.stderr
    assert len(listed(scanjobs)) == 2
    assert Path(report.path).exists()

    assert json.loads(scanjobs(*words).stdout) == told
    assert older not in [one["id"] for one in listed(scanjobs)]
    assert not Path(report.path).exists()
    assert scanjobs("show", older).returncode == 3


def test_a_held_scan_is_shown_and_stays(scanjobs, older, settings):
    held = scanjobs("scans", "hold", older[:6], "--reason", REASON)

    assert (held.returncode, REASON in held.stdout) == (0, True)
    assert "(held)" in scanjobs("scans").stdout
    assert REASON in scanjobs("scans", "--held").stdout
    (shown,) = listed(scanjobs, "--held")
    assert (shown["id"], shown["hold_reason"]) == (older, REASON)

    pruned = scanjobs("db", "prune", "--scans", "--keep", 1)
    assert (pruned.returncode, pruned.stdout) == (0, "")
    assert f"kept: scan {older[:8]}" in pruned.stderr
    assert REASON in pruned.stderr
    (report,) = reports.list_reports(settings)
    refused = scanjobs("reports", "delete", report.id[:8])
    assert refused.returncode == 3
    assert "scans release" in refused.stderr

    assert scanjobs("scans", "release", older).returncode == 0
    assert listed(scanjobs, "--held") == []
    assert scanjobs("reports", "delete", report.id[:8]).returncode == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("db", "prune", "--keep", 1), 2),
        (("db", "prune", "--scans", "--keep", 0), 2),
        (("db", "prune", "--scans", "--older-than", "soon"), 2),
        (("scans", "hold", "latest"), 2),
        (("scans", "hold", "latest", "--reason", " "), 2),
        (("scans", "hold", "abcd1234", "--reason", REASON), 3),
        (("scans", "release", "nowhere.example"), 3),
    ],
)
def test_what_has_no_meaning_is_refused_and_nothing_goes(scanjobs, shop, words, code):
    refused = scanjobs(*words)

    assert refused.returncode == code
    assert "Traceback" not in refused.stderr
    assert [one["id"] for one in listed(scanjobs)] == [shop]


def test_every_night_scans_go_as_the_settings_say(scanjobs, older, worker):
    """Declared entries are there, and run by hand as any other."""
    environment = {**os.environ, "SCANJOBS_SCANS_COUNT": "1"}
    entries = {one["name"]: one for one in json.loads(scanjobs("schedule", "list", "--json").stdout)}
    assert {
        name: entries[name]["when"]
        for name in (
            "cleanup_old_notifications",
            "cleanup_old_scans",
            "cleanup_old_reports",
            "cleanup_old_jobs",
            "maintain_database",
        )
    } == {
        "cleanup_old_notifications": "0 2 * * *",
        "cleanup_old_scans": "30 2 * * *",
        "cleanup_old_reports": "0 3 * * *",
        "cleanup_old_jobs": "30 3 * * *",
        "maintain_database": "0 4 * * SUN",
    }
    assert scanjobs("schedule", "pause", "maintain_database").returncode == 0
    assert scanjobs("schedule", "edit", "cleanup_old_scans", "--cron", "15 1 * * *").returncode == 0

    for name in ("cleanup_old_scans", "maintain_database"):
        assert scanjobs("schedule", "run", name).returncode == 0
    assert scanjobs("worker", "--drain", env=environment).returncode == 0

    after = {one["name"]: one for one in json.loads(scanjobs("schedule", "list", "--json").stdout)}
    assert (after["cleanup_old_scans"]["when"], after["maintain_database"]["state"]) == (
        "15 1 * * *",
        "paused",
    )
    jobs = {
        one["task"].rpartition(".")[2]: one for one in json.loads(scanjobs("jobs", "list", "--json").stdout)
    }
    assert jobs["cleanup_old_scans"]["result"] == {"reports_deleted": 1, "scans_deleted": 1}
    assert jobs["maintain_database"]["result"]["database"] == "sqlite"
    assert older not in [one["id"] for one in listed(scanjobs)]
