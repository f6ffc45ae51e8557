"""A report as a file we wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReportFormat(StrEnum):
    """The formats a report can have; the value is also the file's extension."""

    PDF = "pdf"
    HTML = "html"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportRecord:
    """A report from the moment it was asked for."""

    id: str
    scan_id: str
    job_id: str
    format: ReportFormat
    path: str
    """Absolute path of the file."""
    created_at: datetime
    """When it was accepted; the date the report bears."""
    written_at: datetime | None
    size: int | None
    """Bytes; None until it is written."""
    sha256: str | None
