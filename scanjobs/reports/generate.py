"""Writes one report: load, decide, draw, put the file in place, record it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from scanjobs import __version__, classification
from scanjobs.config import Settings
from scanjobs.db import reports, scans
from scanjobs.domain.clock import Clock
from scanjobs.domain.ids import new_id, short
from scanjobs.domain.reports import ReportFormat, ReportOptions, ReportRecord, ReportVersions
from scanjobs.errors import ReportError, StorageError, UsageError
from scanjobs.files import errors_explained, refuse_what_is_no_file, write_atomically
from scanjobs.reports.document import build_document
from scanjobs.reports.formats import renderer_for
from scanjobs.reports.history import history_of
from scanjobs.reports.languages import words_in

OnProgress = Callable[[float, str], None]
"""Called with percent, 0 to 100, and what is being done."""


def accept_report(
    settings: Settings,
    job_id: str,
    scan_id: str,
    format: str,
    output: str | None = None,
    options: Mapping[str, Any] | None = None,
    *,
    clock: Clock | None = None,
) -> None:
    """Record a report in the transaction that accepts its job; its date and its place are settled here.

    Raises:
        NotFoundError, AmbiguousIdError: there is no such scan.
        UsageError: there is no such format, no such option, or no such language.
        StorageError: the folder of the report cannot be written.
    """
    wanted, asked = _format(format), read_options(options)
    scan = scans.find_scan(settings, scan_id)
    report_id = new_id()
    created_at = (clock or settings.clock).now()
    path = _place(settings, output, default_name(scan.site, created_at, report_id, wanted))
    _require_writable(path)
    reports.add_report(
        settings,
        ReportRecord(
            id=report_id,
            scan_id=scan.id,
            job_id=job_id,
            format=wanted,
            options=asked,
            path=str(path),
            created_at=created_at,
            written_at=None,
            size=None,
            sha256=None,
        ),
    )


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
    reports.complete_report(
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
    return {
        "report_id": report.id,
        "format": str(report.format),
        "path": report.path,
        "size": size,
        "sha256": sha256,
    }


def default_name(site: str, created_at: datetime, report_id: str, format: ReportFormat) -> str:
    """`<site>-<date>-<id8>.<ext>`, the site reduced to what every file system takes."""
    plain = re.sub(r"[^a-z0-9.-]+", "_", site.lower()).strip(".") or "site"
    return f"{plain[:80]}-{created_at:%Y-%m-%d}-{short(report_id)}.{format}"


def read_options(options: Mapping[str, Any] | None) -> ReportOptions:
    """Options by name as a frozen value.

    Raises:
        UsageError: there is no such option, it cannot have this value, or reports are not written in this
            language.
    """
    asked = ReportOptions.of(options)
    words_in(asked.language)
    return asked


def _format(word: str) -> ReportFormat:
    try:
        return ReportFormat(word.lower())
    except ValueError:
        raise UsageError(
            f"There is no report format {word!r}.", hint=f"Formats: {', '.join(ReportFormat)}."
        ) from None


def _place(settings: Settings, output: str | None, name: str) -> Path:
    """Where a report goes: the default folder, the folder asked for, or the very file asked for."""
    if not output:
        return settings.reports_folder / name
    asked = Path(os.path.abspath(output))  # noqa: PTH100 - links stay as they were typed
    with errors_explained(asked):
        str(asked).encode()
        return asked / name if is_folder(output) else asked


def is_folder(output: str) -> bool:
    """Whether reports go into it under names of their own."""
    return output.endswith(os.sep) or Path(output).is_dir()


def _require_writable(path: Path) -> None:
    """Refuse at submit what the worker could only refuse later."""
    folder = path.parent
    with errors_explained(path):
        refuse_what_is_no_file(path)
        folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StorageError(
            f"The folder {folder} cannot be written.",
            hint="Choose another one with --output, or change its permissions.",
        )
