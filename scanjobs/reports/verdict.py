"""The verdict: what the report says in one word, and when it refuses to say one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.findings import Outcome, Severity, VerdictStatus
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.inventory import phases_of
from scanjobs.reports.listed import InventoryRow
from scanjobs.reports.parts import (
    FindingPart,
    PhaseStatus,
    Verdict,
)
from scanjobs.reports.words import Words
from scanjobs.rules.standing import BROWSER_RULE, CORE_RULE, Doubt, Reason, standing_of

TOP_FINDINGS = 5


def judge(
    scan: ScanRecord,
    checks: Sequence[FindingPart],
    rows: Sequence[InventoryRow],
    words: Words,
    since: str | None = None,
) -> Verdict:
    """Say how the site stands by the rules' answers; `since` tells what changed in one sentence."""
    failed = [check for check in checks if check.outcome is Outcome.FAIL]
    warned = [check for check in checks if check.outcome is Outcome.WARN]
    passed = [check for check in checks if check.outcome is Outcome.PASS]
    silent = tuple(check for check in checks if check.outcome is Outcome.NOT_EVALUABLE)
    standing = standing_of(scan)
    status = standing.status
    score_withheld = _told(standing.score_withheld, words) if standing.score_withheld else None
    looked_at_consent = any(check.rule_id == CORE_RULE for check in checks)
    return Verdict(
        status=status,
        headline=_headline(status, failed, warned, looked_at_consent, words),
        sentence=" ".join(
            _sentences(status, failed, warned, passed, silent, looked_at_consent, score_withheld, words)
        ),
        reasons=tuple(dict.fromkeys(_told(reason, words) for reason in standing.reasons)),
        score=standing.score,
        score_withheld=score_withheld,
        phases=tuple(_phase_status(phase, scan, rows, failed, words) for phase in _phases_to_tell(scan)),
        top=tuple([*failed, *warned][:TOP_FINDINGS]),
        not_evaluable=silent,
        failed=len(failed),
        warned=len(warned),
        passed=len(passed),
        since=since,
    )


def _told(reason: Reason, words: Words) -> str:
    """Why the evidence is too thin, in a sentence."""
    match reason.doubt:
        case Doubt.NO_CAPTURE:
            return words("The scan rests on no capture.")
        case Doubt.NO_COOKIE:
            return words("No cookie was seen, and a capture cannot prove that there is none.")
        case Doubt.INCOMPLETE:
            return words("The scan is incomplete: part of what was captured could not be read.")
        case Doubt.EVIDENCE_RULE:
            return reason.sentence
        case Doubt.CORE_UNKNOWN:
            return words(
                "Whether cookies are set before any choice could not be evaluated ({rule}).", rule=CORE_RULE
            )
        case Doubt.NOBODY_LOOKED:
            return words("No rule looked at what is stored before any choice; the consent matrix shows it.")
        case Doubt.NOTHING_EVALUATED:
            return words("Not one rule could be evaluated.")
        case Doubt.COOKIES_REFUSED:
            return words(
                "The browser that was recorded refused third-party cookies ({rule}).", rule=BROWSER_RULE
            )


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
