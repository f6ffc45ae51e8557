"""What a pipeline asks of a scan: from which severity on it fails, and how it wants to be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scanjobs.domain.findings import Severity


class Threshold(StrEnum):
    """From which severity on a finding makes a check fail."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NEVER = "never"

    def reaches(self, severity: Severity) -> bool:
        """Whether a finding of this severity counts; one of severity info never does."""
        if self is Threshold.NEVER:
            return False
        gravest_first = list(Severity)
        return gravest_first.index(severity) <= gravest_first.index(Severity(self))


class CheckFormat(StrEnum):
    """How the result of a check is told."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    JUNIT = "junit"
    SARIF = "sarif"


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """On what terms a check fails."""

    fail_on: Threshold
    warnings: bool = False
    """Whether rules that warn count as rules that fail do."""
    require_evidence: bool = False
    """Whether a verdict that has to be withheld makes the check fail as well."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Acceptance:
    """One finding that somebody accepted."""

    rule_id: str
    subject: str
    """As the finding names it; empty where the rule names nothing in particular."""
    fingerprint: str
    reason: str
    expires: date | None
    """The last day it counts, UTC; None: it does not end."""

    def holds_on(self, day: date) -> bool:
        """Whether it still counts."""
        return self.expires is None or day <= self.expires


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """The findings of a site that were accepted."""

    site: str | None
    """The site they are of; None: of any."""
    accepted: tuple[Acceptance, ...]
    """At most one for each fingerprint."""
