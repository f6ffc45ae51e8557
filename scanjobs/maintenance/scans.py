"""What becomes of scans: which go by age and count, and how one goes with its reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scanjobs.config import Settings
from scanjobs.db import leaving_scans, scans
from scanjobs.domain.ids import short
from scanjobs.domain.scans import ScanSummary
from scanjobs.maintenance import reports as report_life


@dataclass(frozen=True, kw_only=True, slots=True)
class OutdatedScan:
    """A scan that a retention means, and what becomes of it."""

    scan: ScanSummary
    reports: tuple[tuple[str, str], ...] = ()
    """Id and path of the reports that go with it."""
    kept: str | None = None
    """Why it stays nevertheless."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanDeletion:
    """What was done about one scan."""

    scan_id: str
    reports: tuple[report_life.Deletion, ...] = ()
    kept: str | None = None
    """Why nothing was done; None where it is gone."""


def outdated(
    settings: Settings,
    *,
    older_than: timedelta | None = None,
    keep: int | None = None,
    going: Collection[str] = (),
    now: datetime | None = None,
) -> list[OutdatedScan]:
    """The scans that a retention means, the oldest first.

    These are the older ones, those beyond the newest `keep` of each site, or, where both are given, those of
    which both hold. `going` are reports that go before, and so keep no scan.
    """
    moment = now or settings.clock.now()
    return [
        OutdatedScan(
            scan=scan,
            reports=tuple(leaving_scans.reports_with(settings, scan.id)),
            kept=leaving_scans.why_kept(settings, scan.id, moment, going=going),
        )
        for scan in reversed(list(_meant(scans.list_scans(settings), older_than, keep, moment)))
    ]


def delete(settings: Settings, scan_ids: Sequence[str]) -> list[ScanDeletion]:
    """Delete scans with their reports, files and rows together; also what an earlier run left half done."""
    done = {}
    for scan_id in scan_ids:
        kept = leaving_scans.begin(settings, scan_id, settings.clock.now())
        done[scan_id] = (
            _finish(settings, scan_id) if kept is None else ScanDeletion(scan_id=scan_id, kept=kept)
        )
    for scan_id in leaving_scans.leaving(settings):
        done[scan_id] = _finish(settings, scan_id)
    return list(done.values())


def _meant(
    newest_first: Sequence[ScanSummary], older_than: timedelta | None, keep: int | None, now: datetime
) -> Iterator[ScanSummary]:
    seen: Counter[str] = Counter()
    for scan in newest_first:
        seen[scan.site] += 1
        is_old = older_than is None or now - scan.created_at > older_than
        is_beyond = keep is None or seen[scan.site] > keep
        if is_old and is_beyond and not (older_than is None and keep is None):
            yield scan


def _finish(settings: Settings, scan_id: str) -> ScanDeletion:
    """Take away the files of a hidden scan, then its rows."""
    leaving_scans.give_up_reports(
        settings, scan_id, settings.clock.now()
    )  # a run before may have been killed
    deleted = tuple(report_life.finish(settings))
    stuck = leaving_scans.reports_with(settings, scan_id)
    if stuck:
        leaving_scans.take_back(settings, scan_id)
        told = f"the file of its report {short(stuck[0][0])} cannot be deleted"
        return ScanDeletion(scan_id=scan_id, kept=told)
    leaving_scans.forget(settings, scan_id)
    return ScanDeletion(scan_id=scan_id, reports=deleted)
