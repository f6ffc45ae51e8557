"""Judges cookies one observation at a time, and keeps what could not be judged apart from what passed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scanjobs.domain.cookies import ObservedCookie
from scanjobs.domain.findings import FindingItem, Outcome
from scanjobs.domain.labels import LabelledCookie
from scanjobs.rules.registry import Verdict

SECONDS_PER_DAY = 86_400

Answer = str | bool | None
"""What is wrong as a detail for the report; True: nothing; None: it could not be seen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """The cookies of a scan, by what came out."""

    wrong: tuple[LabelledCookie, ...]
    right: tuple[LabelledCookie, ...]
    unknown: tuple[LabelledCookie, ...]
    """Not one observation told enough to judge them."""
    items: tuple[FindingItem, ...]
    """One per wrong cookie and phase."""


def judge_each(
    cookies: Iterable[LabelledCookie], question: Callable[[LabelledCookie, ObservedCookie], Answer]
) -> Judged:
    """Put one question to every observation of every cookie."""
    wrong: list[LabelledCookie] = []
    right: list[LabelledCookie] = []
    unknown: list[LabelledCookie] = []
    items: list[FindingItem] = []
    for cookie in cookies:
        answers = [(observation, question(cookie, observation)) for observation in cookie.observations]
        details = [(observation, answer) for observation, answer in answers if isinstance(answer, str)]
        items.extend(item_of(cookie, observation, detail) for observation, detail in details)
        if details:
            wrong.append(cookie)
        elif any(answer is True for _, answer in answers):
            right.append(cookie)
        else:
            unknown.append(cookie)
    return Judged(wrong=tuple(wrong), right=tuple(right), unknown=tuple(unknown), items=tuple(items))


def item_of(cookie: LabelledCookie, observation: ObservedCookie, detail: str) -> FindingItem:
    """One cookie in one phase as a finding shows it."""
    return FindingItem(
        subject=f"{cookie.key.name} ({observation.shown_domain})",
        detail=detail,
        phase=observation.phase,
        url=observation.first_url,
        observed_at=observation.observed_at,
    )


def verdict_on(
    judged: Judged,
    *,
    wrong: str,
    right: str,
    attribute: str,
    outcome: Outcome = Outcome.FAIL,
) -> Verdict:
    """The verdict of a rule that asks the same of every cookie.

    `wrong` and `right` are its sentences where something was found and where nothing was; `attribute` is what
    could not be seen of the cookies that were not judged.
    """
    if not judged.wrong and not judged.right:
        return Verdict(outcome=Outcome.NOT_EVALUABLE, summary=_why_not(judged, attribute))
    unseen = _unseen(judged, attribute)
    if not judged.wrong:
        return Verdict(outcome=Outcome.PASS, summary=f"{right}{unseen}")
    return Verdict(outcome=outcome, summary=f"{wrong}{unseen}", items=judged.items)


def counted(cookies: Sequence[LabelledCookie], one: str, many: str) -> str:
    """A sentence about one cookie or several: `one` goes on after `One cookie`, `many` after `3 cookies`."""
    return f"One cookie {one}." if len(cookies) == 1 else f"{len(cookies)} cookies {many}."


def in_days(seconds: int) -> str:
    """A lifetime in whole days, rounded up where it goes beyond one."""
    days = -(-seconds // SECONDS_PER_DAY)
    return "1 day" if days == 1 else f"{days} days"


def _why_not(judged: Judged, attribute: str) -> str:
    if not judged.unknown:
        return "No cookie was observed, so there was nothing to judge."
    if len(judged.unknown) == 1:
        return f"The only cookie to judge was seen without its {attribute}."
    return f"The {len(judged.unknown)} cookies to judge were seen without their {attribute}."


def _unseen(judged: Judged, attribute: str) -> str:
    if not judged.unknown:
        return ""
    if len(judged.unknown) == 1:
        return f" One more could not be judged: its {attribute} was not seen."
    return f" {len(judged.unknown)} more could not be judged: their {attribute} was not seen."
