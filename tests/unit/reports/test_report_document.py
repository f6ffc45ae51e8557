"""What a report says, before anything is drawn."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from scanjobs.classification import default_database
from scanjobs.domain.cookies import ConsentPhase, Party, ValueFingerprint
from scanjobs.domain.evidence import Gap, GapKind, HostContact, Skipped
from scanjobs.domain.findings import Finding, FindingItem, Outcome, Severity, VerdictStatus
from scanjobs.domain.purposes import Category
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.document import build_document
from scanjobs.reports.parts import Lifespan, Presence
from tests.factories import (
    capture,
    finding,
    label,
    labelled,
    labelled_hosts,
    observed,
    report_record,
    scan_record,
    sent,
)
from tests.unit.reports.documents import document_of, scan_with


def answer(rule_id: str, outcome: Outcome, severity: Severity = Severity.MEDIUM) -> Finding:
    return finding(rule_id, outcome, severity=severity, items=())


PASSED = answer("C01", Outcome.PASS, Severity.CRITICAL)
GRAVE = answer("S01", Outcome.FAIL, Severity.HIGH)


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        ((PASSED,), VerdictStatus.CLEAN),
        ((PASSED, answer("T04", Outcome.INFO)), VerdictStatus.CLEAN),
        ((PASSED, answer("L04", Outcome.WARN, Severity.CRITICAL)), VerdictStatus.ATTENTION),
        ((PASSED, answer("S05", Outcome.FAIL, Severity.MEDIUM)), VerdictStatus.ATTENTION),
        ((PASSED, answer("S01", Outcome.FAIL, Severity.HIGH)), VerdictStatus.FAILED),
        ((answer("S02", Outcome.PASS), answer("C01", Outcome.FAIL, Severity.CRITICAL)), VerdictStatus.FAILED),
        ((answer("S02", Outcome.NOT_EVALUABLE),), VerdictStatus.WITHHELD),
        ((answer("C01", Outcome.NOT_EVALUABLE, Severity.CRITICAL),), VerdictStatus.WITHHELD),
        ((PASSED, answer("E02", Outcome.NOT_EVALUABLE)), VerdictStatus.WITHHELD),
        ((PASSED, answer("E01", Outcome.FAIL)), VerdictStatus.WITHHELD),
        ((PASSED, answer("E02", Outcome.WARN)), VerdictStatus.ATTENTION),
        ((PASSED, answer("E01", Outcome.NOT_EVALUABLE)), VerdictStatus.CLEAN),
        ((PASSED, answer("E03", Outcome.NOT_EVALUABLE)), VerdictStatus.CLEAN),
        ((PASSED, answer("E03", Outcome.FAIL)), VerdictStatus.WITHHELD),
        ((GRAVE, answer("E03", Outcome.FAIL)), VerdictStatus.FAILED),
        ((GRAVE, answer("E01", Outcome.FAIL)), VerdictStatus.WITHHELD),
        ((), VerdictStatus.WITHHELD),
    ],
)
def test_the_verdict_follows_from_the_answers(findings: tuple[Finding, ...], status: VerdictStatus) -> None:
    """The gravest answer decides, and silence is never taken for a pass."""
    assert document_of(scan_record(findings=findings)).verdict.status is status


@pytest.mark.parametrize(
    "changes",
    [{"complete": False}, {"captures": ()}],
    ids=["incomplete", "no capture"],
)
def test_thin_evidence_withholds_the_verdict(changes: dict[str, object]) -> None:
    """What could not be read cannot be judged, whatever the rest shows."""
    verdict = document_of(scan_record(findings=(PASSED,), **changes)).verdict

    assert verdict.status is VerdictStatus.WITHHELD
    assert len(verdict.reasons) == 1


def test_no_cookie_is_no_clean_verdict() -> None:
    """A capture without cookies cannot prove that a site sets none."""
    scan = dataclasses.replace(scan_record(findings=(PASSED,)), cookies=())

    assert document_of(scan).verdict.status is VerdictStatus.WITHHELD


def test_withheld_verdict_still_shows_what_failed() -> None:
    """Thin evidence takes the verdict away, not the findings."""
    grave = answer("S01", Outcome.FAIL, Severity.HIGH)
    verdict = document_of(scan_record(findings=(grave, answer("E02", Outcome.NOT_EVALUABLE)))).verdict

    assert verdict.status is VerdictStatus.WITHHELD
    assert [check.rule_id for check in verdict.top] == ["S01"]


def test_nothing_is_clean_unless_the_time_before_a_choice_was_judged() -> None:
    """The question everybody asks first must have an answer."""
    silent = answer("C01", Outcome.NOT_EVALUABLE, Severity.CRITICAL)

    assert document_of(scan_record(findings=(answer("S05", Outcome.PASS),))).verdict.reasons
    assert document_of(scan_record(findings=(answer("S05", Outcome.PASS), silent))).verdict.reasons


@pytest.mark.parametrize(
    ("findings", "score"),
    [
        ((PASSED,), 100),
        ((PASSED, answer("S01", Outcome.FAIL, Severity.HIGH)), 80),
        ((GRAVE, answer("C01", Outcome.NOT_EVALUABLE, Severity.CRITICAL)), None),
        ((GRAVE,), None),
        ((PASSED, GRAVE, answer("E03", Outcome.FAIL, Severity.INFO)), None),
        ((PASSED, answer("E01", Outcome.FAIL)), None),
    ],
    ids=["clean", "high", "no answer on consent", "no rule on consent", "browser refused", "no page"],
)
def test_a_score_is_given_only_where_enough_was_seen(
    findings: tuple[Finding, ...], score: int | None
) -> None:
    """A number is believed even where the sentence beside it says that it rests on little."""
    verdict = document_of(scan_record(findings=findings)).verdict

    assert verdict.score == score
    assert (verdict.score_withheld is None) is (score is not None)
    if score is None and verdict.status is not VerdictStatus.WITHHELD:
        assert f"No score is given. {verdict.score_withheld}" in verdict.sentence


def test_findings_come_by_outcome_then_severity(busy_scan: ScanRecord) -> None:
    """What weighs most is read first; passed and silent rules stand in the checklist only."""
    document = document_of(busy_scan)

    assert [check.rule_id for check in document.findings] == ["C01", "S03", "L04", "T04"]
    assert [check.rule_id for check in document.checklist] == ["C01", "S03", "L04", "C02", "T04", "S05"]
    assert [check.rule_id for check in document.verdict.top] == ["C01", "S03", "L04"]
    assert [check.rule_id for check in document.verdict.not_evaluable] == ["C02"]


def test_the_verdict_names_five_findings_at_most() -> None:
    """The first page stays one page."""
    findings = tuple(answer(f"S{number:02}", Outcome.FAIL) for number in range(9))

    assert len(document_of(scan_record(findings=findings)).verdict.top) == 5


def test_a_finding_carries_what_a_reader_needs() -> None:
    """Title, authority, link and remedy come from the rule, the rest from the scan."""
    part = document_of(scan_record(findings=(finding("S03"),))).findings[0]

    assert (part.title, part.basis, part.url, part.how_to_fix) == (
        "Title of S03",
        "Authority of S03",
        "https://law.example/",
        "Remedy for S03",
    )
    assert (part.checks, part.valid_from) == ("What S03 looks at.", date(2018, 5, 25))
    assert (part.summary, len(part.items)) == ("One cookie travels without the Secure attribute.", 1)


def test_an_old_scan_with_a_rule_that_is_gone_is_still_reported() -> None:
    """The answer is kept, and the report says that the rule is not known any more."""
    scan = scan_record(findings=(answer("X99", Outcome.FAIL),))
    part = build_document(scan, report_record(), tool_version="0.1.0").findings[0]

    assert (part.title, part.basis) == ("Rule X99", "This version of scanjobs does not have this rule.")


def test_counts_by_purpose_party_and_phase(busy_scan: ScanRecord) -> None:
    """Every number of the summary is a count of the inventory."""
    summary = document_of(busy_scan).summary

    assert (summary.total_cookies, summary.third_party_cookies) == (120, 80)
    assert summary.third_party_ratio == pytest.approx(2 / 3)
    assert (
        summary.cookies_before_consent,
        summary.cookies_after_consent,
        summary.cookies_after_rejection,
    ) == (120, 80, 40)
    assert [share.count for share in summary.by_category] == [24] * 5
    assert {share.key: share.count for share in summary.by_type} == {
        "session": 60,
        "persistent": 60,
        "unknown": 0,
    }
    assert sum(row.total for row in summary.breakdown) == 120
    assert [sum(row.counts[i] for row in summary.breakdown) for i in range(3)] == [120, 80, 40]


def test_a_phase_that_was_not_captured_has_no_count() -> None:
    """Nothing seen and not looked are different answers."""
    document = document_of(scan_record())

    assert document.summary.cookies_before_consent == 1
    assert document.summary.cookies_after_consent is None
    assert [status.captured for status in document.verdict.phases] == [True, False, False]
    assert "After rejecting: there is no capture of this phase." in document.scope.unseen


def test_no_cookies_give_no_ratio() -> None:
    """Nothing divided by nothing is not zero."""
    summary = document_of(dataclasses.replace(scan_record(), cookies=())).summary

    assert (summary.total_cookies, summary.third_party_ratio) == (0, None)


def test_matrix_tells_set_from_sent_from_absent() -> None:
    """One cell for each captured phase, in the order of the visit."""
    cookie = labelled(observed("_ga", phase=ConsentPhase.BEFORE), sent("_ga", phase=ConsentPhase.REJECTED))
    captures = tuple(capture(phase) for phase in list(ConsentPhase)[:3])

    row = document_of(scan_record(cookie, captures=captures)).cookies[0]

    assert row.presence == (Presence.SET, Presence.ABSENT, Presence.SENT)


def test_inventory_says_what_could_not_be_seen() -> None:
    """A cookie that was only sent has no attributes, which is not the same as lacking them."""
    row = document_of(scan_record(labelled(sent("_ga")))).cookies[0]

    assert (row.lifespan, row.lifetime, row.flags, row.secure) == (
        Lifespan.UNKNOWN,
        "unknown",
        "unknown",
        None,
    )


def test_inventory_is_in_order_whatever_came_first() -> None:
    """The same cookies give the same report."""
    one, other = document_of(scan_with("b", "A", "c")), document_of(scan_with("c", "b", "A"))

    assert [row.name for row in one.cookies] == ["A", "b", "c"]
    assert one == other


def test_only_hosts_of_others_are_listed(busy_scan: ScanRecord) -> None:
    """The site's own hosts are no third parties; requests add up over the phases."""
    hosts = document_of(busy_scan).hosts

    assert [(row.host, row.registrable_domain, row.requests, row.total) for row in hosts] == [
        ("cdn.example", "cdn.example", (5, 5, 5), 15),
        ("ads.tracker.example", "tracker.example", (3, 3, 3), 9),
    ]


