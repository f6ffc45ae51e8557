"""How a site stands by the answers of the rules: verdict and score, or why the evidence carries neither."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scanjobs.domain.findings import Finding, Outcome, Severity, VerdictStatus
from scanjobs.domain.scans import ScanRecord
from scanjobs.rules.score import score_of

GRAVE = (Severity.CRITICAL, Severity.HIGH)
EVIDENCE_FAMILY = "E"
"""Rules about the evidence itself: a failure withholds the verdict, a warning does not."""
EVIDENCE_RULE = "E02"
"""Whether there is any evidence: no answer to this withholds the verdict as well."""
BROWSER_RULE = "E03"
"""Where the browser refused cookies, what was found in spite of that still counts."""
CORE_RULE = "C01"
"""Cookies before any choice: without an answer to this nobody can say that nothing was found."""
JUDGED = (Outcome.FAIL, Outcome.WARN, Outcome.PASS)

_OUTCOMES = {
    outcome: rank
    for rank, outcome in enumerate(
        (Outcome.FAIL, Outcome.WARN, Outcome.NOT_EVALUABLE, Outcome.INFO, Outcome.PASS)
    )
}
_SEVERITIES = {severity: rank for rank, severity in enumerate(Severity)}


class Doubt(StrEnum):
    """Why the evidence is too thin."""

    NO_CAPTURE = "no_capture"
    NO_COOKIE = "no_cookie"
    INCOMPLETE = "incomplete"
    EVIDENCE_RULE = "evidence_rule"
    """A rule about the evidence says so, in a sentence of its own."""
    CORE_UNKNOWN = "core_unknown"
    """Whether cookies are set before any choice could not be evaluated."""
    NOBODY_LOOKED = "nobody_looked"
    """No rule looked at what is stored before any choice."""
    NOTHING_EVALUATED = "nothing_evaluated"
    COOKIES_REFUSED = "cookies_refused"
    """The browser refused third-party cookies."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A doubt, and the sentence of the rule that raised it, where one did."""

    doubt: Doubt
    sentence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a site stands."""

    status: VerdictStatus
    score: int | None
    """0 to 100; None where the evidence is too thin for one."""
    reasons: tuple[Reason, ...]
    """Why no verdict is given; nothing where one is."""
    score_withheld: Reason | None
    """Why no score is given."""


def by_weight(findings: Iterable[Finding]) -> list[Finding]:
    """Answers of rules, those that failed first, and of these the gravest."""
    return sorted(findings, key=lambda one: (_OUTCOMES[one.outcome], _SEVERITIES[one.severity], one.rule_id))


def standing_of(scan: ScanRecord) -> Standing:
    """Weigh the rules' answers and the evidence they rest on."""
    findings = by_weight(scan.findings)
    failed = [finding for finding in findings if finding.outcome is Outcome.FAIL]
    is_grave = any(finding.severity in GRAVE for finding in failed)
    reasons = tuple(dict.fromkeys(_too_thin(scan, findings, is_grave=is_grave)))
    withheld = _too_thin_for_a_score(_outcomes(findings), reasons)
    if reasons:
        status = VerdictStatus.WITHHELD
    elif is_grave:
        status = VerdictStatus.FAILED
    elif failed or any(finding.outcome is Outcome.WARN for finding in findings):
        status = VerdictStatus.ATTENTION
    else:
        status = VerdictStatus.CLEAN
    return Standing(
        status=status,
        score=None if withheld else score_of(scan.findings),
        reasons=reasons,
        score_withheld=withheld,
    )


def _too_thin(scan: ScanRecord, findings: Sequence[Finding], *, is_grave: bool) -> Iterator[Reason]:
    """Why no verdict can be given; nothing when one can."""
    if not scan.captures:
        yield Reason(Doubt.NO_CAPTURE)
    if not scan.cookies:
        yield Reason(Doubt.NO_COOKIE)
    if not scan.complete:
        yield Reason(Doubt.INCOMPLETE)
    for finding in findings:
        if _withholds(finding, is_grave=is_grave):
            yield Reason(Doubt.EVIDENCE_RULE, finding.summary)
    outcomes = _outcomes(findings)
    core = outcomes.get(CORE_RULE)
    if core is Outcome.NOT_EVALUABLE and not is_grave:
        yield Reason(Doubt.CORE_UNKNOWN)
    if core is None and not {Outcome.FAIL, Outcome.WARN} & set(outcomes.values()):
        yield Reason(Doubt.NOBODY_LOOKED)
    if not any(outcome in JUDGED for outcome in outcomes.values()):
        yield Reason(Doubt.NOTHING_EVALUATED)


def _too_thin_for_a_score(outcomes: Mapping[str, Outcome], reasons: Sequence[Reason]) -> Reason | None:
    """Why a number would promise more than was seen; None where it would not.

    Something grave that was found stands by itself, so the verdict may tell it where a score may not.
    """
    if reasons:
        return reasons[0]
    if outcomes.get(CORE_RULE, Outcome.NOT_EVALUABLE) is Outcome.NOT_EVALUABLE:
        return Reason(Doubt.CORE_UNKNOWN)
    if outcomes.get(BROWSER_RULE) is Outcome.FAIL:
        return Reason(Doubt.COOKIES_REFUSED)
    return None


def _outcomes(findings: Iterable[Finding]) -> dict[str, Outcome]:
    return {finding.rule_id: finding.outcome for finding in findings}


def _withholds(finding: Finding, *, is_grave: bool) -> bool:
    """Whether a rule about the evidence answers that there is too little of it."""
    if finding.outcome is Outcome.NOT_EVALUABLE:
        return finding.rule_id == EVIDENCE_RULE
    is_about_evidence = finding.rule_id.startswith(EVIDENCE_FAMILY) and finding.outcome is Outcome.FAIL
    return is_about_evidence and not (is_grave and finding.rule_id == BROWSER_RULE)
