"""The verdict: what the report says in one word, and when it refuses to say one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.findings import Outcome, Severity
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.inventory import phases_of
from scanjobs.reports.listed import InventoryRow
from scanjobs.reports.parts import (
    FindingPart,
    PhaseStatus,
    Verdict,
    VerdictStatus,
)
from scanjobs.reports.words import Words
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


def judge(
    scan: ScanRecord,
    checks: Sequence[FindingPart],
    rows: Sequence[InventoryRow],
    words: Words,
    since: str | None = None,
) -> Verdict:
    """Weigh the rules' answers and the evidence they rest on; `since` tells what changed in one sentence."""
    failed = [check for check in checks if check.outcome is Outcome.FAIL]
    warned = [check for check in checks if check.outcome is Outcome.WARN]
    passed = [check for check in checks if check.outcome is Outcome.PASS]
    silent = tuple(check for check in checks if check.outcome is Outcome.NOT_EVALUABLE)
    grave = [check for check in failed if check.severity in GRAVE]
    reasons = tuple(dict.fromkeys(_too_thin(scan, checks, words)))
    looked_at_consent = any(check.rule_id == CORE_RULE for check in checks)
    score_withheld = _too_thin_for_a_score(checks, reasons, words)
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
        headline=_headline(status, failed, warned, looked_at_consent, words),
        sentence=" ".join(
            _sentences(status, failed, warned, passed, silent, looked_at_consent, score_withheld, words)
        ),
        reasons=reasons,
        score=None if score_withheld else score_of(scan.findings),
        score_withheld=score_withheld,
        phases=tuple(_phase_status(phase, scan, rows, failed, words) for phase in _phases_to_tell(scan)),
        top=tuple([*failed, *warned][:TOP_FINDINGS]),
        not_evaluable=silent,
        failed=len(failed),
        warned=len(warned),
        passed=len(passed),
        since=since,
    )


def score_where_given(scan: ScanRecord, checks: Sequence[FindingPart], words: Words) -> int | None:
    """The compliance score of a scan, 0 to 100; None where its evidence is too thin for one."""
    withheld = _too_thin_for_a_score(checks, tuple(_too_thin(scan, checks, words)), words)
    return None if withheld else score_of(scan.findings)


def _too_thin(scan: ScanRecord, checks: Sequence[FindingPart], words: Words) -> Iterator[str]:
    """Why no verdict can be given; nothing when one can."""
    is_grave = any(check.outcome is Outcome.FAIL and check.severity in GRAVE for check in checks)
    if not scan.captures:
        yield words("The scan rests on no capture.")
    if not scan.cookies:
        yield words("No cookie was seen, and a capture cannot prove that there is none.")
    if not scan.complete:
        yield words("The scan is incomplete: part of what was captured could not be read.")
    yield from (check.summary for check in checks if _withholds(check, is_grave))
    core = {check.rule_id: check.outcome for check in checks}.get(CORE_RULE)
    if core is Outcome.NOT_EVALUABLE and not is_grave:
        yield _core_unknown(words)
    if core is None and not any(check.outcome in (Outcome.FAIL, Outcome.WARN) for check in checks):
        yield words("No rule looked at what is stored before any choice; the consent matrix shows it.")
    if not any(check.outcome in JUDGED for check in checks):
        yield words("Not one rule could be evaluated.")


def _too_thin_for_a_score(checks: Sequence[FindingPart], reasons: Sequence[str], words: Words) -> str | None:
    """Why a number would promise more than was seen; None where it would not.

    Something grave that was found stands by itself, so the verdict may tell it where a score may not.
    """
    if reasons:
        return reasons[0]
    outcomes = {check.rule_id: check.outcome for check in checks}
    if outcomes.get(CORE_RULE, Outcome.NOT_EVALUABLE) is Outcome.NOT_EVALUABLE:
        return _core_unknown(words)
    if outcomes.get(BROWSER_RULE) is Outcome.FAIL:
        return words("The browser that was recorded refused third-party cookies ({rule}).", rule=BROWSER_RULE)
    return None


