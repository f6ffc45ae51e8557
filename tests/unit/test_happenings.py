"""What a scan gives to tell: exact facts, and nothing where nothing happened."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs import comparison, happenings
from scanjobs.domain.cookies import Party
from scanjobs.domain.events import EventType
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.scans import ScanCounts
from tests.factories import NOON, finding, labelled, observed, scan_record

OLDER_ID = "4e2a9c1e-0000-4000-8000-000000000001"


def told(scan, older=None, earlier=()):
    compared = None if older is None else comparison.compare(older, scan)
    return {event.type: event for event in happenings.of_new_scan(scan, compared, earlier)}


def counts(cookies=10, third=2, parties=5):
    return ScanCounts(cookies=cookies, third_party_cookies=third, third_parties=parties)


def test_a_new_scan_is_told_with_its_numbers():
    scan = scan_record(labelled(), labelled(observed("_x", "tracker.example"), party=Party.THIRD))

    event = told(scan)[EventType.SCAN_IMPORTED]

    assert (event.happened_at, event.site, event.scan_id, event.severity) == (
        NOON,
        "shop.example",
        scan.id,
        None,
    )
    assert event.facts == {
        "cookies": 2,
        "third_party_cookies": 1,
        "storage": 0,
        "hosts": 1,
        "phases": ["before"],
        "complete": True,
        "score": None,
        "verdict": "attention",
        "failed_rules": 1,
    }


def test_a_violation_names_what_failed_gravest_first():
    found = (
        finding("S03", severity=Severity.MEDIUM),
        finding("C01", severity=Severity.CRITICAL, summary="One cookie.", items=()),
        finding("L03", Outcome.WARN, severity=Severity.HIGH),
        finding("S02", Outcome.PASS, severity=Severity.HIGH),
    )

    event = told(scan_record(findings=found))[EventType.COMPLIANCE_VIOLATION]

    assert event.severity is Severity.CRITICAL
    assert event.facts["failed"] == 2
    assert event.facts["score"] == 49
    assert event.facts["counts"] == {"critical": 1, "medium": 1}
    assert event.facts["findings"][0] == {
        "rule_id": "C01",
        "title": "A cookie that needs consent is stored before any choice",
        "severity": "critical",
        "summary": "One cookie.",
        "items": 0,
    }
    assert [(one["rule_id"], one["items"]) for one in event.facts["findings"]] == [("C01", 0), ("S03", 1)]


def test_where_no_rule_fails_no_violation_is_told():
    """A warning is none, and what could not be evaluated is not either."""
    found = (finding("S03", Outcome.WARN), finding("C01", Outcome.NOT_EVALUABLE))

    assert set(told(scan_record(findings=found))) == {EventType.SCAN_IMPORTED}


def test_a_change_is_told_with_what_came_and_went():
    older = scan_record(labelled(), labelled(observed("gone")), id=OLDER_ID, findings=())
    newer = scan_record(labelled(observed(secure=False)), labelled(observed("came")))

    event = told(newer, older)[EventType.CHANGE_DETECTED]

    assert event.facts == {
        "older_scan_id": OLDER_ID,
        "since": "2026-03-02T12:00:00+00:00",
        "added": 1,
        "removed": 1,
        "changed": 1,
        "added_names": ["came"],
        "removed_names": ["gone"],
        "findings": [],
    }


def test_a_change_names_the_rules_whose_answer_changed():
    older = scan_record(id=OLDER_ID, findings=(finding("S03"), finding("C01", Outcome.PASS, items=())))
    newer = scan_record(
        findings=(
            finding("S03", Outcome.PASS, items=()),
            finding("C01", severity=Severity.CRITICAL),
        )
    )

    facts = told(newer, older)[EventType.CHANGE_DETECTED].facts

    assert [(one["rule_id"], one["kind"], one["severity"]) for one in facts["findings"]] == [
        ("C01", "added", "critical"),
        ("S03", "removed", "medium"),
    ]


def test_a_generated_name_is_no_change():
    older = scan_record(labelled(observed("_ga_ABCDEF1234")), id=OLDER_ID)
    newer = scan_record(labelled(observed("_ga_ZYXWVU9876")))

    assert EventType.CHANGE_DETECTED not in told(newer, older)
    assert EventType.CHANGE_DETECTED not in told(newer, replace(newer, id=OLDER_ID))


def test_what_is_far_from_usual_is_told_with_what_is_usual():
    scan = scan_record(*(labelled(observed(f"cookie{number}")) for number in range(30)))
    earlier = [counts(cookies, 0, 0) for cookies in (10, 11, 12, 11)]

    event = told(scan, earlier=earlier)[EventType.ANOMALY_DETECTED]

    assert event.facts == {
        "scans": 4,
        "measures": [{"name": "cookies", "value": 30, "usual": 11, "low": 8, "high": 14}],
    }


@pytest.mark.parametrize(
    ("earlier", "complete"),
    [([10] * 3, True), ([28, 30, 31, 29], True), ([10] * 10, False), ([10, 30, 12, 31, 11, 28], True)],
)
def test_what_is_not_known_to_be_unusual_is_not_told(earlier, complete):
    """Too little history, a number near the usual one, an incomplete scan, a site that scatters itself."""
    cookies = (labelled(observed(f"cookie{number}")) for number in range(30))
    scan = scan_record(*cookies, complete=complete)

    assert EventType.ANOMALY_DETECTED not in told(scan, earlier=[counts(one, 0, 0) for one in earlier])


@given(st.lists(st.integers(0, 10_000), min_size=4, max_size=10))
def test_what_is_usual_holds_the_middle_and_at_least_three_around(numbers):
    usual = happenings.usual_of(numbers)

    assert usual.low <= usual.middle <= usual.high
    assert usual.high - usual.middle > 2
    assert usual.low == 0 or usual.middle - usual.low > 2


@given(st.integers(10, 10_000), st.integers(0, 10**6))
def test_one_scan_that_is_far_off_does_not_move_what_is_usual(usually, once):
    assert happenings.usual_of([usually] * 5 + [once]) == happenings.usual_of([usually] * 5)


def test_judging_anew_tells_only_what_did_not_fail_before():
    before = scan_record(findings=(finding("S03"),))
    worse = replace(before, findings=(finding("S03"), finding("C01", severity=Severity.CRITICAL)))

    assert happenings.of_judging_anew(before, before, NOON, job_id="job") == ()
    assert happenings.of_judging_anew(worse, before, NOON, job_id="job") == ()
    (event,) = happenings.of_judging_anew(before, worse, NOON, job_id="job")
    assert (event.job_id, event.severity, event.facts["failed"]) == ("job", Severity.CRITICAL, 2)
