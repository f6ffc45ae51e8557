"""The compliance score: what it promises about every set of answers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.domain.findings import Finding, Outcome, Severity
from scanjobs.rules.score import score_of

ANSWERS = st.builds(
    Finding,
    rule_id=st.just("X01"),
    rule_version=st.just("1"),
    outcome=st.sampled_from(Outcome),
    severity=st.sampled_from(Severity),
    summary=st.just(""),
)
HARMLESS = (Outcome.PASS, Outcome.INFO, Outcome.NOT_EVALUABLE)


def answer(outcome, severity):
    return Finding(rule_id="X01", rule_version="1", outcome=outcome, severity=severity, summary="")


@pytest.mark.parametrize(
    ("answers", "score"),
    [
        ([], 100),
        ([(Outcome.PASS, Severity.CRITICAL), (Outcome.NOT_EVALUABLE, Severity.HIGH)], 100),
        ([(Outcome.FAIL, Severity.CRITICAL)], 60),
        ([(Outcome.WARN, Severity.CRITICAL)], 80),
        ([(Outcome.FAIL, Severity.HIGH), (Outcome.FAIL, Severity.MEDIUM)], 73),
        ([(Outcome.WARN, Severity.LOW)], 98),
        ([(Outcome.FAIL, Severity.INFO)], 100),
        ([(Outcome.FAIL, Severity.CRITICAL)] * 6, 4),
    ],
)
def test_the_score_of_some_answers(answers, score):
    """As docs/rules.md works them out."""
    assert score_of([answer(*one) for one in answers]) == score


@given(st.lists(ANSWERS, min_size=1), st.data())
def test_mending_something_never_lowers_the_score(answers, data):
    place = data.draw(st.integers(0, len(answers) - 1))
    better = data.draw(st.sampled_from(HARMLESS))
    mended = [*answers]
    mended[place] = replace(answers[place], outcome=better)

    assert 0 <= score_of(answers) <= score_of(mended) <= 100


@given(st.lists(ANSWERS), st.randoms())
def test_the_order_of_the_answers_does_not_matter(answers, chance):
    shuffled = [*answers]
    chance.shuffle(shuffled)

    assert score_of(shuffled) == score_of(answers)


@given(st.lists(ANSWERS))
def test_only_a_site_without_findings_has_the_best_score(answers):
    has_findings = any(
        one.outcome in (Outcome.FAIL, Outcome.WARN) and one.severity is not Severity.INFO for one in answers
    )

    assert (score_of(answers) == 100) is not has_findings
