"""Judges what was found one by one, and keeps what could not be judged apart from what passed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scanjobs.domain.cookies import CookieOrigin, ObservedCookie, Party
from scanjobs.domain.findings import FindingItem, Outcome
from scanjobs.domain.labels import LabelledCookie, LabelledStorage
from scanjobs.domain.storage import StorageKind, StoredItem
from scanjobs.rules.registry import Verdict
from scanjobs.sites import host_of, party_of

SECONDS_PER_DAY = 86_400

Answer = str | bool | None
"""What is wrong as a detail for the report; True: nothing; None: it could not be seen."""

Labelled = LabelledCookie | LabelledStorage

_STORES = {
    StorageKind.LOCAL: "localStorage",
    StorageKind.SESSION: "sessionStorage",
    StorageKind.INDEXED_DB: "IndexedDB",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """The cookies (and stored items) of a scan, by what came out."""

    wrong: tuple[Labelled, ...]
    right: tuple[Labelled, ...]
    unknown: tuple[Labelled, ...]
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


def judge_whole(found: Iterable[Labelled], question: Callable[[Labelled], Answer]) -> Judged:
    """Put one question to every cookie or stored item, whatever each phase showed of it."""
    answers = [(thing, question(thing)) for thing in found]
    return Judged(
        wrong=tuple(thing for thing, answer in answers if isinstance(answer, str)),
        right=tuple(thing for thing, answer in answers if answer is True),
        unknown=tuple(thing for thing, answer in answers if answer is None or answer is False),
        items=tuple(
            item for thing, answer in answers if isinstance(answer, str) for item in _items_of(thing, answer)
        ),
    )


def item_of(cookie: LabelledCookie, observation: ObservedCookie, detail: str) -> FindingItem:
    """One cookie in one phase as a finding shows it."""
    return FindingItem(
        subject=f"{cookie.key.name} ({observation.shown_domain})",
        detail=detail,
        phase=observation.phase,
        url=observation.first_url or None,
        observed_at=observation.observed_at,
        initiator=observation.initiator,
    )


def stored_item_of(stored: LabelledStorage, observation: StoredItem, detail: str) -> FindingItem:
    """One stored item in one phase as a finding shows it."""
    return FindingItem(
        subject=f"{stored.key.name} ({_STORES[stored.key.kind]} of {stored.key.origin})",
        detail=detail,
        phase=observation.phase,
        url=observation.first_url,
        observed_at=observation.observed_at,
        initiator=observation.initiator,
    )


def _items_of(thing: Labelled, detail: str) -> tuple[FindingItem, ...]:
    if isinstance(thing, LabelledCookie):
        return tuple(item_of(thing, observation, detail) for observation in thing.observations)
    return tuple(stored_item_of(thing, observation, detail) for observation in thing.observations)


def verdict_on(
    judged: Judged,
    *,
    wrong: str,
    right: str,
    attribute: str,
    nothing: str = "No cookie was observed, so there was nothing to judge.",
    outcome: Outcome = Outcome.FAIL,
) -> Verdict:
    """The verdict of a rule that asks the same of every cookie.

    `wrong` and `right` are its sentences where something was found and where nothing was, `nothing` where
    there was none to ask it of; `attribute` is what could not be seen of the cookies that were not judged.
    """
    if not judged.wrong and not judged.right:
        summary = _why_not(judged, attribute) if judged.unknown else nothing
        return Verdict(outcome=Outcome.NOT_EVALUABLE, summary=summary)
    unseen = _unseen(judged, attribute)
    if not judged.wrong:
        return Verdict(outcome=Outcome.PASS, summary=f"{right}{unseen}")
    return Verdict(outcome=outcome, summary=f"{wrong}{unseen}", items=judged.items)


def counted(found: Sequence[Labelled], one: str, many: str) -> str:
    """A sentence about one or several: `one` goes on after `One cookie`, `many` after `3 cookies`."""
    return f"One {_noun(found[0])} {one}." if len(found) == 1 else f"{_amount(found)} {many}."


def _noun(thing: Labelled) -> str:
    return "cookie" if isinstance(thing, LabelledCookie) else "stored item"


def _amount(found: Sequence[Labelled]) -> str:
    """`3 cookies`, `2 cookies and 1 stored item`."""
    numbers = Counter(map(_noun, found))
    return " and ".join(f"{number} {noun}{'' if number == 1 else 's'}" for noun, number in numbers.items())


def is_own(url: str, site: str) -> bool:
    """Whether an address is one of the scanned site."""
    host = host_of(url)
    return host is not None and party_of(host, site) is Party.FIRST


def lifetime_of(observation: ObservedCookie) -> int | None:
    """Seconds the cookie asks to stay, or has left in the browser's store.

    0 for session cookies, None where that was not seen.
    """
    return 0 if observation.is_session else observation.lifetime_seconds


def lives_beyond(observation: ObservedCookie, seconds: int) -> bool | None:
    """Whether a cookie was given more than so many seconds; None where that was not seen.

    What is left of it in the browser's store is at most what it was given: much of it tells, little does not.
    """
    lifetime = lifetime_of(observation)
    if lifetime is None:
        return None
    if lifetime > seconds:
        return True
    is_what_was_left = observation.origin is CookieOrigin.JAR and not observation.is_session
    return None if is_what_was_left else False


def shown_lifetime(observation: ObservedCookie) -> str:
    """How long it lives as a finding says it: `lives 30 days`, or `has 30 days left`."""
    days = in_days(lifetime_of(observation) or 0)
    return f"has {days} left" if observation.origin is CookieOrigin.JAR else f"lives {days}"


def in_days(seconds: int) -> str:
    """A lifetime in whole days, rounded up where it goes beyond one."""
    days = -(-seconds // SECONDS_PER_DAY)
    return "1 day" if days == 1 else f"{days} days"


def _why_not(judged: Judged, attribute: str) -> str:
    if len(judged.unknown) == 1:
        return f"The only {_noun(judged.unknown[0])} to judge was seen without its {attribute}."
    return f"The {_amount(judged.unknown)} to judge were seen without their {attribute}."


def _unseen(judged: Judged, attribute: str) -> str:
    if not judged.unknown:
        return ""
    if len(judged.unknown) == 1:
        return f" One more could not be judged: its {attribute} was not seen."
    return f" {len(judged.unknown)} more could not be judged: their {attribute} was not seen."
