"""What earlier scans of a site tell: by the date of the visit, whatever order they were taken in."""

from __future__ import annotations

from datetime import timedelta

from scanjobs.config import Settings
from scanjobs.db import scans, site_scans
from scanjobs.domain.findings import Outcome
from scanjobs.domain.scans import ScanRecord
from tests.factories import NOON, finding, labelled, scan_record


def visit(number: int, days: int, outcome: Outcome = Outcome.FAIL) -> ScanRecord:
    return scan_record(
        labelled(),
        id=f"00000000-0000-4000-8000-00000000000{number}",
        captured_at=NOON + timedelta(days=days),
        findings=(finding("S03", outcome),),
    )


def test_the_scan_before_is_the_visit_before(settings: Settings) -> None:
    newest, oldest, middle = visit(1, days=30), visit(2, days=0), visit(3, days=10)
    for scan in (newest, oldest, middle):
        scans.add_scan(settings, scan)

    before = {
        scan.id: site_scans.scan_before(settings, scan.site, scan.id) for scan in (newest, oldest, middle)
    }

    assert before == {newest.id: middle.id, oldest.id: None, middle.id: oldest.id}


def test_a_rule_fails_since_the_visit_after_its_last_pass(settings: Settings) -> None:
    for scan in (
        visit(1, days=30),
        visit(2, days=0),
        visit(3, days=10, outcome=Outcome.PASS),
        visit(4, days=20),
        visit(5, days=25, outcome=Outcome.NOT_EVALUABLE),
    ):
        scans.add_scan(settings, scan)
    newest = visit(1, days=30)

    assert site_scans.first_seen(settings, newest.site, newest.id) == {"S03": NOON + timedelta(days=20)}
