"""Writes one report: load, decide, draw, put the file in place, record it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from scanjobs import __version__, classification
from scanjobs.config import Settings
from scanjobs.db import reports, scans
from scanjobs.domain.clock import Clock
from scanjobs.domain.reports import ReportVersions
from scanjobs.errors import ReportError
from scanjobs.files import write_atomically
from scanjobs.reports.document import build_document
from scanjobs.reports.formats import renderer_for
from scanjobs.reports.history import history_of

OnProgress = Callable[[float, str], None]
"""Called with percent, 0 to 100, and what is being done."""


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
    on_progress(0, "Loading the scan")
    scan = scans.load_scan(settings, report.scan_id or "")
    on_progress(15, "Deciding what it says")
    document = build_document(
        scan,
        report,
        tool_version=__version__,
        databases=classification.known_databases(settings),
        history=history_of(settings, scan),
    )
    renderer = renderer_for(report.format)
    on_progress(25, "Drawing")

    def drawn(percent: float, phase: str) -> None:
        on_progress(25 + percent * 0.7, phase)

    size, sha256 = write_atomically(Path(report.path), lambda file: renderer.render(document, file, drawn))
    is_wanted = reports.complete_report(
        settings,
        report.id,
        written_at=(clock or settings.clock).now(),
        size=size,
        sha256=sha256,
        versions=ReportVersions(
            tool=document.identification.tool_version,
            rules=document.identification.rules_version,
            data=document.identification.data_version,
        ),
    )
    if not is_wanted:
        Path(report.path).unlink(missing_ok=True)
        raise ReportError("The report was deleted while it was written.", hint="Submit it again.")
    return {
        "report_id": report.id,
        "format": str(report.format),
        "path": report.path,
        "size": size,
        "sha256": sha256,
    }
