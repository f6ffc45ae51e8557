"""Whether a scan passes: thresholds, warnings, what was accepted, thin evidence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.domain.checks import Terms, Threshold
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.errors import BaselineError, ExitCode
from scanjobs.reports.findings.check import check_scan
from tests import factories
from tests.unit.reports.findings.results import (
    TODAY,
    acceptance,
    accepting,
    checked,
    failed,
    item,
    passed,
)

GRAVEST_FIRST = [severity for severity in Severity if severity is not Severity.INFO]
STRICTEST_LAST = [Threshold.NEVER, Threshold.CRITICAL, Threshold.HIGH, Threshold.MEDIUM, Threshold.LOW]


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("threshold", Threshold)
def test_a_failed_rule_counts_from_its_severity_on(severity, threshold):
    """A finding of severity info never counts, and nothing does where nothing shall."""
    result = checked(failed(severity=severity), fail_on=threshold)

    reached = (
        threshold is not Threshold.NEVER
        and severity in GRAVEST_FIRST
        and GRAVEST_FIRST.index(severity) <= GRAVEST_FIRST.index(Severity(threshold))
    )
    assert result.exit_code == (ExitCode.FINDINGS if reached else ExitCode.OK)


findings = st.lists(
    st.builds(
        lambda rule, outcome, severity, items: factories.finding(
            rule, outcome, severity=severity, items=tuple(item(f"{name} (shop.example)") for name in items)
        ),
        st.sampled_from(["S01", "S02", "S03", "L03", "E02", "C02"]),
        st.sampled_from(Outcome),
        st.sampled_from(Severity),
        st.lists(st.sampled_from("abc"), max_size=3),
    ),
    unique_by=lambda finding: finding.rule_id,
)
acceptances = st.lists(
    st.builds(
        lambda rule, name, days: acceptance(
            rule, f"{name} (shop.example)", expires=TODAY + timedelta(days=days)
        ),
        st.sampled_from(["S01", "S03", "E02"]),
        st.sampled_from("abcd"),
        st.integers(-2, 2),
    ),
    unique_by=lambda entry: entry.fingerprint,
)


@given(findings, acceptances, st.booleans(), st.booleans())
def test_a_stricter_threshold_never_turns_a_failure_into_a_pass(found, accepted, warnings, evidence):
    results = [
        checked(
            *found,
            fail_on=threshold,
            baseline=accepting(*accepted),
            warnings=warnings,
            require_evidence=evidence,
        )
        for threshold in STRICTEST_LAST
    ]

    fails = [result.exit_code is ExitCode.FINDINGS for result in results]
    assert fails == sorted(fails)
    counting = [len(result.counting) for result in results]
    assert counting == sorted(counting)
    assert results[0].exit_code is not ExitCode.FINDINGS


@given(findings, acceptances)
def test_accepting_more_never_makes_a_check_fail(found, accepted):
    alone = checked(*found, fail_on=Threshold.LOW)
    with_baseline = checked(*found, fail_on=Threshold.LOW, baseline=accepting(*accepted))

    assert {rule.check.rule_id for rule in with_baseline.counting} <= {
        rule.check.rule_id for rule in alone.counting
    }


def test_warnings_count_only_where_asked_for():
    warned = failed(outcome=Outcome.WARN, severity=Severity.HIGH)

    assert checked(warned).exit_code == ExitCode.OK
    assert checked(warned, warnings=True).exit_code == ExitCode.FINDINGS
    assert checked(warned, warnings=True, fail_on=Threshold.CRITICAL).exit_code == ExitCode.OK


def test_what_was_accepted_does_not_count_and_is_told():
    result = checked(failed(severity=Severity.HIGH), baseline=accepting(acceptance()))

    assert result.exit_code == ExitCode.OK
    ((rule, subject),) = result.accepted
    assert (rule.check.rule_id, subject.acceptance.reason) == ("S03", "Known since 2024.")
    assert result.baseline.used == 1


def test_one_finding_left_over_makes_the_rule_count():
    found = failed("S03", item(), item("other (shop.example)"), severity=Severity.HIGH)

    result = checked(found, baseline=accepting(acceptance()))

    (rule,) = result.counting
    assert [subject.subject for subject in rule.open] == ["other (shop.example)"]


def test_a_cookie_is_accepted_in_every_phase_and_however_much_was_seen_of_it():
    """The next scan may capture one phase more, or see the cookie set where it was only sent."""
    found = failed(
        "S03", item(), item("session (.shop.example)", phase=ConsentPhase.ACCEPTED), severity=Severity.HIGH
    )

    assert checked(found, baseline=accepting(acceptance())).exit_code == ExitCode.OK


def test_another_rule_about_the_same_cookie_is_not_accepted():
    assert checked(failed("S01", severity=Severity.HIGH), baseline=accepting(acceptance("S03"))).counting


@pytest.mark.parametrize(("days", "code"), [(0, ExitCode.OK), (-1, ExitCode.FINDINGS)])
def test_an_entry_counts_through_its_last_day(days, code):
    entry = acceptance(expires=TODAY + timedelta(days=days))

    result = checked(failed(severity=Severity.HIGH), baseline=accepting(entry))

    assert result.exit_code == code
    assert result.baseline.expired == ((entry,) if days < 0 else ())


def test_entries_without_use_are_told_apart_from_those_nobody_could_look_for():
    gone, unseen = acceptance("S03", "gone (shop.example)"), acceptance("L05")
    unknown_rule = acceptance("X99")

    result = checked(
        failed(),
        factories.finding("L05", Outcome.NOT_EVALUABLE, items=()),
        baseline=accepting(gone, unseen, unknown_rule),
    )

    assert result.baseline.stale == (gone, unknown_rule)
    assert result.baseline.unseen == (unseen,)
    assert result.baseline.used == 0


def test_a_rule_that_names_nothing_can_be_accepted_as_a_whole():
    found = factories.finding("E01", items=(), severity=Severity.HIGH)

    assert checked(found).exit_code == ExitCode.FINDINGS
    assert checked(found, baseline=accepting(acceptance("E01", ""))).exit_code == ExitCode.OK


def test_the_baseline_of_another_site_accepts_nothing():
    with pytest.raises(BaselineError, match=r"other\.example.*shop\.example"):
        checked(baseline=accepting(site="other.example"))

    assert checked(baseline=accepting(site=None)).exit_code == ExitCode.OK


def test_thin_evidence_fails_only_where_evidence_is_required_and_is_always_told():
    thin = {"complete": False}

    assert checked(**thin).exit_code == ExitCode.OK
    assert checked(**thin).headline.startswith("No verdict")
    assert checked(**thin, require_evidence=True).exit_code == ExitCode.FAILURE
    assert checked(require_evidence=True).exit_code == ExitCode.OK


def test_what_was_found_weighs_more_than_what_could_not_be_seen():
    result = checked(failed(severity=Severity.HIGH), complete=False, require_evidence=True)

    assert result.is_withheld
    assert result.exit_code == ExitCode.FINDINGS


def test_a_scan_is_judged_afresh():
    """What was stored with it came from the rules of its day."""
    cookie = factories.labelled(factories.observed(secure=False))
    record = factories.scan_record(cookie, findings=(passed(),), profile="eu")

    result = check_scan(record, "fr", Terms(fail_on=Threshold.MEDIUM), baseline=None, today=TODAY)

    assert "S03" in [rule.check.rule_id for rule in result.counting]
    assert result.profile == "fr"
    assert "France" in result.profile_title
