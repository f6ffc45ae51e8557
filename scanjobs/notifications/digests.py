"""Gathers the events of a digest by site, the gravest news first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from scanjobs.domain.english import counted, moment
from scanjobs.domain.notifications import Outgoing
from scanjobs.notifications.sentences import told
from scanjobs.notifications.telling import Told, Tone

MOST_EVENTS = 50
"""That are listed; the others are counted. Gmail cuts pages of more than 100 KB."""
ELSEWHERE = "Without a site"


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """What a digest says."""

    every: str
    """`hourly` or `daily`."""
    headline: str
    summary: str
    """How many events of which kind, the gravest first."""
    since: str
    """When the first one happened."""
    tone: Tone
    groups: tuple[tuple[str, tuple[Told, ...]], ...]
    """Each site with its news."""
    more: int
    """Events that are not listed."""


def gathered(outgoing: Outgoing) -> Gathered:
    """A digest of events."""
    said = [told(event, outgoing.minimum_severity) for event in outgoing.events]
    said.sort(key=_gravity)
    groups: dict[str, list[Told]] = {}
    for one in said[:MOST_EVENTS]:
        groups.setdefault(one.site or ELSEWHERE, []).append(one)
    sites = len({event.site for event in outgoing.events if event.site})
    kinds = Counter(one.kind for one in said)
    return Gathered(
        every=str(outgoing.digest),
        headline=counted(len(said), "event") + (f" on {counted(sites, 'site')}" if sites else ""),
        summary=" · ".join(f"{kind} {count:,}" for kind, count in kinds.items()),
        since=moment(outgoing.events[0].happened_at),
        tone=said[0].tone,
        groups=tuple((site, tuple(news)) for site, news in groups.items()),
        more=max(0, len(said) - MOST_EVENTS),
    )


def _gravity(one: Told) -> int:
    return list(Tone).index(one.tone)
