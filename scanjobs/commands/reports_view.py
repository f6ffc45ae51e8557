"""What `scanjobs reports` shows: listings, digests that were compared, what was deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from scanjobs import console
from scanjobs.config import Settings
from scanjobs.db import reports, scans
from scanjobs.db.deleted_reports import AWAITED, HELD
from scanjobs.domain.ids import short
from scanjobs.domain.reports import ReportRecord
from scanjobs.errors import NotFoundError, ReportError
from scanjobs.maintenance.reports import Deletion, FileState, Verification
from scanjobs.reports.own_templates import TemplateFile

_STYLES = {
    FileState.INTACT: "green",
    FileState.CHANGED: "bold red",
    FileState.MISSING: "yellow",
    FileState.UNREADABLE: "yellow",
}


def listing(settings: Settings, found: Sequence[ReportRecord]) -> Table:
    """One row a report."""
    sites = {scan.id: scan.site for scan in scans.list_scans(settings)}
    table = console.table("Report", "About", "Scan", "Format", "Asked for", ">Size", "Goes", "File")
    for report in found:
        table.add_row(
            console.identifier(report.id),
            console.printable(_about(report, sites)),
            console.identifier(report.scan_id or "–"),
            str(report.format),
            console.ago(report.created_at),
            "–" if report.size is None else console.file_size(report.size),
            f"{report.expires_at:%Y-%m-%d}" if report.expires_at else "–",
            _file_of(report),
        )
    return table


def _about(report: ReportRecord, sites: Mapping[str, str]) -> str:
    """The site of a report; of one about several scans its kind, and how many sites that is about."""
    if report.scan_id is not None and report.scan_id in sites:
        return sites[report.scan_id]
    named = sorted({sites[scan_id] for scan_id in report.scan_ids if scan_id in sites})
    told = named[0] if len(named) == 1 else console.counted(len(named), "site")
    return f"{report.kind} of {told}"


def templates(found: Sequence[TemplateFile]) -> Table:
    """One row a template, and whether ours or the user's is used."""
    table = console.table("Template", "What it draws", "Used")
    for template in found:
        used = "yours" if template.is_own else "ours"
        table.add_row(console.printable(template.name), template.purpose or "–", used)
    return table


def path_of(settings: Settings, prefix: str) -> Path:
    """Where the file of a report is.

    Raises:
        NotFoundError, AmbiguousIdError: there is no such report.
        ReportError: it has no file.
    """
    report = reports.find_report(settings, prefix)
    path = Path(report.path)
    if report.written_at is None:
        raise ReportError(
            f"The report {short(report.id)} has no file.",
            hint=f"`scanjobs jobs show {short(report.job_id)}` tells what became of it.",
        )
    if not path.exists():
        raise NotFoundError(
            f"The file {path} is not there any more.", hint=f"`scanjobs reports delete {short(report.id)}`"
        )
    return path


def written(settings: Settings, ids: Sequence[str] | None) -> list[ReportRecord]:
    """The reports of these ids; without ids all that were written.

    Raises:
        NotFoundError, AmbiguousIdError: there is no such report.
        ReportError: one of them has no file.
    """
    if not ids:
        return [report for report in reports.list_reports(settings) if report.written_at is not None]
    found = [reports.find_report(settings, one) for one in ids]
    for report in found:
        if report.written_at is None:
            raise ReportError(
                f"The report {short(report.id)} has no file to compare.",
                hint=f"`scanjobs jobs show {short(report.job_id)}` tells what became of it.",
            )
    return found


def verifications(verified: Sequence[Verification]) -> Table:
    """One row a report that was compared."""
    table = console.table("Report", "File", "Path")
    for one in verified:
        table.add_row(
            console.identifier(one.report.id),
            Text(str(one.state), style=_STYLES[one.state]),
            Text(console.printable(one.report.path), overflow="fold"),
        )
    return table


def show_deletions(done: Sequence[Deletion]) -> None:
    """What went, a line each, and how many."""
    gone = [one for one in done if one.is_deleted]
    for one in gone:
        told = "" if one.file == "deleted" else f"  (file {one.file})"
        console.show_line(f"{short(one.report.id)}  {console.printable(one.report.path)}{told}")
    console.say("note", f"{console.counted(len(gone), 'report')} deleted.")


def tell_refused(done: Sequence[Deletion]) -> bool:
    """Say which reports could not be deleted; whether there are any."""
    refused = [one for one in done if not one.is_deleted]
    for one in refused:
        report, job = short(one.report.id), short(one.report.job_id)
        if one.file == AWAITED:
            told = ReportError(
                f"The report {report} is yet to be written by the job {job}.",
                hint=f"Wait for it, or cancel it first: `scanjobs jobs cancel {job}`.",
            )
        elif one.file == HELD:
            told = ReportError(
                f"The report {report} stays, for a scan that it is about is held.",
                hint="`scanjobs scans --held` tells which and why; `scanjobs scans release SCAN` ends that.",
            )
        else:
            told = ReportError(f"The report {report} stays, its file is {one.file}.", hint=one.report.path)
        console.show_error(told)
    return bool(refused)


def as_json(report: ReportRecord) -> dict[str, Any]:
    """A report for programs."""
    return {**asdict(report), "options": report.options.told()}


def verification_as_json(one: Verification) -> dict[str, Any]:
    """What a comparison found, for programs."""
    return {
        "id": one.report.id,
        "state": one.state,
        "path": one.report.path,
        "size": one.report.size,
        "sha256": one.report.sha256,
        "size_now": one.size,
        "sha256_now": one.sha256,
    }


def deletion_as_json(one: Deletion) -> dict[str, Any]:
    """What was done about a report, for programs."""
    return {
        "id": one.report.id,
        "path": one.report.path,
        "is_deleted": one.is_deleted,
        "file": one.file,
    }


def _file_of(report: ReportRecord) -> Text:
    if report.written_at is None:
        return Text("none", style="dim")
    is_there = Path(report.path).exists()
    return Text("there") if is_there else Text("missing", style=_STYLES[FileState.MISSING])
