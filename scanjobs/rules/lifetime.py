"""Lifetime: how long cookies ask to stay."""

from __future__ import annotations

from datetime import date

from scanjobs.domain.cookies import CookieOrigin, ObservedCookie
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.labels import LabelledCookie, LabelledEvidence
from scanjobs.domain.purposes import Exemption
from scanjobs.rules.observations import SECONDS_PER_DAY, Answer, counted, in_days, judge_each, verdict_on
from scanjobs.rules.registry import Verdict, rule

# Thirteen months are 393 to 396 days, depending on the month they begin in: the longest counts, so that
# nobody is blamed for a calendar. The day on top is for leap years (397 days) and for clocks that differ.
THIRTEEN_MONTHS_DAYS = 396
THIRTEEN_MONTHS_TOLERANCE_SECONDS = SECONDS_PER_DAY

# An Expires date that means 400 days is off by the time the answer travelled and by what two clocks differ.
BROWSER_LIMIT_DAYS = 400
BROWSER_LIMIT_TOLERANCE_SECONDS = 3600


@rule(
    "L03",
    title="A cookie that needs consent lives longer than 13 months",
    severity=Severity.MEDIUM,
    basis="GDPR, Art. 5(1)(e); CNIL, guidelines 2020-091 (13 months, named there for audience measurement)",
    url="https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000042388179",
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
        seconds = _lifetime(observation)
        if seconds is None:
            return None
        limit = THIRTEEN_MONTHS_DAYS * SECONDS_PER_DAY + THIRTEEN_MONTHS_TOLERANCE_SECONDS
        if seconds <= limit or cookie.label.exemption is Exemption.EXEMPT:
            return True
        doubt = "" if cookie.label.exemption is Exemption.NOT_EXEMPT else "; whether it needs consent is open"
        return f"lives {in_days(seconds)}, thirteen months are {THIRTEEN_MONTHS_DAYS}{doubt}"

    judged = judge_each(scan.cookies, lives_too_long)
    certain = [cookie for cookie in judged.wrong if cookie.label.exemption is Exemption.NOT_EXEMPT]
    open_ones = [cookie for cookie in judged.wrong if cookie.label.exemption is Exemption.UNDETERMINED]
    sentences = (
        certain
        and counted(
            certain,
            "that needs consent lives longer than thirteen months",
            "that need consent live longer than thirteen months",
        ),
        open_ones
        and counted(
            open_ones,
            "that may need consent lives longer than thirteen months",
            "that may need consent live longer than thirteen months",
        ),
    )
    return verdict_on(
        judged,
        wrong=" ".join(sentence for sentence in sentences if sentence),
        right="No cookie that needs consent lives longer than thirteen months.",
        attribute="lifetime",
        outcome=Outcome.FAIL if certain else Outcome.WARN,
    )


@rule(
    "L04",
    title="A response asks for a cookie of more than 400 days",
    severity=Severity.LOW,
    basis="draft-ietf-httpbis-rfc6265bis, limits on Expires and Max-Age",
    url="https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis/",
    valid_from=date(2022, 8, 2),
    how_to_fix="Ask for 400 days at most (Max-Age=34560000): browsers shorten anything longer, so a longer "
    "lifetime in the declaration is wrong as well.",
)
def longer_than_browsers_allow(scan: LabelledEvidence) -> Verdict:
    """How long each Set-Cookie line asks to be kept, against the 400 days that browsers allow."""

    def asks_for_too_much(_cookie: LabelledCookie, observation: ObservedCookie) -> Answer:
        seconds = _lifetime(observation)
        if seconds is None or observation.origin is not CookieOrigin.SET_COOKIE:
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
        right="No response asks for more than 400 days.",
        attribute="lifetime",
    )


def _lifetime(observation: ObservedCookie) -> int | None:
    """Seconds the cookie asks to stay, 0 for session cookies, None where that was not seen."""
    return 0 if observation.is_session else observation.lifetime_seconds
