"""What a portfolio report decides: which sites are worst, what they share, what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.purposes import Category
from scanjobs.reports.overview import Overview
from tests.factories import NOON, finding, label, labelled, observed
from tests.unit.reports.overviews import portfolio_of, scan_of, texts, values

PASSED = finding("C01", Outcome.PASS, severity=Severity.CRITICAL, items=())
CRITICAL = finding("C01", Outcome.FAIL, severity=Severity.CRITICAL)
MEDIUM = finding("S03", Outcome.FAIL, severity=Severity.MEDIUM)
LOW = finding("L04", Outcome.WARN, severity=Severity.LOW)
SILENT = finding("C01", Outcome.NOT_EVALUABLE, severity=Severity.CRITICAL, items=())

BAD = scan_of("bad.example", CRITICAL, MEDIUM)
FAIR = scan_of("fair.example", PASSED, MEDIUM)
GOOD = scan_of("good.example", PASSED)
DARK = scan_of("dark.example", SILENT, MEDIUM)


def sites(overview: Overview) -> list[str]:
    return [row[0] for row in texts(overview, "sites")]


def test_the_worst_site_comes_first_and_sites_without_a_score_last() -> None:
    """In whatever order the scans come."""
    overview = portfolio_of(DARK, GOOD, BAD, FAIR)

    assert sites(overview) == ["bad.example", "fair.example", "good.example", "dark.example"]
    assert [row["score"] for row in values(overview, "sites")] == [55, 92, 100, None]
    assert overview.sections == portfolio_of(FAIR, BAD, GOOD, DARK).sections


def test_a_site_without_a_score_stands_apart_with_the_reason() -> None:
    """Nobody reads the missing number as a good one, and no bar is drawn of it."""
    overview = portfolio_of(DARK, GOOD)

    (row,) = values(overview, "withheld")
    assert row["site"] == "dark.example"
    assert "could not be evaluated (C01)" in row["why"]
    (chart,) = [section.chart for section in overview.sections if section.chart]
    assert [bar.label for bar in chart.bars] == ["good.example"]


def test_the_headline_tells_the_gravest_verdict() -> None:
    """And the sentences how the others stand."""
    overview = portfolio_of(BAD, FAIR, GOOD, DARK)

    assert overview.headline == "1 of 4 sites failed"
    assert overview.sentences[0] == (
        "1 site failed; 1 site needs attention; 1 site shows no finding; "
        "of 1 site the evidence is too thin for a verdict."
    )
    assert "Scores reach from 55 (bad.example) to 100 (good.example)." in overview.sentences
    assert portfolio_of(FAIR, GOOD).headline == "1 of 2 sites needs attention, none failed"
    assert portfolio_of(GOOD).headline.startswith("Nothing was found on 1 of 1 site")
    assert portfolio_of(DARK).headline == "No verdict on any site: the evidence is too thin"


def test_rules_are_ranked_by_the_sites_on_which_they_fail() -> None:
    """One that only passes is not named."""
    overview = portfolio_of(BAD, FAIR, scan_of("warned.example", PASSED, LOW), DARK)

    assert [(row["rule_id"], row["failed"], row["warned"]) for row in values(overview, "rules")] == [
        ("S03", 3, 0),
        ("C01", 1, 0),
        ("L04", 0, 1),
    ]
    assert "The rule that fails on most sites is S03 (Title of S03): on 3 sites." in overview.sentences


def test_no_sentence_names_a_rule_that_only_warns() -> None:
    """A warning is no failure."""
    overview = portfolio_of(scan_of("warned.example", PASSED, LOW))

    assert not [sentence for sentence in overview.sentences if "fails on most" in sentence]


def test_vendors_are_counted_over_all_sites() -> None:
    """By the sites they are on, and those where they were there before any choice."""
    early = labelled(
        observed("_ga", phase=ConsentPhase.BEFORE), label=label(Category.ANALYTICS, vendor="Metrics Ltd")
    )
    late = labelled(
        observed("_gb", phase=ConsentPhase.ACCEPTED), label=label(Category.ANALYTICS, vendor="Metrics Ltd")
    )
    other = labelled(observed("x"), label=label(Category.MARKETING, vendor="Ads Ltd"))
    overview = portfolio_of(
        scan_of("a.example", PASSED, cookies=(early, other), hosts=()),
        scan_of("b.example", PASSED, cookies=(late,), hosts=()),
    )

    assert values(overview, "vendors") == [
        {
            "vendor": "Metrics Ltd",
            "purpose": "analytics",
            "sites": 2,
            "sites_before_consent": 1,
            "cookies": 2,
            "hosts": 0,
        },
        {
            "vendor": "Ads Ltd",
            "purpose": "marketing",
            "sites": 1,
            "sites_before_consent": 1,
            "cookies": 1,
            "hosts": 0,
        },
    ]


def test_changes_since_the_scan_before_are_told_for_each_site() -> None:
    """Sites whose rules answer worse come first; sites without an earlier scan are counted."""
    before = {
        "bad.example": replace(BAD, findings=(PASSED,), captured_at=NOON - timedelta(days=30)),
        "fair.example": FAIR,
    }
    overview = portfolio_of(FAIR, BAD, GOOD, before=before)

    rows = values(overview, "changes")
    assert [(row["site"], row["rules_worse"], row["score_then"], row["score_now"]) for row in rows] == [
        ("bad.example", 1, 100, 55),
        ("fair.example", 0, 92, 92),
    ]
    (section,) = [one for one in overview.sections if one.key == "changes"]
    assert section.sentences == ("Of 1 site there is no earlier scan to compare with.",)


def test_the_oldest_capture_is_named() -> None:
    """Evidence grows old, and one old capture hides well among new ones."""
    old = replace(FAIR, captured_at=NOON - timedelta(days=400))

    overview = portfolio_of(GOOD, old, BAD)

    assert [one for one in overview.sentences if "oldest" in one] == [
        "The oldest capture is of 26 January 2025 (fair.example)."
    ]


def test_what_was_not_captured_is_not_nothing() -> None:
    """A dash, and null for programs, where a phase was not captured."""
    late = labelled(observed(phase=ConsentPhase.ACCEPTED))
    overview = portfolio_of(scan_of("late.example", PASSED, cookies=(late,), captures=()))

    (row,) = values(overview, "sites")
    assert row["before_consent"] is None
    assert {tile.key: tile.text for tile in overview.tiles}["cookies_before_consent"] == "–"
