"""Consent: what is there before a choice or after a refusal, what is open about it, what was not seen."""

from __future__ import annotations

from typing import Any

import pytest

from scanjobs import rules
from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.evidence import HostContact, RuleInput
from scanjobs.domain.findings import Finding, Outcome, Severity
from scanjobs.domain.labels import LabelledEvidence, LabelledHost
from scanjobs.domain.purposes import Category, Exemption, ExemptionGround
from tests.factories import (
    NOON,
    capture,
    evidence,
    label,
    labelled,
    labelled_evidence,
    labelled_item,
    observed,
    sent,
    stored_item,
)

BEFORE, ACCEPTED, REJECTED = ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED
EVERYTHING = frozenset(RuleInput)
TRACKING = {"exemption": Exemption.NOT_EXEMPT, "vendor": "Ad Company"}
OPEN = {"exemption": Exemption.UNDETERMINED}


def scan(*cookies: Any, phases: tuple[ConsentPhase, ...] = (BEFORE,), **changes: Any) -> LabelledEvidence:
    """A scan whose captures could show everything, unless `inputs` says what they could."""
    inputs = changes.pop("inputs", EVERYTHING)
    banner = changes.pop("banner", None)
    captures = tuple(capture(phase, inputs=inputs, banner=banner) for phase in phases)
    seen = (observation for cookie in cookies for observation in cookie.observations)
    return labelled_evidence(*cookies, evidence=evidence(*seen, captures=captures), **changes)


def answer(rule_id: str, judged: LabelledEvidence, profile: str = "eu") -> Finding:
    return rules.find(rule_id).judge(judged, rules.find_profile(profile))


def tracking_cookie(phase: ConsentPhase = BEFORE, **changes: Any) -> Any:
    return labelled(observed("_fbp", phase=phase, **changes), label=label(Category.MARKETING, **TRACKING))


def open_cookie(phase: ConsentPhase = BEFORE) -> Any:
    return labelled(observed("x", phase=phase), label=label(Category.UNCLASSIFIED, **OPEN))


def necessary_cookie(phase: ConsentPhase = BEFORE) -> Any:
    return labelled(
        observed("PHPSESSID", phase=phase),
        label=label(Category.NECESSARY, exemption=Exemption.EXEMPT),
    )


def host(name: str, phase: ConsentPhase, category: Category = Category.MARKETING, **changes: Any) -> Any:
    contact = HostContact(
        host=name, phase=phase, requests=3, first_url=f"https://{name}/p", first_at=NOON, **changes
    )
    return LabelledHost(contact=contact, party=Party.THIRD, vendor="Ad Company", category=category)


def test_a_tracking_cookie_before_a_choice_fails_with_where_and_when():
    found = answer("C01", scan(tracking_cookie(), open_cookie(), necessary_cookie()))

    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.CRITICAL)
    assert found.summary == "One cookie that needs consent was stored before any choice. 1 more may need it."
    assert [item.subject for item in found.items] == ["_fbp (shop.example)", "x (shop.example)"]
    assert found.items[0].detail == "set; marketing, Ad Company"
    assert (found.items[0].phase, found.items[0].observed_at) == (BEFORE, NOON)


@pytest.mark.parametrize(
    ("judged", "outcome"),
    [
        (scan(open_cookie()), Outcome.WARN),
        (scan(necessary_cookie()), Outcome.PASS),
        (scan(), Outcome.PASS),
        (scan(tracking_cookie(ACCEPTED), phases=(BEFORE, ACCEPTED)), Outcome.PASS),
        (scan(tracking_cookie(ACCEPTED), phases=(ACCEPTED,)), Outcome.NOT_EVALUABLE),
        (scan(inputs=frozenset({RuleInput.REQUESTS})), Outcome.NOT_EVALUABLE),
    ],
)
def test_before_a_choice_nothing_certain_no_failure(judged, outcome):
    assert answer("C01", judged).outcome is outcome


def test_in_california_nothing_waits_for_a_choice():
    assert answer("C01", scan(tracking_cookie()), "us-ca").severity is Severity.INFO