def _core_unknown(words: Words) -> str:
    return words("Whether cookies are set before any choice could not be evaluated ({rule}).", rule=CORE_RULE)


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
    words: Words,
) -> str:
    if status is VerdictStatus.WITHHELD:
        return words("No verdict: the evidence is too thin")
    if status is VerdictStatus.FAILED:
        return words.plural(len(failed), "{number} rule failed", "{number} rules failed") + _critical(
            failed, words
        )
    if status is VerdictStatus.ATTENTION:
        points = len(failed) + len(warned)
        if looked_at_consent:
            return words.plural(
                points,
                "{number} point to look at, not grave",
                "{number} points to look at, none of them grave",
            )
        return words.plural(points, "{number} point to look at", "{number} points to look at")
    return words("Nothing was found by the rules that could be evaluated")


def _critical(failed: Sequence[FindingPart], words: Words) -> str:
    """How many of the failures are critical, as the end of a headline."""
    critical = sum(check.severity is Severity.CRITICAL for check in failed)
    if not critical:
        return ""
    if critical == len(failed):
        return words(", and it is critical") if critical == 1 else words(", all of them critical")
    return words.plural(critical, ", {number} of them critical", ", {number} of them critical")


def _sentences(
    status: VerdictStatus,
    failed: Sequence[FindingPart],
    warned: Sequence[FindingPart],
    passed: Sequence[FindingPart],
    silent: Sequence[FindingPart],
    looked_at_consent: bool,
    score_withheld: str | None,
    words: Words,
) -> Iterator[str]:
    if status is VerdictStatus.WITHHELD:
        yield words(
            "What was seen is reported below, but it does not carry a statement about the whole site."
        )
    yield words.plural(
        len(failed) + len(warned) + len(passed),
        "Of {number} rule that could be evaluated, {failed} failed, {warned} warned and {passed} passed.",
        "Of {number} rules that could be evaluated, {failed} failed, {warned} warned and {passed} passed.",
        failed=len(failed),
        warned=len(warned),
        passed=len(passed),
    )
    if silent:
        yield words.plural(
            len(silent),
            "{number} rule could not be evaluated, which is not a pass.",
            "{number} rules could not be evaluated, which is not a pass.",
        )
    if not looked_at_consent:
        yield words(
            "No rule judged what is stored before a choice or in spite of a refusal: see the consent matrix."
        )
    if score_withheld and status is not VerdictStatus.WITHHELD:
        yield words("No score is given.")
        yield score_withheld


def _phases_to_tell(scan: ScanRecord) -> tuple[ConsentPhase, ...]:
    """The three phases of a visit, captured or not, and the unknown one where it occurs."""
    captured = phases_of(scan)
    return tuple(phase for phase in ConsentPhase if phase is not ConsentPhase.UNKNOWN or phase in captured)


def _phase_status(
    phase: ConsentPhase,
    scan: ScanRecord,
    rows: Sequence[InventoryRow],
    failed: Sequence[FindingPart],
    words: Words,
) -> PhaseStatus:
    seen = [row for row in rows if phase in row.phases]
    third = sum(row.party is Party.THIRD for row in seen)
    failures = sum(any(item.phase is phase for item in check.items) for check in failed)
    captured = phase in phases_of(scan)
    if not captured:
        sentence = words("Not captured: nothing can be said about it.")
    elif not seen and not failures:
        sentence = words("Captured; no cookie was seen.")
    else:
        sentence = words.plural(
            len(seen),
            "{number} cookie, {third} by third parties",
            "{number} cookies, {third} by third parties",
            third=words.number(third),
        )
        if failures:
            named = words.plural(failures, "named by {number} failed rule", "named by {number} failed rules")
            sentence = words("; ").join((sentence, named))
        sentence += "."
    return PhaseStatus(
        phase=phase,
        captured=captured,
        cookies=len(seen),
        third_party_cookies=third,
        failed_rules=failures,
        sentence=sentence,
    )
