"""Evidence: whether the captures show enough to judge the site at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.evidence import Capture, Gap, GapKind
from scanjobs.domain.findings import FindingItem, Outcome, Severity
from scanjobs.domain.labels import LabelledEvidence
from scanjobs.rules.registry import Verdict, rule

_CHOICES = {
    ConsentPhase.BEFORE: "before any choice",
    ConsentPhase.ACCEPTED: "after accepting",
    ConsentPhase.REJECTED: "after rejecting",
}


@rule(
    "E02",
    title="The captures lack cookies or phases",
    severity=Severity.INFO,
    basis="GDPR, Art. 5(2) (accountability): what was not seen cannot be shown",
    url="https://eur-lex.europa.eu/eli/reg/2016/679/oj",
    valid_from=date(2018, 5, 25),
    how_to_fix="Record the site three times from a fresh profile (before any choice, after accepting, after "
    "rejecting), export with sensitive data, and import the files with their phases.",
)
def captures_incomplete(scan: LabelledEvidence) -> Verdict:
    """Whether all three consent phases were captured, whole and with their cookies."""
    items = (*_missing_phases(scan), *_gaps(scan))
    if not scan.cookies:
        return Verdict(
            outcome=Outcome.NOT_EVALUABLE,
            summary="No cookie was observed: the site may set none, or the captures may lack them.",
            items=items,
        )
    if not items:
        return Verdict(outcome=Outcome.PASS, summary="All three consent phases were captured completely.")
    missing = [choice for phase, choice in _CHOICES.items() if phase not in scan.evidence.phases]
    sentences = [f"Nothing was captured {_listed(missing)}."] if missing else []
    if len(items) > len(missing):
        sentences.append("Something could not be seen in what was captured; the items say what.")
    return Verdict(outcome=Outcome.WARN, summary=" ".join(sentences), items=items)


def _missing_phases(scan: LabelledEvidence) -> Iterator[FindingItem]:
    """One item for each consent phase nobody captured."""
    for phase, choice in _CHOICES.items():
        if phase not in scan.evidence.phases:
            yield FindingItem(
                subject=f"phase {phase.value}", detail=f"nothing was captured {choice}", phase=phase
            )


def _gaps(scan: LabelledEvidence) -> Iterator[FindingItem]:
    """One item for each place where a capture could not be seen into, said once a file."""
    gaps = scan.evidence.gaps
    for gap in gaps:
        yield FindingItem(subject=gap.file_name or "captures", detail=gap.detail, phase=gap.phase)
    for capture in scan.evidence.captures:
        explained = {gap.kind for gap in gaps if _is_about(gap, capture)}
        if not capture.complete and GapKind.TRUNCATED not in explained:
            yield _item_of(capture, "the file is incomplete")
        if capture.phase is ConsentPhase.UNKNOWN and GapKind.UNKNOWN_PHASE not in explained:
            yield _item_of(capture, "nobody said what the visitor had chosen")


def _is_about(gap: Gap, capture: Capture) -> bool:
    """Whether a gap is one of this capture; files of two folders share names, so the phase counts too."""
    return gap.file_name in (None, capture.file_name) and gap.phase in (None, capture.phase)


def _item_of(capture: Capture, detail: str) -> FindingItem:
    return FindingItem(
        subject=capture.file_name,
        detail=detail,
        phase=capture.phase,
        url=capture.page_url,
        observed_at=capture.captured_at,
    )


def _listed(words: list[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
