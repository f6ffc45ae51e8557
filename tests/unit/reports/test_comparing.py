"""What a report that compares two scans decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from scanjobs.domain.findings import Outcome, Severity
from tests.factories import NOON, finding, labelled, observed
from tests.unit.reports.overviews import comparison_of, scan_of, values

PASSED = finding("C01", Outcome.PASS, severity=Severity.CRITICAL, items=())
FAILED = finding("C01", Outcome.FAIL, severity=Severity.CRITICAL)
WARNED = finding("L04", Outcome.WARN, severity=Severity.LOW)
QUIET = finding("L04", Outcome.PASS, severity=Severity.LOW, items=())

OLDER = scan_of(
    "shop.example",
    PASSED,
    WARNED,
    id="0" * 36,
    captured_at=NOON - timedelta(days=7),
    cookies=(labelled(observed("session")), labelled(observed("gone"))),
)
NEWER = replace(
    OLDER,
    id="1" * 36,
    captured_at=NOON,
    findings=(FAILED, QUIET),
    cookies=(labelled(observed("session")), labelled(observed("new"))),
)


def test_the_headline_tells_whether_rules_answer_worse() -> None:
    """What got worse counts more than what got better."""
    both = comparison_of(OLDER, NEWER)
    better = comparison_of(NEWER, replace(OLDER, findings=(PASSED, QUIET)))
    same = comparison_of(OLDER, replace(OLDER, id="1" * 36))
    moved = comparison_of(OLDER, replace(NEWER, findings=OLDER.findings))

    assert (both.status, both.headline) == ("failed", "1 rule answers worse than before, 1 better")
    assert (better.status, better.headline) == ("clean", "1 rule answers better than before, none worse")
    assert (same.status, same.headline) == ("clean", "Nothing that both scans could see has changed")
    assert moved.headline == "Things changed, and no rule answers better or worse than before"
    assert "Compliance score: 98 then, 60 now." in both.sentences


def test_rules_that_answer_worse_come_first() -> None:
    """With both answers beside each other."""
    rows = values(comparison_of(OLDER, NEWER), "findings")

    assert [(row["rule_id"], row["older"], row["newer"]) for row in rows] == [
        ("C01", "pass", "fail"),
        ("L04", "warn", "pass"),
    ]


def test_every_change_is_a_row() -> None:
    """Of cookies, stored items, hosts and vendors alike."""
    rows = values(comparison_of(OLDER, NEWER), "changes")

    assert [(row["name"], row["sort"], row["kind"]) for row in rows] == [
        ("new", "cookies", "added"),
        ("gone", "cookies", "removed"),
    ]


def test_what_has_to_be_known_stands_beside_the_two_scans() -> None:
    """Different sites, and a phase that only one scan has."""
    overview = comparison_of(OLDER, replace(NEWER, site="other.example"))

    (section,) = [one for one in overview.sections if one.key == "scans"]
    assert "These are different sites: shop.example and other.example." in section.sentences
    assert overview.subject == "shop.example and other.example"
    (ids,) = [row for row in values(overview, "scans") if row["fact"] == "id"]
    assert (ids["older"], ids["newer"]) == ("0" * 36, "1" * 36)
