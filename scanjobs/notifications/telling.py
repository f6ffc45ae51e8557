"""Decides what a message says of an event; templates decide how it looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from scanjobs.domain.events import Event, EventType
from scanjobs.domain.findings import Severity
from scanjobs.notifications.one_line import one_line

LONGEST = 300
"""Characters of any word that comes from outside."""
MOST = 20
"""Things of one list."""


class Tone(StrEnum):
    """How a message wants to be met."""

    BAD = "bad"
    WARNING = "warning"
    GOOD = "good"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldFinding:
    """A rule that failed, or whose answer changed."""

    rule_id: str
    title: str
    severity: str
    words: str
    """What it found, or how it changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a message says of one event; every text is one line without anything that hides."""

    type: str
    kind: str
    """What it is about in a word or two."""
    tone: Tone
    headline: str
    summary: str
    """One more sentence, which mail programs show beside the subject."""
    moment: str
    site: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    findings: tuple[ToldFinding, ...] = ()
    more: int = 0
    """Findings that are not listed."""
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    problem: str | None = None
    remedy: str | None = None
    steps: tuple[tuple[str, str], ...] = ()
    """What one can do, and the command that does it."""


def clean(value: Any) -> Any:
    """Facts with every text in them made one line without anything that hides, and lists cut."""
    if isinstance(value, str):
        return one_line(value, LONGEST)
    if isinstance(value, Mapping):
        return {one_line(str(key), LONGEST): clean(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(inner) for inner in value[:MOST]]
    return value


def cleaned(event: Event) -> Event:
    """An event with every text of it made harmless, and without facts that are not known."""
    return replace(
        event,
        id=clean(event.id),
        site=clean(event.site),
        scan_id=clean(event.scan_id),
        report_id=clean(event.report_id),
        job_id=clean(event.job_id),
        subject=clean(event.subject),
        facts=clean({key: value for key, value in event.facts.items() if value is not None}),
    )


def narrowed(event: Event, minimum: Severity) -> Event:
    """An event without the findings below a severity."""
    ranks = list(Severity)
    told = {str(severity) for severity in ranks[: ranks.index(minimum) + 1]}
    facts = dict(event.facts)
    if facts.get("findings"):
        facts["findings"] = [one for one in facts["findings"] if one.get("severity") in told]
    if facts.get("counts"):
        facts["counts"] = {key: count for key, count in facts["counts"].items() if key in told}
        if event.type is EventType.COMPLIANCE_VIOLATION:
            facts["failed"] = sum(facts["counts"].values())
    return replace(event, facts=facts)
