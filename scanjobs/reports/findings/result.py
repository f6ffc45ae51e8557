"""What a check concludes: frozen values that every format draws and none adds to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scanjobs.domain.checks import Acceptance, Terms
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.evidence import Capture
from scanjobs.domain.findings import FindingItem, Outcome, VerdictStatus
from scanjobs.errors import ExitCode
from scanjobs.reports import wording
from scanjobs.reports.parts import FindingPart, Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """One thing that a rule names: a cookie, a stored item, a host; in all phases it was found in."""

    subject: str
    """Empty where the rule names nothing in particular and speaks of the scan as a whole."""
    fingerprint: str
    """The same in every scan; see `domain.fingerprints`."""
    items: tuple[FindingItem, ...]
    acceptance: Acceptance | None
    """The entry of the baseline that accepts it; None where none does, or not any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleResult:
    """What one rule says, and what of it was accepted."""

    check: FindingPart
    subjects: tuple[Subject, ...]
    """At least one where the rule failed or warned, else none; in the order of the finding."""
    counts: bool
    """Whether it makes the check fail."""

    @property
    def open(self) -> tuple[Subject, ...]:
        """What was not accepted."""
        return tuple(subject for subject in self.subjects if subject.acceptance is None)

    @property
    def accepted(self) -> tuple[Subject, ...]:
        """What was accepted."""
        return tuple(subject for subject in self.subjects if subject.acceptance is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class BaselineUse:
    """What came of the entries of a baseline."""

    used: int
    """Entries that accept something in this scan."""
    expired: tuple[Acceptance, ...] = ()
    """Found in this scan, and accepted until a day that has passed: they count."""
    stale: tuple[Acceptance, ...] = ()
    """Not found any more, although their rule was evaluated."""
    unseen: tuple[Acceptance, ...] = ()
    """Of rules that could not be evaluated: nobody knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckResult:
    """Whether a scan passes, and why."""

    scan_id: str
    site: str
    page_url: str | None
    created_at: datetime
    captured_at: datetime | None
    phases: tuple[ConsentPhase, ...]
    captures: tuple[Capture, ...]
    profile: str
    profile_title: str
    tool_version: str
    """Of the scanjobs whose rules judged."""
    data_version: str
    terms: Terms
    rules: tuple[RuleResult, ...]
    """Every rule, gravest answers first."""
    verdict: Verdict
    baseline: BaselineUse | None
    """None where none was given."""

    def of(self, outcome: Outcome) -> tuple[RuleResult, ...]:
        """The rules that answered so."""
        return tuple(result for result in self.rules if result.check.outcome is outcome)

    @property
    def counting(self) -> tuple[RuleResult, ...]:
        """The rules that make the check fail."""
        return tuple(result for result in self.rules if result.counts)

    @property
    def found(self) -> tuple[RuleResult, ...]:
        """The rules that failed or warned."""
        return tuple(result for result in self.rules if result.subjects)

    @property
    def accepted(self) -> tuple[tuple[RuleResult, Subject], ...]:
        """Everything that was accepted, with its rule."""
        return tuple((result, subject) for result in self.rules for subject in result.accepted)

    @property
    def is_withheld(self) -> bool:
        """Whether the evidence is too thin for a verdict."""
        return self.verdict.status is VerdictStatus.WITHHELD

    @property
    def exit_code(self) -> ExitCode:
        """What the process tells the shell; what was found weighs more than what could not be seen."""
        if self.counting:
            return ExitCode.FINDINGS
        if self.is_withheld and self.terms.require_evidence:
            return ExitCode.FAILURE
        return ExitCode.OK

    @property
    def headline(self) -> str:
        """The result in one sentence."""
        where = f"at or above {self.terms.fail_on}"
        if self.counting:
            told = _names(self.counting)
            return f"Failed: {wording.counted(len(self.counting), 'rule')} {where}: {told}."
        if self.is_withheld:
            return "No verdict: the evidence is too thin to say that nothing is wrong."
        if self.terms.fail_on == "never":
            return "Passed, whatever was found: nothing makes this check fail."
        return f"Passed: no finding {where} among the rules that could be evaluated."


def _names(results: Sequence[RuleResult]) -> str:
    return ", ".join(result.check.rule_id for result in results)