def test_storage_before_a_choice():
    kept = labelled_item(stored_item("amplitude_id"), label=label(Category.ANALYTICS, **TRACKING))
    unknown = labelled_item(stored_item("x"), label=label(Category.UNCLASSIFIED, **OPEN))

    found = answer("C02", scan(storage=(kept,)))

    assert found.outcome is Outcome.FAIL
    assert found.items[0].subject == "amplitude_id (localStorage of https://www.shop.example)"
    assert answer("C02", scan(storage=(unknown,))).outcome is Outcome.WARN
    assert answer("C02", scan()).outcome is Outcome.PASS
    assert answer("C02", scan(inputs=frozenset({RuleInput.COOKIES}))).outcome is Outcome.NOT_EVALUABLE
    assert answer("C02", scan(phases=(REJECTED,))).outcome is Outcome.NOT_EVALUABLE


@pytest.mark.parametrize(("rule_id", "phase"), [("C03", BEFORE), ("C05", REJECTED)])
def test_trackers_that_are_asked(rule_id, phase):
    tracker = host("ads.example", phase)
    by_list = host("px.example", phase, Category.UNCLASSIFIED, called_tracking=2)
    harmless = host("cdn.example", phase, Category.UNCLASSIFIED)
    elsewhere = host("ads.example", ACCEPTED)

    found = answer(rule_id, scan(phases=(phase,), hosts=(tracker, by_list, harmless)))

    assert found.outcome is Outcome.FAIL
    assert [item.subject for item in found.items] == ["ads.example", "px.example"]
    assert found.items[1].detail == "Ad Company, 3 requests; 2 of them called tracking by the capture"
    passing = scan(phases=(phase, ACCEPTED), hosts=(harmless, elsewhere))
    assert answer(rule_id, passing).outcome is Outcome.PASS
    assert answer(rule_id, scan(phases=(ACCEPTED,), hosts=(elsewhere,))).outcome is Outcome.NOT_EVALUABLE
    without = scan(phases=(phase,), inputs=frozenset({RuleInput.COOKIES}))
    assert answer(rule_id, without).outcome is Outcome.NOT_EVALUABLE


def test_what_is_still_there_after_rejecting_fails():
    still_sent = labelled(sent("_ga", phase=REJECTED), label=label(Category.ANALYTICS, **TRACKING))
    kept = labelled_item(
        stored_item("amplitude_id", phase=REJECTED), label=label(Category.ANALYTICS, **TRACKING)
    )

    found = answer("C04", scan(still_sent, tracking_cookie(), phases=(BEFORE, REJECTED), storage=(kept,)))

    assert found.outcome is Outcome.FAIL
    assert [item.detail.partition(";")[0] for item in found.items] == ["sent", "analytics, Ad Company"]
    assert answer("C04", scan(open_cookie(REJECTED), phases=(REJECTED,))).outcome is Outcome.WARN
    assert answer("C04", scan(necessary_cookie(REJECTED), phases=(REJECTED,))).outcome is Outcome.PASS
    assert answer("C04", scan(tracking_cookie())).outcome is Outcome.NOT_EVALUABLE


def test_whether_anybody_asks():
    choice = labelled(
        observed("OptanonConsent"),
        label=label(
            Category.NECESSARY,
            exemption=Exemption.EXEMPT,
            exemption_ground=ExemptionGround.CONSENT_CHOICE,
        ),
    )

    assert answer("C06", scan(tracking_cookie(), banner=False)).outcome is Outcome.FAIL
    assert answer("C06", scan(tracking_cookie(), banner=True)).outcome is Outcome.PASS
    assert answer("C06", scan(tracking_cookie(), choice)).outcome is Outcome.PASS
    assert answer("C06", scan(necessary_cookie())).outcome is Outcome.PASS
    assert answer("C06", scan(tracking_cookie())).outcome is Outcome.NOT_EVALUABLE
    assert answer("C06", scan(inputs=frozenset())).outcome is Outcome.NOT_EVALUABLE
