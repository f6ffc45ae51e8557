"""L03 and L04: how long cookies ask to stay."""

from __future__ import annotations

import pytest

from scanjobs import rules
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.findings import FindingItem, Outcome
from scanjobs.domain.purposes import Exemption
from tests.factories import NOON, label, labelled, labelled_evidence, observed, sent

DAY = 86_400


def persistent(seconds, name="_ga", **changes):
    return observed(name, is_session=False, lifetime_seconds=seconds, **changes)


def cookie(*observations, exemption=Exemption.NOT_EXEMPT):
    return labelled(*observations, label=label(exemption=exemption))


def finding(rule_id, *cookies):
    return next(f for f in rules.evaluate(labelled_evidence(*cookies)) if f.rule_id == rule_id)


class TestThirteenMonths:
    def test_two_years_are_too_long(self):
        answer = finding("L03", cookie(persistent(730 * DAY)))

        assert answer.outcome is Outcome.FAIL
        assert answer.summary == "One cookie that needs consent lives longer than thirteen months."
        assert answer.items == (
            FindingItem(
                subject="_ga (shop.example)",
                detail="lives 730 days, thirteen months are 396",
                phase=ConsentPhase.BEFORE,
                url="https://shop.example/",
                observed_at=NOON,
            ),
        )

    @pytest.mark.parametrize(
        ("seconds", "outcome"),
        [
            (
                34_128_000,
                Outcome.PASS,
            ),  # 395 days: what analytics tools ask for when they mean thirteen months
            (396 * DAY, Outcome.PASS),
            (397 * DAY, Outcome.PASS),  # thirteen months across a leap day
            (397 * DAY + 1, Outcome.FAIL),
            (400 * DAY, Outcome.FAIL),
        ],
    )
    def test_the_limit_is_thirteen_months_by_the_longest_calendar(self, seconds, outcome):
        assert finding("L03", cookie(persistent(seconds))).outcome is outcome

    def test_a_cookie_on_which_consent_is_open_is_a_warning(self):
        answer = finding("L03", cookie(persistent(730 * DAY), exemption=Exemption.UNDETERMINED))

        assert answer.outcome is Outcome.WARN
        assert answer.summary == "One cookie that may need consent lives longer than thirteen months."
        assert answer.items[0].detail.endswith("; whether it needs consent is open")

    def test_an_exempt_cookie_may_stay(self):
        assert (
            finding("L03", cookie(persistent(730 * DAY), exemption=Exemption.EXEMPT)).outcome is Outcome.PASS
        )

    def test_certain_and_open_cookies_are_counted_apart(self):
        answer = finding(
            "L03",
            cookie(persistent(730 * DAY, "a")),
            cookie(persistent(730 * DAY, "b")),
            cookie(persistent(730 * DAY, "c"), exemption=Exemption.UNDETERMINED),
        )

        assert answer.outcome is Outcome.FAIL
        assert answer.summary == (
            "2 cookies that need consent live longer than thirteen months. "
            "One cookie that may need consent lives longer than thirteen months."
        )

    def test_a_session_cookie_passes(self):
        answer = finding("L03", cookie(observed()))

        assert (answer.outcome, answer.items) == (Outcome.PASS, ())

    def test_cookies_seen_in_requests_only_cannot_be_judged(self):
        answer = finding("L03", cookie(sent("a")), cookie(sent("b")))

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == "The 2 cookies to judge were seen without their lifetime."

    def test_what_could_not_be_judged_is_said_beside_a_pass(self):
        answer = finding("L03", cookie(observed("a")), cookie(sent("b")), cookie(sent("c")))

        assert answer.outcome is Outcome.PASS
        assert answer.summary.endswith(" 2 more could not be judged: their lifetime was not seen.")

    def test_one_cookie_in_two_phases_is_one_cookie_with_two_items(self):
        answer = finding(
            "L03",
            cookie(persistent(730 * DAY), persistent(500 * DAY, phase=ConsentPhase.ACCEPTED)),
        )

        assert answer.summary.startswith("One cookie ")
        assert [item.phase for item in answer.items] == [ConsentPhase.BEFORE, ConsentPhase.ACCEPTED]

    def test_a_lifetime_seen_in_one_phase_is_enough(self):
        """Later requests that only send the cookie take nothing away from what the response asked for."""
        answer = finding("L03", cookie(persistent(30 * DAY), sent("_ga", phase=ConsentPhase.ACCEPTED)))

        assert answer.summary == "No cookie that needs consent lives longer than thirteen months."

    def test_a_deleted_cookie_passes(self):
        assert finding("L03", cookie(persistent(-3600))).outcome is Outcome.PASS


class TestFourHundredDays:
    @pytest.mark.parametrize(
        ("seconds", "outcome"),
        [
            (400 * DAY, Outcome.PASS),
            (400 * DAY + 3600, Outcome.PASS),  # an Expires date read by another clock
            (400 * DAY + 3601, Outcome.FAIL),
            (401 * DAY, Outcome.FAIL),
        ],
    )
    def test_the_limit_is_what_browsers_allow(self, seconds, outcome):
        assert finding("L04", cookie(persistent(seconds))).outcome is outcome

    def test_exempt_cookies_are_no_exception(self):
        answer = finding("L04", cookie(persistent(3650 * DAY), exemption=Exemption.EXEMPT))

        assert answer.outcome is Outcome.FAIL
        assert answer.summary == "One cookie asks to be kept for more than 400 days."
        assert answer.items[0].detail == "asks for 3650 days, browsers allow 400"

    def test_several_cookies_are_counted(self):
        answer = finding("L04", cookie(persistent(500 * DAY, "a")), cookie(persistent(500 * DAY, "b")))

        assert answer.summary == "2 cookies ask to be kept for more than 400 days."

    def test_a_session_cookie_passes(self):
        assert finding("L04", cookie(observed())).outcome is Outcome.PASS

    def test_without_a_response_nothing_was_asked_for(self):
        assert finding("L04", cookie(sent())).outcome is Outcome.NOT_EVALUABLE
