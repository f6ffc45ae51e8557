"""Decides what a scan gives to tell: that it is there, what fails, what changed, what is unusual."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor
from statistics import median
from typing import Any

from scanjobs import rules
from scanjobs.comparison import ChangeKind, Comparison
from scanjobs.domain.cookies import Party
from scanjobs.domain.events import Event, EventType
from scanjobs.domain.findings import Finding, Outcome, Severity
from scanjobs.domain.ids import new_id
from scanjobs.domain.scans import ScanCounts, ScanRecord
from scanjobs.errors import CaptureError
from scanjobs.rules.standing import by_weight, standing_of

MOST_FINDINGS, MOST_NAMES = 20, 10
"""So many of them an event names; it counts them all."""
FEWEST_SCANS, MOST_SCANS = 4, 10
"""Of so many earlier scans it is known what is usual for a site."""

_REAL = (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED)
_SEVERITIES = list(Severity)


@dataclass(frozen=True, slots=True)
class Usual:
    """What earlier scans make one expect of a number."""

    middle: float
    low: int
    """The least that is usual, and the most."""
    high: int


def of_new_scan(
    scan: ScanRecord, comparison: Comparison | None, earlier: Sequence[ScanCounts]
) -> tuple[Event, ...]:
    """What is to be told when a scan becomes visible.

    Args:
        scan: The new scan.
        comparison: With the scan of the site before it; None where there is none.
        earlier: What the last scans before it counted that saw as much as this one, up to `MOST_SCANS`.
    """
    found = [_imported(scan), _violation(scan, scan.created_at, job_id=None)]
    if comparison is not None and comparison.has_changes:
        found.append(_changed(scan, comparison))
    found.append(_anomaly(scan, earlier))
    return tuple(event for event in found if event is not None)


def of_judging_anew(
    before: ScanRecord, after: ScanRecord, happened_at: datetime, *, job_id: str | None
) -> tuple[Event, ...]:
    """What is to be told when a scan was labelled and judged anew: that a rule fails which did not."""
    if not {one.rule_id for one in _failed(after)} - {one.rule_id for one in _failed(before)}:
        return ()
    violation = _violation(after, happened_at, job_id=job_id)
    return () if violation is None else (violation,)


def of_failed_import(
    error: CaptureError, file_names: Sequence[str], site: str | None, happened_at: datetime
) -> Event:
    """What is to be told of files that could not be taken in."""
    return Event(
        id=new_id(),
        type=EventType.SCAN_FAILED,
        happened_at=happened_at,
        site=site,
        subject=next(iter(file_names), None),
        facts={"files": list(file_names), "error": error.message, "hint": error.hint},
    )


def counts_of(scan: ScanRecord) -> ScanCounts:
    """What is compared with earlier scans; whose host it is counts once, however many of them there are."""
    third = [host for host in scan.hosts if host.party is Party.THIRD]
    return ScanCounts(
        cookies=len(scan.cookies),
        third_party_cookies=sum(cookie.party is Party.THIRD for cookie in scan.cookies),
        third_parties=len({host.vendor or host.contact.host for host in third}),
    )


def usual_of(numbers: Sequence[int]) -> Usual:
    """Around the median, as far as these numbers scatter themselves, and never closer than a few.

    One scan that was far off, or two, do not move it.
    """
    middle = median(numbers)
    scatter = median(abs(number - middle) for number in numbers)
    # 1.4826 makes of the scatter what a standard deviation would be.
    margin = max(3 * 1.4826 * scatter, 0.3 * middle, 3)
    return Usual(middle, max(0, ceil(middle - margin)), floor(middle + margin))


def _imported(scan: ScanRecord) -> Event:
    standing, counts = standing_of(scan), counts_of(scan)
    return _event(
        scan,
        EventType.SCAN_IMPORTED,
        {
            "cookies": counts.cookies,
            "third_party_cookies": counts.third_party_cookies,
            "storage": len(scan.storage),
            "hosts": len({host.contact.host for host in scan.hosts}),
            "phases": [str(phase) for phase in scan.phases],
            "complete": scan.complete,
            "score": standing.score,
            "verdict": str(standing.status),
            "failed_rules": len(_failed(scan)),
        },
    )


def _violation(scan: ScanRecord, happened_at: datetime, *, job_id: str | None) -> Event | None:
    failed = _failed(scan)
    if not failed:
        return None
    severities = [finding.severity for finding in failed]
    return Event(
        id=new_id(),
        type=EventType.COMPLIANCE_VIOLATION,
        happened_at=happened_at,
        site=scan.site,
        severity=severities[0],
        scan_id=scan.id,
        job_id=job_id,
        facts={
            "failed": len(failed),
            "score": standing_of(scan).score,
            "counts": {str(one): severities.count(one) for one in dict.fromkeys(severities)},
            "findings": [
                {
                    "rule_id": finding.rule_id,
                    "title": _title(finding.rule_id),
                    "severity": str(finding.severity),
                    "summary": finding.summary,
                    "items": len(finding.items),
                }
                for finding in failed[:MOST_FINDINGS]
            ],
        },
    )


def _changed(scan: ScanRecord, comparison: Comparison) -> Event:
    changes = [change for part in comparison.sections.values() for change in part.changes]
    names = {kind: [one.thing.name for one in changes if one.kind is kind] for kind in _REAL}
    findings = [finding for finding in comparison.findings if finding.kind in _REAL]
    findings.sort(key=lambda finding: _SEVERITIES.index(finding.severity))
    older = comparison.older
    return _event(
        scan,
        EventType.CHANGE_DETECTED,
        {
            "older_scan_id": older.id,
            "since": (older.captured_at or older.created_at).isoformat(),
            **{str(kind): len(names[kind]) for kind in _REAL},
            "added_names": list(dict.fromkeys(names[ChangeKind.ADDED]))[:MOST_NAMES],
            "removed_names": list(dict.fromkeys(names[ChangeKind.REMOVED]))[:MOST_NAMES],
            "findings": [
                {
                    "rule_id": finding.rule_id,
                    "title": _title(finding.rule_id),
                    "kind": str(finding.kind),
                    "severity": str(finding.severity),
                }
                for finding in findings[:MOST_FINDINGS]
            ],
        },
    )


def _anomaly(scan: ScanRecord, earlier: Sequence[ScanCounts]) -> Event | None:
    if len(earlier) < FEWEST_SCANS or not scan.complete:
        return None
    measures = list(_measures(counts_of(scan), earlier))
    if not measures:
        return None
    return _event(scan, EventType.ANOMALY_DETECTED, {"scans": len(earlier), "measures": measures})


def _measures(counts: ScanCounts, earlier: Sequence[ScanCounts]) -> Iterator[dict[str, Any]]:
    """The numbers that are far from what is usual."""
    for name, value, before in (
        ("cookies", counts.cookies, [one.cookies for one in earlier]),
        ("third-party cookies", counts.third_party_cookies, [one.third_party_cookies for one in earlier]),
        ("third parties", counts.third_parties, [one.third_parties for one in earlier]),
    ):
        usual = usual_of(before)
        if not usual.low <= value <= usual.high:
            middle = int(usual.middle) if usual.middle == int(usual.middle) else usual.middle
            yield {"name": name, "value": value, "usual": middle, "low": usual.low, "high": usual.high}


def _failed(scan: ScanRecord) -> list[Finding]:
    """What failed, gravest first."""
    return [finding for finding in by_weight(scan.findings) if finding.outcome is Outcome.FAIL]


def _title(rule_id: str) -> str:
    return rules.find(rule_id).title


def _event(scan: ScanRecord, type: EventType, facts: dict[str, Any]) -> Event:
    return Event(
        id=new_id(), type=type, happened_at=scan.created_at, site=scan.site, scan_id=scan.id, facts=facts
    )
