"""Decides whether a cookie may be stored without consent: a curated list, and doubt where it is silent.

To call a tracking cookie exempt is the worst error this program can make, so the list is short, counts on the
site's own domain only, and gives way whenever anything speaks against it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from importlib import resources
from itertools import chain
from typing import Any

from scanjobs.domain.cookies import Party
from scanjobs.domain.purposes import Category, Exemption, ExemptionGround

TRACKING = frozenset({Category.ANALYTICS, Category.MARKETING})
# Below this a tracking label is a guess, and a guess condemns nobody.
ADEQUATE_CONFIDENCE = 0.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """What we say about consent for one cookie."""

    exemption: Exemption
    reason: str
    ground: ExemptionGround | None = None
    """What the list knows the name for, where only the lifetime may speak against it."""
    is_curated: bool = False
    """Whether the list, and nobody else, says that it is exempt."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CuratedEntry:
    """One group of the curated list."""

    exemption: Exemption
    reason: str
    authority: str
    max_days: int | None
    """How long such a cookie may live; None where that is a question of its own."""
    ground: ExemptionGround | None = None
    """None where the entry is not exempt."""


class CuratedList:
    """The cookies somebody has thought about, by name, by prefix and by the form of the whole name."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._names: dict[str, CuratedEntry] = {}
        self._prefixes: dict[str, CuratedEntry] = {}
        self._patterns: list[tuple[re.Pattern[str], CuratedEntry]] = []
        for exemption in (Exemption.EXEMPT, Exemption.UNDETERMINED):
            for group in document[exemption.value]:
                ground = group.get("ground")
                entry = CuratedEntry(
                    exemption=exemption,
                    reason=group["reason"],
                    authority=document["sources"][group["source"]]["title"],
                    max_days=group.get("max_days"),
                    ground=ExemptionGround(ground) if ground else None,
                )
                self._names.update(dict.fromkeys(group.get("names", ()), entry))
                self._prefixes.update(dict.fromkeys(group.get("prefixes", ()), entry))
                self._patterns += [(re.compile(form), entry) for form in group.get("patterns", ())]

    def find(self, name: str) -> CuratedEntry | None:
        """What the list says about a name."""
        if name in self._names:
            return self._names[name]
        by_prefix = (e for prefix, e in self._prefixes.items() if name.startswith(prefix))
        by_form = (e for form, e in self._patterns if form.fullmatch(name))
        return next(chain(by_prefix, by_form), None)


@lru_cache(maxsize=1)
def curated_list() -> CuratedList:
    """The bundled list."""
    text = resources.files(__package__).joinpath("data/exempt.toml").read_text(encoding="utf-8")
    return CuratedList(tomllib.loads(text))


def objection(
    entry: CuratedEntry, *, party: Party, category: Category, lifetime_seconds: int | None
) -> str | None:
    """Why an exempt entry does not carry for this cookie; None where nothing speaks against it.

    The lifetime is 0 for a session cookie and None where it is not known.
    """
    if party is Party.THIRD:
        return "The name is known for an exempt purpose, but the cookie belongs to another site's domain."
    if category in TRACKING:
        return f"The name is known for an exempt purpose and for {category.value} as well."
    if entry.max_days is None:
        return None
    limit = "1 day" if entry.max_days == 1 else f"{entry.max_days} days"
    if lifetime_seconds is None:
        return (
            f"The name is known for an exempt purpose that needs no cookie longer than {limit}, but how long "
            "this one lives was not seen."
        )
    if timedelta(seconds=lifetime_seconds) > timedelta(days=entry.max_days):
        return f"The name is known for an exempt purpose, but that needs no cookie longer than {limit}."
    return None


def judge(
    name: str,
    *,
    party: Party,
    category: Category,
    confidence: float,
    lifetime_seconds: int | None,
    who: str = "A database",
) -> Ruling:
    """Whether a cookie of this purpose may be stored without consent; `who` gave the purpose."""
    entry = curated_list().find(name)
    is_known = entry is not None and party is Party.FIRST and category not in TRACKING
    ground = entry.ground if entry is not None and is_known else None
    if entry is not None and entry.exemption is Exemption.EXEMPT:
        against = objection(entry, party=party, category=category, lifetime_seconds=lifetime_seconds)
        if against is None:
            return Ruling(
                exemption=Exemption.EXEMPT,
                reason=f"{entry.reason.rstrip('.')} ({entry.authority}).",
                ground=ground,
                is_curated=True,
            )
    elif entry is not None:
        against = entry.reason
    else:
        against = _UNDETERMINED_REASONS.get(category, "").format(who=who)
    # A listed name on the site's own domain is left open at worst: somebody knows a harmless use of it.
    is_listed_here = entry is not None and party is Party.FIRST
    if category not in TRACKING or is_listed_here:
        return Ruling(exemption=Exemption.UNDETERMINED, reason=against or _GUESS, ground=ground)
    if confidence < ADEQUATE_CONFIDENCE:
        return Ruling(exemption=Exemption.UNDETERMINED, reason=_GUESS)
    return Ruling(exemption=Exemption.NOT_EXEMPT, reason=_NOT_EXEMPT_REASONS[category])


def as_a_user_says(exemption: Exemption, reason: str | None, ruling: Ruling) -> Ruling:
    """What a user has decided, in place of a ruling."""
    told = f"A user says so: {reason.rstrip('.')}." if reason else "A user says so."
    return Ruling(exemption=exemption, reason=told, ground=ruling.ground)


def needs_consent(category: Category, *, who: str) -> Ruling:
    """What follows where somebody who knows says that it serves analytics or marketing."""
    return Ruling(
        exemption=Exemption.NOT_EXEMPT,
        reason=f"{who} says that it serves {category.value}. {_NOT_EXEMPT_REASONS[category]}",
    )


_GUESS = "It is probably used for analytics or marketing, but that is not certain enough to say."
_NOT_EXEMPT_REASONS = {
    Category.ANALYTICS: "Audience measurement needs consent unless a national exemption is shown to apply.",
    Category.MARKETING: "Advertising and tracking across sites need consent.",
}
_UNDETERMINED_REASONS = {
    Category.NECESSARY: "{who} calls it necessary; which service asked for needs it has to be shown.",
    Category.FUNCTIONAL: "{who} calls it functional, which can mean necessary or just convenient.",
    Category.UNCLASSIFIED: "Its purpose is unknown.",
}
