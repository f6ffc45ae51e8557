"""Writes one report: load, decide, draw, put the file in place, record it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from scanjobs import __version__, classification
from scanjobs.config import Settings
from scanjobs.db import reports, scans
from scanjobs.domain.clock import Clock
from scanjobs.domain.reports import ReportKind, ReportRecord, ReportVersions
from scanjobs.domain.subject import about
from scanjobs.errors import ReportError
from scanjobs.files import write_atomically
from scanjobs.reports.branding import load_branding
from scanjobs.reports.document import build_document, rules_version
from scanjobs.reports.formats import SHEETS, renderer_for, sheet_renderer_for
from scanjobs.reports.history import history_of
from scanjobs.reports.sheet import open_sheet
from scanjobs.reports.write_overview import OnProgress, Written, write_overview

logger = logging.getLogger(__name__)


def generate_report(
    settings: Settings, job_id: str, on_progress: OnProgress, *, clock: Clock | None = None
) -> dict[str, Any]:
    """Write the report that a job was accepted for; running it twice gives the same file and the same row.

    Raises:
        ReportError: the report is not recorded, or its scan is gone.
        StorageError: the file cannot be written.
    """
    report = reports.report_of_job(settings, job_id)
    if report is None:
        raise ReportError("The report of this job is not recorded any more.", hint="Submit it again.")
    if report.scan_id is not None:
        about(scan_id=report.scan_id, site=scans.find_scan(settings, report.scan_id).site)
    write = _write_scan if report.kind is ReportKind.SCAN else write_overview
    written = write(settings, report, on_progress)
    is_wanted = reports.complete_report(
        settings,
        report.id,
        written_at=(clock or settings.clock).now(),
        size=written.size,
        sha256=written.sha256,
        versions=written.versions,
    )
    if not is_wanted:
        if not reports.has_report(settings, report.path):
            Path(report.path).unlink(missing_ok=True)
        raise ReportError("The report was deleted while it was written.", hint="Submit it again.")
    logger.info(
        f"Report written: {report.path}",
        extra={
            "event": "report_written",
            "report_id": report.id,
            "format": str(report.format),
            "path": report.path,
            "size": written.size,
        },
    )
    return {
        "report_id": report.id,
        "format": str(report.format),
        "path": report.path,
        "size": written.size,
        "sha256": written.sha256,
    }


def _write_scan(settings: Settings, report: ReportRecord, on_progress: OnProgress) -> Written:
    """The report of one scan."""
    write = _write_sheet if report.format in SHEETS else _write_document
    return write(settings, report, on_progress)


def _write_document(settings: Settings, report: ReportRecord, on_progress: OnProgress) -> Written:
    """Decide everything, then draw it."""
    on_progress(0, "Loading the scan")
    scan = scans.load_scan(settings, report.scan_id or "")
    on_progress(15, "Deciding what it says")
    document = build_document(
        scan,
        report,
        tool_version=__version__,
        databases=classification.known_databases(settings),
        history=history_of(settings, scan),
        branding=load_branding(settings),
    )
    renderer = renderer_for(report.format)
    on_progress(25, "Drawing")

    def drawn(percent: float, phase: str) -> None:
        on_progress(25 + percent * 0.7, phase)

    size, sha256 = write_atomically(Path(report.path), lambda file: renderer.render(document, file, drawn))
    versions = ReportVersions(tool=__version__, rules=rules_version(scan), data=scan.data_version)
    return Written(size, sha256, versions)


def _write_sheet(settings: Settings, report: ReportRecord, on_progress: OnProgress) -> Written:
    """Write the rows as they are read."""
    renderer = sheet_renderer_for(report.format)

    def written(percent: float, phase: str) -> None:
        on_progress(percent * 0.95, phase)

    with open_sheet(settings, report.scan_id or "", report.options) as sheet:
        size, sha256 = write_atomically(Path(report.path), lambda file: renderer.write(sheet, file, written))
        versions = ReportVersions(tool=__version__, rules=sheet.rules_version, data=sheet.data_version)
        return Written(size, sha256, versions)
