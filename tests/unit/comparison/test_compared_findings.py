"""What became of the rules' findings from one scan to another."""

from __future__ import annotations

from scanjobs.comparison import ChangeKind, compare
from scanjobs.domain.evidence import RuleInput
from scanjobs.domain.findings import FindingItem, Outcome
from tests import factories
from tests.factories import labelled, sent
from tests.unit.comparison.scans import (
    ACCEPTED,
    ALL_INPUTS,
    BEFORE,
    captures,
    cookie,
    finding_kinds,
    scan,
)


def item(subject, phase=BEFORE):
    return FindingItem(subject=subject, detail="set without Secure", phase=phase)


def failed(*subjects, rule_id="S03", outcome=Outcome.FAIL, phase=BEFORE):
    return factories.finding(rule_id, outcome, items=tuple(item(subject, phase) for subject in subjects))


def answered(outcome, rule_id="S03"):
    return factories.finding(rule_id, outcome, items=())


def compared(old, new, **changes):
    """What became of the one finding, None where nothing did."""
    older, newer = (scan(findings=(one,) if one else (), **changes) for one in (old, new))
    found = compare(older, newer)
    return found.findings[0] if found.findings else None


def test_a_rule_that_passed_fails():
    change = compared(answered(Outcome.PASS), failed("a (shop.example)"))

    assert (change.kind, change.older, change.newer) == (ChangeKind.ADDED, Outcome.PASS, Outcome.FAIL)
    assert change.added == ("a (shop.example)",)


def test_a_rule_that_failed_passes():
    change = compared(failed("a (shop.example)"), answered(Outcome.PASS))

    assert (change.kind, change.removed) == (ChangeKind.REMOVED, ("a (shop.example)",))


def test_what_a_rule_names_comes_and_goes():
    change = compared(
        failed("a (shop.example)", "b (shop.example)"), failed("b (shop.example)", "c (shop.example)")
    )

    assert change.kind is ChangeKind.CHANGED
    assert (change.added, change.removed, change.remaining) == (
        ("c (shop.example)",),
        ("a (shop.example)",),
        1,
    )


def test_the_same_finding_is_not_told():
    assert compared(failed("a (shop.example)"), failed("a (.shop.example)")) is None
    assert compared(answered(Outcome.PASS), answered(Outcome.INFO)) is None


def test_a_warning_that_became_a_failure_is():
    change = compared(failed("a (shop.example)", outcome=Outcome.WARN), failed("a (shop.example)"))

    assert (change.kind, change.remaining) == (ChangeKind.CHANGED, 1)


def test_a_cookie_with_a_generated_name_is_known_again():
    assert compared(failed("_hj_1111111 (shop.example)"), failed("_hj_2222222 (shop.example)")) is None


def test_a_rule_that_could_not_be_evaluated_says_nothing():
    for old, new in (
        (answered(Outcome.NOT_EVALUABLE), failed("a (shop.example)")),
        (failed("a (shop.example)"), answered(Outcome.NOT_EVALUABLE)),
    ):
        change = compared(old, new)

        assert change.kind is ChangeKind.NOT_COMPARABLE
        assert change.unseen[0].startswith("it could not be evaluated in the ")


def test_a_rule_that_judged_one_scan_only():
    assert compared(None, failed("a (shop.example)")).unseen == (
        "the older scan was not judged by this rule",
    )


def test_rules_about_the_evidence_are_left_out():
    assert compared(answered(Outcome.PASS, "E02"), failed("phase accepted", rule_id="E02")) is None


def test_a_phase_that_was_not_captured_hides_a_finding():
    older = scan(findings=(failed("a (shop.example)", phase=ACCEPTED),), phases=(BEFORE, ACCEPTED))
    newer = scan(findings=(answered(Outcome.PASS),))

    (change,) = compare(older, newer).findings

    assert change.kind is ChangeKind.NOT_COMPARABLE
    assert change.not_comparable == ("a (shop.example)",)
    assert change.unseen == ("the newer scan has no capture after accepting",)


def test_a_finding_in_a_phase_that_was_looked_at_is_new_whatever_else_was_not():
    items = (item("a (shop.example)", BEFORE), item("a (shop.example)", ACCEPTED))
    older = scan(findings=(answered(Outcome.PASS),))
    newer = scan(findings=(factories.finding(items=items),), phases=(BEFORE, ACCEPTED))

    assert finding_kinds(compare(older, newer)) == {"S03": ChangeKind.ADDED}
    assert finding_kinds(compare(newer, older)) == {"S03": ChangeKind.NOT_COMPARABLE}


def test_a_capture_that_shows_less_hides_a_finding():
    older = scan(findings=(failed("a (shop.example)"),))
    less = captures(BEFORE, inputs=ALL_INPUTS - {RuleInput.COOKIE_ATTRIBUTES})
    newer = scan(findings=(answered(Outcome.PASS),), captures=less)

    assert finding_kinds(compare(older, newer)) == {"S03": ChangeKind.NOT_COMPARABLE}


def test_a_cookie_that_was_only_sent_was_not_mended():
    """Its Secure attribute was not seen this time, so nobody knows."""
    older = scan(cookie("a", secure=False), findings=(failed("a (shop.example)"),))
    newer = scan(labelled(sent("a")), cookie("b"), findings=(answered(Outcome.PASS),))

    (change,) = compare(older, newer).findings

    assert change.kind is ChangeKind.NOT_COMPARABLE
    assert change.unseen == ("the newer scan did not see how the cookie was set",)


def test_a_cookie_that_cannot_be_compared_takes_its_findings_along():
    older = scan(cookie("a", secure=False), findings=(failed("a (shop.example)"),))
    newer = scan(captures=captures(BEFORE, complete=False), findings=(answered(Outcome.PASS),))

    assert finding_kinds(compare(older, newer)) == {"S03": ChangeKind.NOT_COMPARABLE}


def test_what_no_phase_shows_is_compared_where_both_scans_have_the_same_phases():
    """A declared cookie is not observed: another phase might have shown it."""
    found = failed("_ga", rule_id="D06", outcome=Outcome.WARN, phase=None)
    both, one = (BEFORE, ACCEPTED), (BEFORE,)
    nothing = answered(Outcome.PASS, "D06")

    def kind(older_phases, newer_phases):
        older = scan(findings=(nothing,), phases=older_phases)
        return finding_kinds(compare(older, scan(findings=(found,), phases=newer_phases)))["D06"]

    assert kind(both, both) is ChangeKind.ADDED
    assert kind(both, one) is ChangeKind.NOT_COMPARABLE
    assert kind(one, both) is ChangeKind.NOT_COMPARABLE


def test_what_only_explains_a_finding_may_be_missing():
    older = scan(findings=(failed("a (shop.example)"),))
    less = captures(BEFORE, inputs=ALL_INPUTS - {RuleInput.INITIATORS})

    compared_with_less = compare(older, scan(findings=(answered(Outcome.PASS),), captures=less))

    assert finding_kinds(compared_with_less) == {"S03": ChangeKind.REMOVED}
