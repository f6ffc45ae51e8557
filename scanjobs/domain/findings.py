"""What the rules concluded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scanjobs.domain.cookies import ConsentPhase


class Severity(StrEnum):
    """How much a failed rule weighs in a profile, gravest first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Outcome(StrEnum):
    """What a rule answers. `not_evaluable` is never a pass: the evidence was not there."""

    FAIL = "fail"
    WARN = "warn"
    PASS = "pass"  # noqa: S105 - an outcome, not a password
    INFO = "info"
    NOT_EVALUABLE = "not_evaluable"


class VerdictStatus(StrEnum):
    """What the report says in one word."""

    FAILED = "failed"
    """At least one rule of severity critical or high failed."""
    ATTENTION = "attention"
    """Nothing grave failed, but something failed or warned."""
    CLEAN = "clean"
    """No rule failed or warned among those that could be evaluated."""
    WITHHELD = "withheld"
    """The evidence is too thin to say anything about the whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingItem:
    """One thing a finding rests on."""

    subject: str
    """For instance `_ga (.example.org)`."""
    detail: str
    """What was observed, for instance `lives 730 days, 395 are allowed`."""
    phase: ConsentPhase | None = None
    url: str | None = None
    observed_at: datetime | None = None
    initiator: str | None = None
    """What had it stored or asked for: a script or document, the line after a colon."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What one rule says about one scan."""

    rule_id: str
    rule_version: str
    outcome: Outcome
    severity: Severity
    summary: str
    """One sentence in plain words."""
    items: tuple[FindingItem, ...] = ()
