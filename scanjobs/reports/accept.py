"""Accepts a report: its date, its place and its options are settled before anything waits."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from scanjobs.config import Settings
from scanjobs.db import reports, site_scans
from scanjobs.domain.clock import Clock
from scanjobs.domain.ids import new_id, short
from scanjobs.domain.reports import ReportFormat, ReportKind, ReportOptions, ReportRecord
from scanjobs.errors import StorageError, UsageError
from scanjobs.files import errors_explained, refuse_what_is_no_file
from scanjobs.reports.languages import words_in
from scanjobs.reports.selection import scans_of_comparison, scans_of_portfolio


def accept_report(
    settings: Settings,
    job_id: str,
    scan_id: str,
    format: str,
    output: str | None = None,
    options: Mapping[str, Any] | None = None,
    *,
    bundle_id: str | None = None,
    clock: Clock | None = None,
) -> None:
    """Record a report in the transaction that accepts its job.

    Reports of one bundle bear one date.

    Raises:
        NotFoundError, AmbiguousIdError: there is no such scan.
        UsageError: there is no such format, no such option, or no such language.
        StorageError: the folder of the report cannot be written.
    """
    scan = site_scans.find_scan(settings, scan_id)
    about = _About(kind=ReportKind.SCAN, scan_id=scan.id, name=scan.site)
    _record(settings, job_id, about, format, output, options, bundle_id, clock)


def accept_portfolio(
    settings: Settings,
    job_id: str,
    format: str,
    named: Sequence[str] | None = None,
    output: str | None = None,
    options: Mapping[str, Any] | None = None,
    *,
    bundle_id: str | None = None,
    clock: Clock | None = None,
) -> None:
    """Record a report of several sites; without names it is about the scans that are the newest now.

    Raises as `accept_report` does, and UsageError where two of the scans are of one site.
    """
    found = scans_of_portfolio(settings, named)
    about = _About(
        kind=ReportKind.PORTFOLIO, scan_ids=tuple(scan.id for scan in found), name=str(ReportKind.PORTFOLIO)
    )
    _record(settings, job_id, about, format, output, options, bundle_id, clock)


def accept_comparison(
    settings: Settings,
    job_id: str,
    scan_id: str,
    against: str,
    format: str,
    output: str | None = None,
    options: Mapping[str, Any] | None = None,
    *,
    bundle_id: str | None = None,
    clock: Clock | None = None,
) -> None:
    """Record a report that compares a scan with an older one; `previous` is the one of its site before.

    Raises as `accept_report` does, and UsageError where both are the same.
    """
    older, newer = scans_of_comparison(settings, scan_id, against)
    about = _About(
        kind=ReportKind.COMPARISON,
        scan_ids=(older.id, newer.id),
        name=f"{newer.site}-{ReportKind.COMPARISON}",
    )
    _record(settings, job_id, about, format, output, options, bundle_id, clock)


@dataclass(frozen=True, kw_only=True, slots=True)
class _About:
    """What a report is about, and how its file is called by default."""

    kind: ReportKind
    scan_id: str | None = None
    scan_ids: tuple[str, ...] = ()
    name: str


def _record(
    settings: Settings,
    job_id: str,
    about: _About,
    format: str,
    output: str | None,
    options: Mapping[str, Any] | None,
    bundle_id: str | None,
    clock: Clock | None,
) -> None:
    wanted, asked = read_format(format), read_options(options)
    report_id = new_id()
    begun = reports.date_of_bundle(settings, bundle_id) if bundle_id else None
    created_at = begun or (clock or settings.clock).now()
    path = _place(settings, output, default_name(about.name, created_at, report_id, wanted))
    _require_writable(path)
    reports.add_report(
        settings,
        ReportRecord(
            id=report_id,
            kind=about.kind,
            scan_id=about.scan_id,
            scan_ids=about.scan_ids,
            job_id=job_id,
            bundle_id=bundle_id,
            format=wanted,
            options=asked,
            path=str(path),
            created_at=created_at,
            expires_at=created_at + timedelta(days=asked.keep_days) if asked.keep_days else None,
            written_at=None,
            size=None,
            sha256=None,
        ),
    )


def find_scan_id(settings: Settings, words: str) -> str:
    """The whole id of a scan that is named by the beginning of it, as `latest`, or by its site.

    Raises:
        NotFoundError, AmbiguousIdError: there is no such scan.
    """
    return site_scans.find_scan(settings, words).id


def check_reports(
    settings: Settings,
    scan_id: str,
    formats: Sequence[str],
    output: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> str:
    """Refuse what could not be accepted as reports of one scan; answers the id of the scan.

    Raises:
        NotFoundError, AmbiguousIdError: there is no such scan; a site stands for its newest one.
        UsageError: several formats were to go into one file, or one has no meaning, or an option.
    """
    check_formats(formats, output, options)
    return find_scan_id(settings, scan_id)


def check_formats(
    formats: Sequence[str], output: str | None = None, options: Mapping[str, Any] | None = None
) -> None:
    """Refuse what could not be accepted as reports, whatever they are about.

    Raises:
        UsageError: several formats were to go into one file, or one has no meaning, or an option.
    """
    if isinstance(formats, str) or not formats:
        raise UsageError("Reports have a list of formats.", hint=f"Formats: {', '.join(ReportFormat)}.")
    for format in formats:
        read_format(format)
    read_options(options)
    if output and len(formats) > 1 and not is_folder(output):
        raise UsageError(
            f"{len(formats)} reports cannot go into one file.",
            hint=f"Name a folder: --output {output}{os.sep}",
        )


def default_name(name: str, created_at: datetime, report_id: str, format: ReportFormat) -> str:
    """`<name>-<date>-<id8>.<ext>`, the name, mostly a site, reduced to what every file system takes."""
    plain = re.sub(r"[^a-z0-9.-]+", "_", name.lower()).strip(".-") or "site"
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


def read_format(word: str) -> ReportFormat:
    """The format of this name.

    Raises:
        UsageError: there is none.
    """
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