def test_first_contact_is_the_earliest_known() -> None:
    """A contact without a time never counts as the first."""
    contacts = tuple(
        HostContact(host="cdn.example", phase=phase, requests=1, first_url=url, first_at=at)
        for phase, url, at in (
            (ConsentPhase.BEFORE, "https://cdn.example/late", None),
            (ConsentPhase.ACCEPTED, "https://cdn.example/early", report_record().created_at),
        )
    )

    hosts = document_of(scan_record(hosts=labelled_hosts(*contacts))).hosts

    assert hosts[0].first_url == "https://cdn.example/early"


def test_gaps_and_what_was_skipped_are_told() -> None:
    """What the importer left out stands in the report."""
    scan = scan_record(
        captures=(capture(skipped=(Skipped(reason="cookie without a name", count=2),)),),
        gaps=(Gap(kind=GapKind.TRUNCATED, detail="The file ends early.", file_name="before.har"),),
    )

    assert {"The file ends early. (before.har)", "Left out of before.har: 2 × cookie without a name."} < set(
        document_of(scan).scope.unseen
    )


def test_phase_lines_count_the_rules_that_rest_on_them() -> None:
    """A failed rule is told at the phase in which its evidence was seen."""
    item = FindingItem(subject="_ga", detail="set", phase=ConsentPhase.BEFORE)
    cookie = labelled(observed("_ga"), party=Party.THIRD, label=label(Category.ANALYTICS))
    status = document_of(scan_record(cookie, findings=(finding("C01", items=(item,)),))).verdict.phases[0]

    assert status.failed_rules == 1
    assert status.sentence == "1 cookie, 1 by third parties; named by 1 failed rule."


def test_the_sources_of_the_data_are_named_with_their_versions() -> None:
    """Of the data the scan was classified with; the versions of other data are not known here."""
    database = default_database()

    def named(data_version: str) -> list[str]:
        return [note.text for note in document_of(scan_record(data_version=data_version)).licences]

    for source in database.sources:
        rest = f"{source['licence']}; {source['url']}"
        assert f"{source['package']} {source['version']}; {rest}" in named(database.version)
        assert f"{source['package']}; {rest}" in named("2025.9+00000000")


def test_the_value_shown_is_of_the_observation_that_the_attributes_come_from() -> None:
    """A later request tells no attributes, so its value is not put beside them."""
    longer = ValueFingerprint(sha256="ef" * 32, length=99, shape="text")
    cookie = labelled(observed("_ga"), sent("_ga", phase=ConsentPhase.REJECTED, value=longer))

    row = document_of(scan_record(cookie)).cookies[0]

    assert (row.secure, row.value) == (True, observed().value)


def test_a_report_never_calls_anything_illegal(busy_scan: ScanRecord) -> None:
    """It states technical findings."""
    words = repr(document_of(busy_scan)).lower()

    assert "technical findings" in words
    assert not [word for word in ("illegal", "unlawful", "violat", "breach") if word in words]
