"""The verdict: what the report says in one word, and when it refuses to say one."""

from __future__ import annotations

from collections.abc import Sequence

from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports import wording
from scanjobs.reports.inventory import phases_of
from scanjobs.reports.parts import FindingPart, InventoryRow, PhaseStatus, Verdict, VerdictStatus
from scanjobs.rules.score import score_of

TOP_FINDINGS = 5
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


def judge(scan: ScanRecord, checks: Sequence[FindingPart], rows: Sequence[InventoryRow]) -> Verdict:
    """Weigh the rules' answers and the evidence they rest on."""
    failed = [check for check in checks if check.outcome is Outcome.FAIL]
    warned = [check for check in checks if check.outcome is Outcome.WARN]
    passed = [check for check in checks if check.outcome is Outcome.PASS]
    silent = tuple(check for check in checks if check.outcome is Outcome.NOT_EVALUABLE)
    grave = [check for check in failed if check.severity in GRAVE]
    reasons = _too_thin(scan, checks)
    looked_at_consent = any(check.rule_id == CORE_RULE for check in checks)
    score_withheld = _too_thin_for_a_score(checks, reasons)
    if reasons:
        status = VerdictStatus.WITHHELD
    elif grave:
        status = VerdictStatus.FAILED
    elif failed or warned:
        status = VerdictStatus.ATTENTION
    else:
        status = VerdictStatus.CLEAN
    return Verdict(
        status=status,
        headline=_headline(status, failed, warned, looked_at_consent),
        sentence=_sentence(status, failed, warned, passed, silent, looked_at_consent, score_withheld),
        reasons=reasons,
        score=None if score_withheld else score_of(scan.findings),
        score_withheld=score_withheld,
        phases=tuple(_phase_status(phase, scan, rows, failed) for phase in _phases_to_tell(scan)),
        top=tuple([*failed, *warned][:TOP_FINDINGS]),
        not_evaluable=silent,
        failed=len(failed),
        warned=len(warned),
        passed=len(passed),
    )


def _too_thin(scan: ScanRecord, checks: Sequence[FindingPart]) -> tuple[str, ...]:
    """Why no verdict can be given; empty when one can."""
    reasons = []
    if not scan.captures:
        reasons.append("The scan rests on no capture.")
    if not scan.cookies:
        reasons.append("No cookie was seen, and a capture cannot prove that there is none.")
    if not scan.complete:
        reasons.append("The scan is incomplete: part of what was captured could not be read.")
    is_grave = any(check.outcome is Outcome.FAIL and check.severity in GRAVE for check in checks)
    reasons += [check.summary for check in checks if _withholds(check, is_grave)]
    core = {check.rule_id: check.outcome for check in checks}.get(CORE_RULE)
    if core is Outcome.NOT_EVALUABLE and not is_grave:
        reasons.append(f"Whether cookies are set before any choice could not be evaluated ({CORE_RULE}).")
    if core is None and not any(check.outcome in (Outcome.FAIL, Outcome.WARN) for check in checks):
        reasons.append("No rule looked at what is stored before any choice; the consent matrix shows it.")
    if not any(check.outcome in JUDGED for check in checks):
        reasons.append("Not one rule could be evaluated.")
    return tuple(dict.fromkeys(reasons))


def _too_thin_for_a_score(checks: Sequence[FindingPart], reasons: Sequence[str]) -> str | None:
    """Why a number would promise more than was seen; None where it would not.

    Something grave that was found stands by itself, so the verdict may tell it where a score may not.
    """
    if reasons:
        return reasons[0]
    outcomes = {check.rule_id: check.outcome for check in checks}
    if outcomes.get(CORE_RULE, Outcome.NOT_EVALUABLE) is Outcome.NOT_EVALUABLE:
        return f"Whether cookies are set before any choice could not be evaluated ({CORE_RULE})."
    if outcomes.get(BROWSER_RULE) is Outcome.FAIL:
        return f"The browser that was recorded refused third-party cookies ({BROWSER_RULE})."
    return None


