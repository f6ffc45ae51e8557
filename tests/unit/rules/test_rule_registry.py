"""The catalogue of rules: what each must hold, how it is found, and that every one answers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanjobs import rules
from scanjobs.domain.cookies import ConsentPhase, SameSite
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.errors import NotFoundError, UsageError
from scanjobs.rules.profiles import PROFILES
from tests.factories import capture, evidence, label, labelled, labelled_evidence, observed, sent

RULES = rules.all_rules()


def test_the_catalogue_is_in_the_order_of_its_families():
    families = (
        "C01 C02 C03 C04 C05 C06",
        "L01 L02 L03 L04 L05 L06",
        "D01 D02 D03 D04 D05 D06",
        "S01 S02 S03 S04 S05 S06 S07",
        "E01 E02 E03",
    )

    assert [rule.id for rule in RULES] == " ".join(families).split()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_it_rests_on(rule):
    assert rule.title and not rule.title.endswith(".")
    assert rule.checks.endswith(".")
    assert rule.basis
    assert rule.url.startswith("https://")
    assert rule.how_to_fix.endswith(".")
    assert rule.version
    assert date(2002, 7, 12) <= rule.valid_from <= date(2026, 1, 1)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_rule_speaks_of_law_broken(rule):
    """Findings are technical; whether something is illegal is for others to say."""
    said = f"{rule.title} {rule.checks} {rule.how_to_fix}"

    assert not re.search(r"illegal|unlawful|violat", said, re.IGNORECASE)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_rule_answers_in_every_profile(profile):
    findings = rules.evaluate(labelled_evidence(labelled()), profile)

    assert [finding.rule_id for finding in findings] == [rule.id for rule in RULES]


def test_the_profile_decides_the_severity():
    severities = {f.rule_id: f.severity for f in rules.evaluate(labelled_evidence(labelled()), "eu")}

    assert severities["S01"] is Severity.HIGH
    assert severities["L04"] is Severity.LOW


def test_a_rule_is_found_by_its_id_in_any_case():
    assert rules.find("s01") is rules.find("S01")


def test_an_unknown_rule_says_where_to_look():
    with pytest.raises(NotFoundError, match=r"There is no rule Z99\.") as caught:
        rules.find("Z99")

    assert caught.value.hint == f"Rules that exist: {', '.join(rule.id for rule in RULES)}."


def test_an_unknown_profile_says_which_exist():
    with pytest.raises(UsageError, match=r"There is no profile mars\.") as caught:
        rules.evaluate(labelled_evidence(), "mars")

    assert "eu" in caught.value.hint


def test_an_id_is_given_once():
    register = rules.registry.rule(
        "L03",
        severity=Severity.LOW,
        title="t",
        basis="b",
        url="https://u.example",
        valid_from=date(2020, 1, 1),
        how_to_fix="f.",
    )

    with pytest.raises(ValueError, match="two rules L03"):
        register(lambda scan: None)


OBSERVED = st.builds(
    observed,
    st.sampled_from(["a", "_ga", "__Host-x", "__Secure-y"]),
    phase=st.sampled_from(ConsentPhase),
    secure=st.booleans(),
    same_site=st.sampled_from(SameSite),
    is_session=st.just(False),
    lifetime_seconds=st.integers(-1, 10**9),
    scheme=st.sampled_from(["http", "https"]),
)
SENT = st.builds(sent, phase=st.sampled_from(ConsentPhase))
LABELS = st.builds(label, st.sampled_from(Category), exemption=st.sampled_from(Exemption))


def cookies(observations):
    return st.lists(
        st.builds(lambda seen, given: labelled(seen, label=given), observations, LABELS), max_size=4
    )


CAPTURES = st.lists(st.builds(capture, st.sampled_from(ConsentPhase), complete=st.booleans()), max_size=4)


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(cookies(OBSERVED | SENT), CAPTURES)
def test_every_rule_answers_once_whatever_was_seen(seen, captures):
    """One finding a rule, items only where something was found, never two sentences glued together."""
    scan = labelled_evidence(*seen, evidence=evidence(*(c.latest for c in seen), captures=tuple(captures)))

    findings = rules.evaluate(scan)

    assert [f.rule_id for f in findings] == [rule.id for rule in RULES]
    for finding in findings:
        assert re.fullmatch(r"[A-Z0-9].*[^ ]\.", finding.summary)
        assert "1 cookies" not in finding.summary
        assert bool(finding.items) == (finding.outcome in (Outcome.FAIL, Outcome.WARN)) or (
            finding.outcome is Outcome.NOT_EVALUABLE
        )


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(CAPTURES)
def test_what_shows_nothing_passes_no_rule(captures):
    """Nothing seen is not the same as nothing there."""
    captures = [replace(one, inputs=frozenset()) for one in captures]
    scan = labelled_evidence(evidence=evidence(captures=tuple(captures)))

    assert {f.outcome for f in rules.evaluate(scan)} == {Outcome.NOT_EVALUABLE}


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(cookies(SENT).filter(bool))
def test_without_attributes_no_rule_about_attributes_passes(seen):
    """Cookies known from requests prove nothing about lifetimes and flags."""
    scan = labelled_evidence(*seen)
    outcomes = {f.rule_id: f.outcome for f in rules.evaluate(scan)}

    assert {outcomes[rule.id] for rule in RULES if rule.id[0] in "LS"} == {Outcome.NOT_EVALUABLE}


def test_every_rule_keeps_the_name_of_its_function():
    """SARIF names rules by them."""
    names = [rule.check.__name__ for rule in rules.all_rules()]

    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)
