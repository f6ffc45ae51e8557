"""The L rules: how long cookies ask to stay."""

from __future__ import annotations

import pytest

from scanjobs import rules
from scanjobs.domain.cookies import ConsentPhase, CookieOrigin
from scanjobs.domain.findings import FindingItem, Outcome
from scanjobs.domain.labels import LabelSource
from scanjobs.domain.purposes import Category, Exemption, ExemptionGround
from tests.factories import NOON, label, labelled, labelled_evidence, observed, sent

DAY = 86_400


def persistent(seconds, name="_ga", **changes):
    return observed(name, is_session=False, lifetime_seconds=seconds, **changes)


def cookie(*observations, exemption=Exemption.NOT_EXEMPT):
    return labelled(*observations, label=label(exemption=exemption))


def finding(rule_id, *cookies, profile="eu"):
    return next(f for f in rules.evaluate(labelled_evidence(*cookies), profile) if f.rule_id == rule_id)


def in_store(seconds, name="_ga", **changes):
    """A cookie that lay in the browser's store with so much of its life left."""
    return persistent(seconds, name, **({"origin": CookieOrigin.JAR} | changes))


def choice(*observations):
    return labelled(*observations, label=label(exemption_ground=ExemptionGround.CONSENT_CHOICE))


class TestConsentChoice:
    @pytest.mark.parametrize(
        ("profile", "days", "outcome"),
        [
            ("fr", 184, Outcome.PASS),  # six months from July to January
            ("fr", 186, Outcome.FAIL),
            ("it", 186, Outcome.WARN),  # the Garante names the shortest time, not the longest
            ("es", 366, Outcome.PASS),
            ("es", 731, Outcome.PASS),  # two years with a leap day
            ("es", 733, Outcome.FAIL),
            ("eu", 186, Outcome.PASS),
            ("eu", 366, Outcome.PASS),
            ("eu", 368, Outcome.WARN),
            ("uk", 368, Outcome.WARN),
            ("us-ca", 368, Outcome.WARN),
        ],
    )
    def test_how_long_it_may_be_kept_depends_on_the_legal_area(self, profile, days, outcome):
        assert finding("L01", choice(persistent(days * DAY)), profile=profile).outcome is outcome

    @pytest.mark.parametrize(
        ("profile", "summary", "detail"),
        [
            ("fr", "six months", "the CNIL recommends to keep the choice for six months"),
            ("it", "six months", "the Garante lets the question return after six months"),
            ("es", "24 months", "the AEPD recommends 24 months at most"),
            (
                "eu",
                "twelve months",
                "the EDPB recommends to ask again at appropriate intervals, taken as twelve months",
            ),
        ],
    )
    def test_whose_limit_it_is_stands_beside_it(self, profile, summary, detail):
        answer = finding("L01", choice(persistent(1000 * DAY, "OptanonConsent")), profile=profile)

        assert answer.summary == f"One cookie keeps the consent choice for more than {summary}."
        assert answer.items[0].detail == f"lives 1000 days; {detail}"

    def test_other_cookies_keep_no_choice(self):
        answer = finding("L01", cookie(persistent(1000 * DAY)), profile="fr")

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == "No cookie was observed that is known to keep the consent choice."

    def test_much_of_its_life_left_tells_and_little_does_not(self):
        long, short = (finding("L01", choice(in_store(d * DAY)), profile="fr") for d in (300, 100))

        assert (long.outcome, short.outcome) == (Outcome.FAIL, Outcome.NOT_EVALUABLE)
        assert long.items[0].detail.startswith("has 300 days left; ")
        assert short.summary == "The only cookie to judge was seen without its whole lifetime."

    def test_several_are_counted(self):
        choices = [choice(persistent(1000 * DAY, name)) for name in "ab"]

        assert finding("L01", *choices).summary.startswith("2 cookies keep the consent choice for ")


class TestExemptMeasurement:
    @staticmethod
    def measurement(*observations, exemption=Exemption.EXEMPT):
        said = label(Category.ANALYTICS, exemption=exemption, source=LabelSource.SITE_OVERRIDE)
        return labelled(*observations, label=said)

    @pytest.mark.parametrize("days", [395, 397])
    def test_thirteen_months_pass(self, days):
        assert finding("L02", self.measurement(persistent(days * DAY))).outcome is Outcome.PASS

    def test_more_than_thirteen_months_fail(self):
        answer = finding("L02", self.measurement(persistent(730 * DAY, "_pk_id")))

        assert answer.outcome is Outcome.FAIL
        assert answer.summary == (
            "One cookie of exempt audience measurement lives longer than thirteen months."
        )
        assert answer.items[0].detail == "lives 730 days, thirteen months are 396"

    @pytest.mark.parametrize("exemption", [Exemption.NOT_EXEMPT, Exemption.UNDETERMINED])
    def test_measurement_that_nobody_calls_exempt_has_another_rule(self, exemption):
        answer = finding("L02", self.measurement(persistent(730 * DAY), exemption=exemption))

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == "No cookie of audience measurement is held to be exempt from consent."

    def test_what_is_left_in_the_store_does_not_prove_that_it_ends_in_time(self):
        assert finding("L02", self.measurement(in_store(300 * DAY))).outcome is Outcome.NOT_EVALUABLE
        assert finding("L02", self.measurement(in_store(399 * DAY))).outcome is Outcome.FAIL


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
        assert answer.summary == "The 2 cookies to judge were seen without their whole lifetime."

    def test_what_could_not_be_judged_is_said_beside_a_pass(self):
        answer = finding("L03", cookie(observed("a")), cookie(sent("b")), cookie(sent("c")))

        assert answer.outcome is Outcome.PASS
        assert answer.summary.endswith(" 2 more could not be judged: their whole lifetime was not seen.")

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

    def test_little_life_left_in_the_store_proves_nothing(self):
        answer = finding("L03", cookie(in_store(30 * DAY)))

        assert answer.outcome is Outcome.NOT_EVALUABLE

    def test_much_life_left_in_the_store_is_certain(self):
        answer = finding("L03", cookie(in_store(399 * DAY)))

        assert answer.outcome is Outcome.FAIL
        assert answer.items[0].detail == "has 399 days left, thirteen months are 396"

    def test_a_session_cookie_in_the_store_passes(self):
        assert finding("L03", cookie(observed(origin=CookieOrigin.JAR))).outcome is Outcome.PASS

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

    def test_what_a_script_asks_for_counts_as_well(self):
        asked = cookie(persistent(730 * DAY, origin=CookieOrigin.SCRIPT))

        assert finding("L04", asked).outcome is Outcome.FAIL

    def test_what_lies_in_the_store_was_shortened_already(self):
        assert finding("L04", cookie(in_store(399 * DAY))).outcome is Outcome.NOT_EVALUABLE