def _withholds(check: FindingPart, is_grave: bool) -> bool:
    """Whether a rule about the evidence answers that there is too little of it."""
    if check.outcome is Outcome.NOT_EVALUABLE:
        return check.rule_id == EVIDENCE_RULE
    is_about_evidence = check.rule_id.startswith(EVIDENCE_FAMILY) and check.outcome is Outcome.FAIL
    return is_about_evidence and not (is_grave and check.rule_id == BROWSER_RULE)


def _headline(
    status: VerdictStatus,
    failed: Sequence[FindingPart],
    warned: Sequence[FindingPart],
    looked_at_consent: bool,
) -> str:
    if status is VerdictStatus.WITHHELD:
        return "No verdict: the evidence is too thin"
    if status is VerdictStatus.FAILED:
        return f"{wording.counted(len(failed), 'rule')} failed{_how_many_critical(failed)}"
    if status is VerdictStatus.ATTENTION:
        grave = ", none of them grave" if looked_at_consent else ""
        return f"{wording.counted(len(failed) + len(warned), 'point')} to look at{grave}"
    return "Nothing was found by the rules that could be evaluated"


def _how_many_critical(failed: Sequence[FindingPart]) -> str:
    critical = sum(check.severity is Severity.CRITICAL for check in failed)
    if not critical:
        return ""
    if critical == len(failed):
        return ", and it is critical" if critical == 1 else ", all of them critical"
    return f", {critical} of them critical"


def _sentence(
    status: VerdictStatus,
    failed: Sequence[FindingPart],
    warned: Sequence[FindingPart],
    passed: Sequence[FindingPart],
    silent: Sequence[FindingPart],
    looked_at_consent: bool,
    score_withheld: str | None,
) -> str:
    evaluated = len(failed) + len(warned) + len(passed)
    counts = (
        f"Of {wording.counted(evaluated, 'rule')} that could be evaluated, {len(failed)} failed, "
        f"{len(warned)} warned and {len(passed)} passed."
    )
    if silent:
        counts += f" {wording.counted(len(silent), 'rule')} could not be evaluated, which is not a pass."
    if not looked_at_consent:
        counts += (
            " No rule judged what is stored before a choice or in spite of a refusal: see the consent matrix."
        )
    if status is not VerdictStatus.WITHHELD:
        return f"{counts} No score is given. {score_withheld}" if score_withheld else counts
    return (
        f"What was seen is reported below, but it does not carry a statement about the whole site. {counts}"
    )


def _phases_to_tell(scan: ScanRecord) -> tuple[ConsentPhase, ...]:
    """The three phases of a visit, captured or not, and the unknown one where it occurs."""
    captured = phases_of(scan)
    return tuple(phase for phase in ConsentPhase if phase is not ConsentPhase.UNKNOWN or phase in captured)


def _phase_status(
    phase: ConsentPhase,
    scan: ScanRecord,
    rows: Sequence[InventoryRow],
    failed: Sequence[FindingPart],
) -> PhaseStatus:
    seen = [row for row in rows if phase in row.phases]
    third = sum(row.party is Party.THIRD for row in seen)
    failures = sum(any(item.phase is phase for item in check.items) for check in failed)
    captured = phase in phases_of(scan)
    if not captured:
        sentence = "Not captured: nothing can be said about it."
    elif not seen:
        sentence = "Captured; no cookie was seen."
    else:
        rules = f"; named by {wording.counted(failures, 'failed rule')}" if failures else ""
        sentence = f"{wording.counted(len(seen), 'cookie')}, {wording.number(third)} by third parties{rules}."
    return PhaseStatus(
        phase=phase,
        captured=captured,
        cookies=len(seen),
        third_party_cookies=third,
        failed_rules=failures,
        sentence=sentence,
    )
