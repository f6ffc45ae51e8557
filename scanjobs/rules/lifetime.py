"""Lifetime: how long cookies ask to stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scanjobs.domain.cookies import CookieOrigin, ObservedCookie
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.labels import LabelledCookie, LabelledEvidence
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.rules.observations import (
    SECONDS_PER_DAY,
    Answer,
    Labelled,
    counted,
    in_days,
    judge_each,
    lifetime_of,
    lives_beyond,
    shown_lifetime,
    verdict_on,
)
from scanjobs.rules.profiles import Profile
from scanjobs.rules.registry import Verdict, rule

CNIL_GUIDELINES = "https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000042388179"

# So many months have more or fewer days depending on the month they begin in: the longest counts, so that
# nobody is blamed for a calendar. The day on top is for leap years and for clocks that differ.
SIX_MONTHS_DAYS = 184
TWELVE_MONTHS_DAYS = 366
THIRTEEN_MONTHS_DAYS = 396
TWENTY_FOUR_MONTHS_DAYS = 731
CALENDAR_TOLERANCE_SECONDS = SECONDS_PER_DAY

# An Expires date that means 400 days is off by the time the answer travelled and by what two clocks differ.
BROWSER_LIMIT_DAYS = 400
BROWSER_LIMIT_TOLERANCE_SECONDS = 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class _ChoiceLimit:
    """How long the consent choice may be kept in a legal area."""

    days: int
    months: str
    """In words."""
    says: str
    """What whose text says about it, as the detail of an item goes on."""
    outcome: Outcome
    """What it is to keep it longer: a failure where an authority names a longest time, else a warning."""


_CHOICE_LIMITS = {
    "fr": _ChoiceLimit(
        days=SIX_MONTHS_DAYS,
        months="six months",
        says="the CNIL recommends to keep the choice for six months",
        outcome=Outcome.FAIL,
    ),
    # The Garante names the shortest time before the question may return, not the longest.
    "it": _ChoiceLimit(
        days=SIX_MONTHS_DAYS,
        months="six months",
        says="the Garante lets the question return after six months",
        outcome=Outcome.WARN,
    ),
    "es": _ChoiceLimit(
        days=TWENTY_FOUR_MONTHS_DAYS,
        months="24 months",
        says="the AEPD recommends 24 months at most",
        outcome=Outcome.FAIL,
    ),
}
_CHOICE_LIMIT_ELSEWHERE = _ChoiceLimit(
    days=TWELVE_MONTHS_DAYS,
    months="twelve months",
    says="the EDPB recommends to ask again at appropriate intervals, taken as twelve months",
    outcome=Outcome.WARN,
)


@rule(
    "L01",
    title="The consent choice is kept for long",
    severity=Severity.MEDIUM,
    basis="CNIL, recommendation 2020-092 (six months are good practice); AEPD, guide on cookies (24 months "
    "at most); Garante, guidelines of 10 June 2021 (the question may return after six months); EDPB, "
    "Guidelines 05/2020 (consent is to be refreshed)",
    url="https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000042388197",
    valid_from=date(2020, 10, 2),
    how_to_fix="Let the cookie that keeps the choice end after six months (Max-Age=15552000), and ask again "
    "then.",
)
def choice_kept_too_long(scan: LabelledEvidence, profile: Profile) -> Verdict:
    """How long the cookies live that keep what the visitor chose, known by their names.

    More than six months fail in France and warn in Italy, more than 24 months fail in Spain, more than twelve
    months warn anywhere else. There is a day of tolerance.
    """
    limit = _CHOICE_LIMITS.get(profile.name, _CHOICE_LIMIT_ELSEWHERE)

    def is_kept_too_long(_cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        is_too_long = _lives_beyond_months(observation, limit.days)
        return f"{shown_lifetime(observation)}; {limit.says}" if is_too_long else _pass(is_too_long)

    choices = [cookie for cookie in scan.cookies if cookie.label.is_consent_choice]
    judged = judge_each(choices, is_kept_too_long)
    return verdict_on(
        judged,
        wrong=counted(
            judged.wrong,
            f"keeps the consent choice for more than {limit.months}",
            f"keep the consent choice for more than {limit.months}",
        ),
        right=f"No cookie is seen to keep the consent choice for more than {limit.months}.",
        attribute="whole lifetime",
        nothing="No cookie was observed that is known to keep the consent choice.",
        outcome=limit.outcome,
    )


@rule(
    "L02",
    title="Exempt audience measurement lives longer than 13 months",
    severity=Severity.HIGH,
    basis="CNIL, guidelines 2020-091, Art. 5 (audience measurement)",
    url=CNIL_GUIDELINES,
    valid_from=date(2020, 10, 2),
    how_to_fix="Let the cookie end after 395 days at most (Max-Age=34128000), or ask for consent to it.",
)
def exempt_measurement_too_long(scan: LabelledEvidence) -> Verdict:
    """How long the cookies live that measure the audience and are held to need no consent.

    They are those of analytics that a user or the site's declaration calls exempt. Thirteen months are taken
    as 396 days, with one day of tolerance.
    """

    def lives_too_long(_cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        is_too_long = _lives_beyond_months(observation, THIRTEEN_MONTHS_DAYS)
        detail = f"{shown_lifetime(observation)}, thirteen months are {THIRTEEN_MONTHS_DAYS}"
        return detail if is_too_long else _pass(is_too_long)

    judged = judge_each(filter(_is_exempt_measurement, scan.cookies), lives_too_long)
    return verdict_on(
        judged,
        wrong=counted(
            judged.wrong,
            "of exempt audience measurement lives longer than thirteen months",
            "of exempt audience measurement live longer than thirteen months",
        ),
        right="No exempt audience measurement is seen to live longer than thirteen months.",
        attribute="whole lifetime",
        nothing="No cookie of audience measurement is held to be exempt from consent.",
    )


@rule(
    "L03",
    title="A cookie that needs consent lives longer than 13 months",
    severity=Severity.MEDIUM,
    basis="GDPR, Art. 5(1)(e); CNIL, guidelines 2020-091 (13 months, named there for audience measurement)",
    url=CNIL_GUIDELINES,
    valid_from=date(2020, 10, 2),
    how_to_fix="Let the cookie end after 395 days at most (Max-Age=34128000), or write down why it has to "
    "live longer.",
)
def longer_than_thirteen_months(scan: LabelledEvidence) -> Verdict:
    """How long each cookie asks to stay, unless it is exempt from consent.

    Thirteen months are taken as 396 days, with one day of tolerance. The rule fails where a cookie needs
    consent and warns where that is open.
    """

    def lives_too_long(cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        is_too_long = _lives_beyond_months(observation, THIRTEEN_MONTHS_DAYS)
        if not is_too_long:
            return _pass(is_too_long)
        if cookie.label.exemption is Exemption.EXEMPT:
            return True
        doubt = _doubt_about(cookie)
        return f"{shown_lifetime(observation)}, thirteen months are {THIRTEEN_MONTHS_DAYS}{doubt}"

    judged = judge_each(scan.cookies, lives_too_long)
    return verdict_on(
        judged,
        wrong=_counted_apart(
            judged.wrong, "lives longer than thirteen months", "live longer than thirteen months"
        ),
        right="No cookie that needs consent lives longer than thirteen months.",
        attribute="whole lifetime",
        outcome=_fail_if_certain(judged.wrong),
    )


@rule(
    "L04",
    title="A cookie is asked to stay for more than 400 days",
    severity=Severity.LOW,
    basis="draft-ietf-httpbis-rfc6265bis, limits on Expires and Max-Age",
    url="https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis/",
    valid_from=date(2022, 8, 2),
    how_to_fix="Ask for 400 days at most (Max-Age=34560000): browsers shorten anything longer, so a longer "
    "lifetime in the declaration is wrong as well.",
)
def longer_than_browsers_allow(scan: LabelledEvidence) -> Verdict:
    """How long each response or script asks a cookie to be kept, against the 400 days that browsers allow."""

    def asks_for_too_much(_cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        seconds = lifetime_of(observation)
        if seconds is None or observation.origin not in (CookieOrigin.SET_COOKIE, CookieOrigin.SCRIPT):
            return None
        if seconds <= BROWSER_LIMIT_DAYS * SECONDS_PER_DAY + BROWSER_LIMIT_TOLERANCE_SECONDS:
            return True
        return f"asks for {in_days(seconds)}, browsers allow {BROWSER_LIMIT_DAYS}"

    judged = judge_each(scan.cookies, asks_for_too_much)
    return verdict_on(
        judged,
        wrong=counted(
            judged.wrong, "asks to be kept for more than 400 days", "ask to be kept for more than 400 days"
        ),
        right="No response or script asks for more than 400 days.",
        attribute="whole lifetime",
    )


@rule(
    "L05",
    title="The lifetime begins anew on every visit",
    severity=Severity.MEDIUM,
    basis="CNIL, guidelines 2020-091, Art. 5 (named there for audience measurement); GDPR, Art. 5(1)(e)",
    url=CNIL_GUIDELINES,
    valid_from=date(2020, 10, 2),
    how_to_fix="Set the cookie only where the request carries none, so that it ends when it was said to.",
)
def renewed_on_every_visit(scan: LabelledEvidence) -> Verdict:
    """Whether responses move the end of a cookie that the browser had already, so that it never comes.

    Cookies that end within a day, or with the session, are left out, and so are those exempt from consent
    unless they measure the audience. The rule fails where a cookie needs consent or measures the audience,
    and warns where that is open.
    """

    def is_renewed(cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        outlives_visit = lives_beyond(observation, SECONDS_PER_DAY)
        if outlives_visit is False or observation.renewals == 0:
            return True
        if outlives_visit is None or observation.renewals is None:
            return None
        times = "once" if observation.renewals == 1 else f"{observation.renewals} times"
        doubt = "" if _is_exempt_measurement(cookie) else _doubt_about(cookie)
        return f"its end was moved {times} while it was there; it {shown_lifetime(observation)}{doubt}"

    concerned = [
        cookie
        for cookie in scan.cookies
        if cookie.label.exemption is not Exemption.EXEMPT or _is_exempt_measurement(cookie)
    ]
    judged = judge_each(concerned, is_renewed)
    open_ones = [c for c in judged.wrong if c.label.exemption is Exemption.UNDETERMINED]
    return verdict_on(
        judged,
        wrong=counted(
            judged.wrong,
            "begins its lifetime anew on every visit",
            "begin their lifetimes anew on every visit",
        ),
        right="No response is seen to move the end of a cookie that was there already.",
        attribute="answer to a later request",
        nothing="No cookie was observed that needs consent or measures the audience.",
        outcome=Outcome.WARN if len(open_ones) == len(judged.wrong) else Outcome.FAIL,
    )


@rule(
    "L06",
    title="A cookie called necessary lives longer than a year",
    severity=Severity.LOW,
    basis="WP194 (without consent a cookie lives no longer than its purpose needs); GDPR, Art. 5(1)(e)",
    url="https://ec.europa.eu/justice/article-29/documentation/opinion-recommendation/files/2012/wp194_en.pdf",
    valid_from=date(2018, 5, 25),
    how_to_fix="Let the cookie end with what the visitor asked for, or write down why it has to live longer.",
)
def necessary_longer_than_a_year(scan: LabelledEvidence) -> Verdict:
    """How long the cookies live that are called necessary, or whose names are known for a necessary purpose.

    A year is taken as 366 days, with one day of tolerance. The consent choice has a rule of its own.
    """

    def lives_too_long(_cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        is_too_long = _lives_beyond_months(observation, TWELVE_MONTHS_DAYS)
        detail = f"{shown_lifetime(observation)}, a year is {TWELVE_MONTHS_DAYS}"
        return detail if is_too_long else _pass(is_too_long)

    judged = judge_each(filter(_is_called_necessary, scan.cookies), lives_too_long)
    return verdict_on(
        judged,
        wrong=counted(
            judged.wrong,
            "called necessary lives longer than a year",
            "called necessary live longer than a year",
        ),
        right="No cookie called necessary is seen to live longer than a year.",
        attribute="whole lifetime",
        nothing="No cookie was observed that is called necessary, beside the consent choice.",
    )


def _lives_beyond_months(observation: ObservedCookie, days: int) -> bool | None:
    return lives_beyond(observation, days * SECONDS_PER_DAY + CALENDAR_TOLERANCE_SECONDS)


def _pass(is_too_long: bool | None) -> bool | None:
    """The answer where a cookie is not known to live too long."""
    return None if is_too_long is None else True


def _is_exempt_measurement(cookie: LabelledCookie) -> bool:
    return cookie.label.category is Category.ANALYTICS and cookie.label.exemption is Exemption.EXEMPT


def _is_called_necessary(cookie: LabelledCookie) -> bool:
    label = cookie.label
    is_known_so = label.category is Category.NECESSARY or label.exemption_ground is not None
    return is_known_so and not label.is_consent_choice


def _doubt_about(cookie: LabelledCookie) -> str:
    return "" if cookie.label.exemption is Exemption.NOT_EXEMPT else "; whether it needs consent is open"


def _fail_if_certain(wrong: Sequence[Labelled]) -> Outcome:
    is_certain = any(thing.label.exemption is Exemption.NOT_EXEMPT for thing in wrong)
    return Outcome.FAIL if is_certain else Outcome.WARN


def _counted_apart(wrong: Sequence[Labelled], one: str, many: str) -> str:
    """A sentence about the cookies that need consent, and one about those of which that is open."""
    sentences = []
    for exemption, need, needs in (
        (Exemption.NOT_EXEMPT, "need", "needs"),
        (Exemption.UNDETERMINED, "may need", "may need"),
    ):
        found = [thing for thing in wrong if thing.label.exemption is exemption]
        if found:
            sentences.append(counted(found, f"that {needs} consent {one}", f"that {need} consent {many}"))
    return " ".join(sentences)
