"""Pieces that several sentences share: scores, counts, findings, and the next steps."""

from __future__ import annotations

from typing import Any

from scanjobs.domain.english import counted
from scanjobs.domain.events import Event
from scanjobs.notifications.telling import ToldFinding
from scanjobs.notifications.words import VERDICTS, command

MOST_NAMES = 10
"""That an event carries; where there are fewer, these are all."""
_KINDS = {"added": "Fails now.", "removed": "Does not fail any more.", "changed": "Fails in another way."}


def findings(facts: dict[str, Any], words: str) -> tuple[ToldFinding, ...]:
    """Rules that failed or changed; `words` is the fact that says how."""
    return tuple(
        ToldFinding(
            rule_id=str(one.get("rule_id", "")),
            title=str(one.get("title", "")),
            severity=str(one.get("severity", "")),
            words=_KINDS.get(str(one.get(words)), str(one.get(words) or "")),
        )
        for one in facts.get("findings") or ()
    )


def with_rest(names: list[str], count: int) -> tuple[str, ...]:
    """Names, and how many more there are."""
    rest = count - len(names) if len(names) >= MOST_NAMES else 0
    return (*names, f"and {rest:,} more") if rest > 0 else tuple(names)


def problem(facts: dict[str, Any]) -> dict[str, Any]:
    """What went wrong and what to do about it."""
    return {"problem": facts.get("error"), "remedy": facts.get("hint")}


def of_scan(event: Event) -> tuple[tuple[str, str], ...]:
    """What one can do with a scan."""
    if not event.scan_id:
        return ()
    scan = event.scan_id[:8]
    return (
        ("See its findings and cookies", command("show", scan)),
        ("Have a report written", command("report", scan, "--format", "pdf", "--wait")),
    )


def of_job(event: Event) -> tuple[tuple[str, str], ...]:
    """What one can do with a job."""
    if not event.job_id:
        return ()
    job = event.job_id[:8]
    return (
        ("See what happened", command("jobs", "show", job)),
        ("Try it again", command("jobs", "retry", job)),
    )


def of_entry(event: Event) -> tuple[tuple[str, str], ...]:
    """What one can do with an entry of the schedule."""
    return (("See the entry", command("schedule", "show", event.subject)),) if event.subject else ()


def score(facts: dict[str, Any]) -> str:
    """The score, or why there is none."""
    value = facts.get("score")
    return "no score, the evidence is too thin" if value is None else f"{value} of 100"


def verdict(facts: dict[str, Any]) -> str | None:
    """The verdict in words."""
    name = facts.get("verdict")
    return VERDICTS.get(name, name) if name else None


def count_of(value: Any, noun: str = "", plural: str | None = None) -> str | None:
    """A count, alone or with what is counted; None where it is not known."""
    if value is None:
        return None
    return counted(value, noun, plural) if noun else number(value)


def number(value: Any) -> str:
    """A number as one reads it."""
    return f"{value:,.1f}".removesuffix(".0") if isinstance(value, (int, float)) else str(value)
