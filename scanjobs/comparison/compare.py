"""Compares two scans: what they say differently, and what has to be known to read that."""

from __future__ import annotations

from collections.abc import Iterator

from scanjobs.comparison.changes import ComparedScan, Comparison
from scanjobs.comparison.findings import compare_findings
from scanjobs.comparison.presence import Sights, in_order
from scanjobs.comparison.sight import CHOICES, WHEN, Sight
from scanjobs.comparison.things import compare_cookies, compare_hosts, compare_storage, compare_vendors
from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.scans import ScanRecord


def compare(older: ScanRecord, newer: ScanRecord) -> Comparison:
    """What changed from one scan to the other.

    Their findings are compared as they stand in them, so both should have been judged by the same rules. What
    one scan lacks was removed, or added, only where it could have been seen there.
    """
    sights = Sights(
        older=Sight(which="older", scan=older),
        newer=Sight(which="newer", scan=newer),
    )
    cookies = compare_cookies(sights)
    findings, unchanged = compare_findings(sights, cookies.changes)
    return Comparison(
        older=_compared(sights.older),
        newer=_compared(sights.newer),
        notes=tuple(_notes(sights)),
        cookies=cookies,
        storage=compare_storage(sights),
        hosts=compare_hosts(sights),
        vendors=compare_vendors(sights),
        findings=findings,
        findings_unchanged=unchanged,
    )


def _compared(sight: Sight) -> ComparedScan:
    scan = sight.scan
    return ComparedScan(
        id=scan.id,
        site=scan.site,
        created_at=scan.created_at,
        captured_at=scan.captured_at,
        phases=in_order(sight.phases),
        sources=tuple(sorted({capture.format for capture in scan.captures})),
        complete=scan.complete,
        data_version=scan.data_version,
    )


def _notes(sights: Sights) -> Iterator[str]:
    older, newer = sights.older.scan, sights.newer.scan
    if older.site != newer.site:
        yield f"These are different sites: {older.site} and {newer.site}."
    if older.captured_at and newer.captured_at and older.captured_at > newer.captured_at:
        yield "The first scan was captured after the second one."
    for phase in CHOICES:
        has = [sight.which for sight in (sights.older, sights.newer) if phase in sight.phases]
        if len(has) == 1:
            yield f"Only the {has[0]} scan has a capture {WHEN[phase]}."
    if ConsentPhase.UNKNOWN in sights.older.phases | sights.newer.phases:
        yield "Of some captures nobody said what the visitor had chosen."
    sources = [_compared(sight).sources for sight in (sights.older, sights.newer)]
    if sources[0] != sources[1]:
        told = " and ".join(", ".join(source) for source in sources)
        yield f"The captures are of different kinds ({told}): one may show what another one does not."
    for sight in (sights.older, sights.newer):
        if not sight.scan.complete:
            yield f"The {sight.which} scan is incomplete."
    if older.data_version != newer.data_version:
        yield (
            f"Categories and vendors come from different data ({older.data_version} and "
            f"{newer.data_version}): they may have changed there and not on the site."
        )
    said = [scan.declaration.id if scan.declaration else None for scan in (older, newer)]
    if said[0] != said[1]:
        yield "They were compared with different declarations of the site."
