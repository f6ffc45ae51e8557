"""A report as a file we wrote: its format, what was asked of it, and what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from scanjobs.errors import UsageError


class ReportFormat(StrEnum):
    """The formats a report can have; the value is also the file's extension."""

    PDF = "pdf"
    HTML = "html"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "md"
    XLSX = "xlsx"


class ReportKind(StrEnum):
    """What a report is about."""

    SCAN = "scan"
    """One scan."""
    PORTFOLIO = "portfolio"
    """Several scans beside each other."""
    COMPARISON = "comparison"
    """What differs between two scans."""


MOST_DAYS = 36_525
"""A hundred years."""

_KINDS: dict[Any, str] = {bool: "true or false", str: "a text", int: "a whole number"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportOptions:
    """How a report is written; what a format has no use for, it leaves alone."""

    language: str = "en"
    """The language it is written in, as ISO 639-1 has it."""
    csv_bom: bool = True
    """Whether a CSV file begins with a byte order mark, by which spreadsheets know UTF-8."""
    csv_raw: bool = False
    """Whether cells of a CSV file stay as they are, also those that a spreadsheet might run as a formula."""
    keep_days: int = 0
    """After so many days it may go; 0 where it has no such end of its own."""

    @classmethod
    def of(cls, values: Mapping[str, Any] | None) -> ReportOptions:
        """Options by name, as a job carries them; what is not named is as usual.

        Raises:
            UsageError: there is no such option, or it cannot have this value.
        """
        values = values or {}
        usual = {one.name: one.default for one in fields(cls)}
        for name, value in values.items():
            if name not in usual:
                raise UsageError(
                    f"There is no option {name!r} of reports.", hint=f"Options: {', '.join(sorted(usual))}."
                )
            if type(value) is not type(usual[name]):
                kind = _KINDS[type(usual[name])]
                raise UsageError(f"The option {name!r} of a report cannot be {value!r}; it is {kind}.")
        options = cls(**values)
        if not 0 <= options.keep_days <= MOST_DAYS:
            raise UsageError(f"A report cannot be kept for {options.keep_days:,} days.")
        return options

    def told(self) -> dict[str, Any]:
        """What differs from the usual, by name: what a job carries and a row keeps."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        return {one.name: given[one.name] for one in fields(self) if given[one.name] != one.default}


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportVersions:
    """What a report was written with."""

    tool: str
    """Version of scanjobs."""
    rules: str
    data: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportRecord:
    """A report from the moment it was asked for."""

    id: str
    kind: ReportKind = ReportKind.SCAN
    scan_id: str | None
    """The scan that it is about; None where it is about several."""
    scan_ids: tuple[str, ...] = ()
    """The scans that it is about, where these are several; of a comparison the older one first."""
    job_id: str
    bundle_id: str | None = None
    """What the reports have in common that were asked for at once."""
    format: ReportFormat
    options: ReportOptions = field(default_factory=ReportOptions)
    path: str
    """Absolute path of the file."""
    created_at: datetime
    """When it was accepted; the date the report bears."""
    expires_at: datetime | None = None
    """When it may go; None where nobody has said so."""
    written_at: datetime | None
    size: int | None
    """Bytes; None until it is written."""
    sha256: str | None
    versions: ReportVersions | None = None
    """None until it is written."""
