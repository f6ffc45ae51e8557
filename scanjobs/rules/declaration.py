"""Declaration: what visitors can be told about the cookies of a site."""

from __future__ import annotations

from datetime import date

from scanjobs.domain.cookies import ObservedCookie
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.labels import LabelledCookie, LabelledEvidence
from scanjobs.domain.purposes import Category
from scanjobs.rules.observations import Answer, counted, judge_each, verdict_on
from scanjobs.rules.registry import Verdict, rule


@rule(
    "D04",
    title="A cookie without a known purpose",
    severity=Severity.MEDIUM,
    basis="Good practice: a purpose nobody knows cannot be explained to visitors (GDPR, Art. 13)",
    url="https://eur-lex.europa.eu/eli/reg/2016/679/oj",
    valid_from=date(2018, 5, 25),
    how_to_fix="Find out who sets the cookie and what for, and add it to the declaration, or remove it: "
    "visitors cannot be told a purpose that nobody knows.",
)
def purpose_unknown(scan: LabelledEvidence) -> Verdict:
    """Cookies that no source gives a purpose; each warns, because somebody who knows the site has to say."""

    def has_no_purpose(cookie: LabelledCookie, _observation: ObservedCookie) -> Answer:
        if cookie.label.category is not Category.UNCLASSIFIED:
            return True
        vendor = f"; the domain belongs to {cookie.label.vendor}" if cookie.label.vendor else ""
        return f"its name and domain tell no purpose{vendor}"

    judged = judge_each(scan.cookies, has_no_purpose)
    return verdict_on(
        judged,
        wrong=counted(judged.wrong, "has no known purpose", "have no known purpose"),
        right="Every cookie has a known purpose.",
        attribute="name",
        outcome=Outcome.WARN,
    )