class TestRenewal:
    def test_an_end_that_moves_never_comes(self):
        answer = finding("L05", cookie(persistent(390 * DAY, renewals=3)))

        assert answer.outcome is Outcome.FAIL
        assert answer.summary == "One cookie begins its lifetime anew on every visit."
        assert answer.items[0].detail == "its end was moved 3 times while it was there; it lives 390 days"

    def test_an_end_that_stays_passes(self):
        assert finding("L05", cookie(persistent(390 * DAY, renewals=0))).outcome is Outcome.PASS

    def test_without_an_answer_to_a_request_that_carried_it_nobody_can_say(self):
        answer = finding("L05", cookie(persistent(390 * DAY, renewals=None)))

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == "The only cookie to judge was seen without its answer to a later request."

    @pytest.mark.parametrize("lived", [observed(renewals=9), persistent(1800, renewals=9)])
    def test_what_ends_with_the_visit_is_not_carried_into_the_next(self, lived):
        assert finding("L05", cookie(lived)).outcome is Outcome.PASS

    def test_a_cookie_on_which_consent_is_open_is_a_warning(self):
        answer = finding("L05", cookie(persistent(30 * DAY, renewals=1), exemption=Exemption.UNDETERMINED))

        assert answer.outcome is Outcome.WARN
        assert answer.items[0].detail == (
            "its end was moved once while it was there; it lives 30 days; whether it needs consent is open"
        )

    def test_a_sign_in_may_be_prolonged(self):
        answer = finding("L05", cookie(persistent(30 * DAY, renewals=4), exemption=Exemption.EXEMPT))

        assert answer.outcome is Outcome.NOT_EVALUABLE
        assert answer.summary == "No cookie was observed that needs consent or measures the audience."

    def test_exempt_audience_measurement_may_not(self):
        seen = persistent(390 * DAY, renewals=4)
        measurement = labelled(seen, label=label(Category.ANALYTICS, exemption=Exemption.EXEMPT))

        assert finding("L05", measurement).outcome is Outcome.FAIL

    def test_several_are_counted(self):
        answer = finding("L05", *(cookie(persistent(90 * DAY, name, renewals=1)) for name in "ab"))

        assert answer.summary == "2 cookies begin their lifetimes anew on every visit."


class TestNecessary:
    @staticmethod
    def necessary(*observations, **changes):
        return labelled(*observations, label=label(**changes))

    def test_more_than_a_year_fails(self):
        answer = finding("L06", self.necessary(persistent(730 * DAY)))

        assert answer.outcome is Outcome.FAIL
        assert answer.summary == "One cookie called necessary lives longer than a year."
        assert answer.items[0].detail == "lives 730 days, a year is 366"

    def test_a_year_passes(self):
        assert finding("L06", self.necessary(persistent(366 * DAY))).outcome is Outcome.PASS

    def test_a_name_known_for_a_necessary_purpose_counts_whatever_a_database_calls_it(self):
        signed_in = self.necessary(
            persistent(730 * DAY, ".ASPXAUTH"),
            category=Category.FUNCTIONAL,
            exemption_ground=ExemptionGround.AUTHENTICATION,
        )

        assert finding("L06", signed_in).outcome is Outcome.FAIL

    @pytest.mark.parametrize(
        "changes",
        [
            {"category": Category.MARKETING},
            {"category": Category.FUNCTIONAL},
            {"exemption_ground": ExemptionGround.CONSENT_CHOICE},
        ],
    )
    def test_other_purposes_and_the_consent_choice_have_rules_of_their_own(self, changes):
        assert finding("L06", self.necessary(persistent(730 * DAY), **changes)).outcome is (
            Outcome.NOT_EVALUABLE
        )

    def test_what_is_left_in_the_store_does_not_prove_that_it_ends_in_time(self):
        assert finding("L06", self.necessary(in_store(300 * DAY))).outcome is Outcome.NOT_EVALUABLE
        assert finding("L06", self.necessary(in_store(390 * DAY))).outcome is Outcome.FAIL
