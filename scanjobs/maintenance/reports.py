"""What becomes of written reports: compared with what was recorded, deleted, cleaned up by age and count."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from scanjobs.config import Settings
from scanjobs.db import deleted_reports, held_scans, reports, scans
from scanjobs.domain.reports import ReportKind, ReportRecord

CHUNK = 500
"""Reports that are marked in one transaction."""
ABANDONED_AFTER = timedelta(days=1)
"""An unfinished file that is so old belongs to nobody any more."""


class FileState(StrEnum):
    """How the file of a report is beside what was recorded."""

    INTACT = "intact"
    CHANGED = "changed"
    MISSING = "missing"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What became of the file of one report."""

    report: ReportRecord
    state: FileState
    size: int | None
    """Bytes that it has now."""
    sha256: str | None
    """The digest that it has now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deletion:
    """What was done about one report."""

    report: ReportRecord
    is_deleted: bool
    """False where it stays: a job may still write it, its scan is held, its file cannot be deleted."""
    file: str
    """What became of its file: deleted, missing, none, or kept and why."""


def verify(report: ReportRecord) -> Verification:
    """Compare the file of a written report with its recorded size and SHA-256."""
    size, sha256 = None, None
    try:
        with Path(report.path).open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except (FileNotFoundError, NotADirectoryError):
        state = FileState.MISSING
    except OSError:
        state = FileState.UNREADABLE
    else:
        is_same = (size, sha256) == (report.size, report.sha256)
        state = FileState.INTACT if is_same else FileState.CHANGED
    return Verification(report=report, state=state, size=size, sha256=sha256)


def delete(settings: Settings, found: Sequence[ReportRecord], *, force: bool = False) -> list[Deletion]:
    """Delete reports, file and row together; what an earlier run left half done is finished too.

    A file that somebody changed since it was written stays, unless `force`.
    """
    asked = {report.id: report for report in found}
    ids: list[str] = list(asked)
    kept: dict[str, str] = {}
    for start in range(0, len(ids), CHUNK):
        kept |= deleted_reports.mark_deleted(settings, ids[start : start + CHUNK], settings.clock.now())
    done = {one.report.id: one for one in finish(settings, forced=asked if force else ())}
    refused = {
        report_id: Deletion(report=asked[report_id], is_deleted=False, file=why)
        for report_id, why in kept.items()
    }
    told = done | refused
    return [told[report.id] for report in found if report.id in told]


def finish(settings: Settings, *, forced: Collection[str] = ()) -> list[Deletion]:
    """Take away the files and rows of all reports that were given up, by whomever."""
    return [
        # As it is now: since it was looked up it may have been written.
        _take_away(settings, report, force=report.id in forced)
        for report in deleted_reports.marked_reports(settings)
    ]


def outdated(
    settings: Settings,
    *,
    older_than: timedelta | None = None,
    keep: int | None = None,
    now: datetime | None = None,
) -> list[ReportRecord]:
    """The written reports that a cleanup takes, oldest first.

    These are those whose own time is over, wherever they lie; and of those in the reports folder that have
    no time of their own: the older ones, those beyond the newest `keep` of each site and format, or, where
    both are given, those of which both hold. What is about a scan that is held stays.
    """
    moment = now or settings.clock.now()
    held = held_scans.held_reports(settings)
    written = [
        report
        for report in reports.list_reports(settings)
        if report.written_at is not None and report.id not in held
    ]
    taken = [report for report in written if report.expires_at is not None and report.expires_at <= moment]
    if older_than is not None or keep is not None:
        governed = [
            report
            for report in written
            if report.expires_at is None and settings.is_in_reports_folder(report.path)
        ]
        beyond = set(_beyond(settings, governed, keep))
        taken += [
            report
            for report in governed
            if (older_than is None or moment - report.created_at > older_than)
            and (keep is None or report.id in beyond)
        ]
    return sorted(taken, key=lambda report: report.created_at)


def clean_up(settings: Settings) -> list[Deletion]:
    """What happens every night: reports go as the settings say, and unfinished files of killed workers."""
    days, count = settings.reports_days, settings.reports_count
    taken = outdated(
        settings, older_than=timedelta(days=days) if days else None, keep=count if count else None
    )
    _remove_unfinished(settings)
    return delete(settings, taken)


def _beyond(settings: Settings, newest_first: Iterable[ReportRecord], keep: int | None) -> Iterator[str]:
    """The reports of each site and format that come after its newest `keep`."""
    sites = {scan.id: scan.site for scan in scans.list_scans(settings)}
    seen: Counter[tuple[ReportKind, str, str]] = Counter()
    for report in newest_first:
        # A comparison belongs to the site of its newer scan, a portfolio to none.
        of_one = report.scan_ids[-1:] if report.kind is ReportKind.COMPARISON else ()
        scan_id = report.scan_id or "".join(of_one)
        group = (report.kind, sites.get(scan_id, ""), report.format)
        seen[group] += 1
        if keep is not None and seen[group] > keep:
            yield report.id


def _take_away(settings: Settings, report: ReportRecord, *, force: bool) -> Deletion:
    """Delete the file of a report that was given up, then its row."""
    if report.written_at is None:
        deleted_reports.forget_report(settings, report.id, lambda: None)
        return Deletion(report=report, is_deleted=True, file="none")
    state = verify(report).state
    goes = force or state is FileState.INTACT
    path = Path(report.path).resolve()  # of a link, what we wrote is what it points at

    def remove() -> None:
        if goes:
            path.unlink(missing_ok=True)

    try:
        had_its_place = deleted_reports.forget_report(settings, report.id, remove)
    except OSError as error:
        deleted_reports.take_back(settings, report.id)
        reason = (error.strerror or str(error)).lower()
        return Deletion(report=report, is_deleted=False, file=f"kept: {reason}")
    if state is FileState.MISSING:
        what = "missing"
    elif not had_its_place:
        what = "kept: another report has its place"
    elif not goes:
        what = f"kept: {state}"
    else:
        what = "deleted"
    return Deletion(report=report, is_deleted=True, file=what)


def _remove_unfinished(settings: Settings) -> None:
    # Only file systems without nameless files have them; see `files.put_in_place`.
    limit = (settings.clock.now() - ABANDONED_AFTER).timestamp()
    for path in settings.reports_folder.glob(".*.part"):
        with suppress(OSError):
            if path.stat().st_mtime < limit:
                path.unlink()
