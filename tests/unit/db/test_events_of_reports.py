"""Reports that are written or never will be: told once, in the transaction that records it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scanjobs.config import Settings
from scanjobs.db import deleted_reports, driver, report_events, reports, scans
from scanjobs.db.session import transaction
from scanjobs.domain.ids import new_id
from scanjobs.domain.reports import ReportFormat, ReportKind, ReportOptions, ReportRecord, ReportVersions
from tests.factories import NOON, report_record, scan_record
from tests.happened import happened

LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def accepted(settings: Settings) -> ReportRecord:
    """A report in German of the scan of shop.example."""
    scans.add_scan(settings, scan_record())
    report = report_record(ReportFormat.HTML, options=ReportOptions(language="de"))
    reports.add_report(settings, report)
    return report


def complete(settings: Settings, report: ReportRecord, sha256: str = "ab" * 32) -> bool:
    return reports.complete_report(
        settings,
        report.id,
        written_at=LATER,
        size=2048,
        sha256=sha256,
        versions=ReportVersions(tool="1", rules="1", data="1"),
    )


def fail(settings: Settings, report: ReportRecord) -> None:
    report_events.failed(
        settings, report.job_id, error="No paper.", hint="Fill the tray.", attempts=4, failed_at=LATER
    )


def test_a_report_that_is_written_is_told(settings: Settings, accepted: ReportRecord) -> None:
    complete(settings, accepted)

    (event,) = happened(settings)

    assert (event.type, event.happened_at, event.site) == ("report.completed", LATER, "shop.example")
    assert (event.scan_id, event.report_id, event.job_id) == (
        accepted.scan_id,
        accepted.id,
        accepted.job_id,
    )
    assert event.facts == {
        "kind": "scan",
        "format": "html",
        "path": accepted.path,
        "size": 2048,
        "sha256": "ab" * 32,
        "language": "de",
    }


def test_a_job_that_runs_again_tells_nothing_more(settings: Settings, accepted: ReportRecord) -> None:
    """It writes the same file; another one is another thing to tell."""
    for _ in range(2):
        complete(settings, accepted)
    assert len(happened(settings)) == 1

    complete(settings, accepted, sha256="cd" * 32)

    assert [event.facts["sha256"] for event in happened(settings)] == ["ab" * 32, "cd" * 32]


def test_what_is_not_recorded_is_not_told(settings: Settings, accepted: ReportRecord) -> None:
    with pytest.raises(ZeroDivisionError), transaction(settings):
        complete(settings, accepted)
        raise ZeroDivisionError

    assert happened(settings) == []
    assert reports.find_report(settings, accepted.id).written_at is None


def test_a_report_that_failed_is_told(settings: Settings, accepted: ReportRecord) -> None:
    with driver.write(settings):  # as a worker does
        fail(settings, accepted)

    (event,) = happened(settings)

    assert (event.type, event.happened_at, event.site) == ("report.failed", LATER, "shop.example")
    assert (event.report_id, event.job_id) == (accepted.id, accepted.job_id)
    assert event.facts == {
        "kind": "scan",
        "format": "html",
        "path": accepted.path,
        "error": "No paper.",
        "hint": "Fill the tray.",
        "attempts": 4,
    }


def test_a_report_that_is_there_has_not_failed(settings: Settings, accepted: ReportRecord) -> None:
    """Its job may have died after it was written, too often to say so."""
    complete(settings, accepted)

    fail(settings, accepted)

    assert [event.type for event in happened(settings)] == ["report.completed"]


def test_what_nobody_wants_any_more_has_not_failed(settings: Settings, accepted: ReportRecord) -> None:
    assert not deleted_reports.mark_deleted(settings, [accepted.id], LATER)

    fail(settings, accepted)

    assert happened(settings) == []


@pytest.mark.parametrize(
    ("kind", "site"), [(ReportKind.COMPARISON, "shop.example"), (ReportKind.PORTFOLIO, None)]
)
def test_the_site_of_several_scans(
    settings: Settings, tmp_path: Path, kind: ReportKind, site: str | None
) -> None:
    """A comparison is of that of its newer scan, a portfolio of no single one."""
    ids = [new_id(), new_id()]
    for scan_id, name in zip(ids, ("old.example", "shop.example"), strict=True):
        scans.add_scan(settings, scan_record(id=scan_id, site=name))
    values: dict[str, Any] = {"kind": kind, "scan_id": None, "scan_ids": tuple(ids)}
    report = report_record(**values)
    reports.add_report(settings, report)

    complete(settings, report)

    (event,) = happened(settings)
    assert (event.facts["kind"], event.site, event.scan_id) == (str(kind), site, None)
