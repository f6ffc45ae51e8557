"""What happens by the command line is written down as it happens."""

from __future__ import annotations

import json
from datetime import timedelta

from scanjobs.domain.findings import Severity
from tests.factories import NOON
from tests.happened import happened, recorded_visit


def test_a_visit_that_got_worse_and_its_report(scanjobs, settings, tmp_path):
    first = recorded_visit(tmp_path / "monday.har", ["shop_x"])
    second = recorded_visit(tmp_path / "tuesday.har", ["shop_x", "_gid"], NOON + timedelta(days=1))
    for file in (first, second, second):
        assert scanjobs("import", file, "--phase", "before").returncode == 0
    done = scanjobs("report", "shop.example", "--format", "json", "--wait", "--json")
    assert done.returncode == 0, done.stderr

    told = happened(settings)

    assert [event.type for event in told] == [
        "scan.imported",
        "scan.imported",
        "compliance.violation",
        "change.detected",
        "report.completed",
    ]
    assert {event.site for event in told} == {"shop.example"}
    assert told[2].severity is Severity.CRITICAL
    assert told[3].facts["added_names"] == ["_gid", "Google Analytics"]
    (job,) = json.loads(done.stdout)
    assert (told[4].job_id, told[4].facts["path"]) == (job["id"], job["result"]["path"])


def test_files_that_are_refused(scanjobs, settings, tmp_path):
    broken = tmp_path / "broken.har"
    broken.write_text("{")

    refused = scanjobs("import", broken)
    misused = scanjobs("import", broken, "--phase", "never")

    assert (refused.returncode, misused.returncode) == (3, 2)
    (event,) = happened(settings)
    assert (event.type, event.subject) == ("scan.failed", "broken.har")
    assert event.facts["error"] in " ".join(refused.stderr.split())


def test_a_report_that_cannot_be_written(scanjobs, settings, shop, tmp_path):
    place = tmp_path / "taken.json"
    submitted = scanjobs("report", shop, "--format", "json", "--output", place)
    assert submitted.returncode == 0, submitted.stderr
    place.mkdir()  # after it was accepted

    scanjobs("worker", "--drain")

    (event,) = happened(settings, "report")
    assert (event.type, event.facts["path"], event.site) == (
        "report.failed",
        str(place),
        "harbour-lamps.example",
    )
    assert event.facts["error"]


def test_entries_of_the_schedule(scanjobs, settings):
    words = ("nightly", "cleanup_old_reports", "--cron", "0 4 * * *", "--zone", "UTC")
    assert scanjobs("schedule", "add", *words).returncode == 0
    assert scanjobs("schedule", "pause", "nightly").returncode == 0
    assert scanjobs("schedule", "remove", "nightly").returncode == 0
    assert scanjobs("schedule", "remove", "nightly").returncode == 3

    told = happened(settings, "schedule")

    assert [(event.type, event.subject, event.facts["changed"]) for event in told] == [
        ("schedule.created", "nightly", None),
        ("schedule.updated", "nightly", "paused"),
        ("schedule.updated", "nightly", "removed"),
    ]
