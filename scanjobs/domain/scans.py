"""A scan as it is listed and as it is read back whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanjobs.domain.evidence import Capture, Gap, HostContact
from scanjobs.domain.findings import Finding
from scanjobs.domain.labels import LabelledCookie


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanSummary:
    """One line of `scanjobs scans`."""

    id: str
    site: str
    source: str
    """The formats it came from, for instance `har`."""
    created_at: datetime
    captured_at: datetime | None
    cookies: int
    phases: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanRecord:
    """One scan whole: what a report is made from."""

    id: str
    site: str
    created_at: datetime
    captured_at: datetime | None
    page_url: str | None
    profile: str
    tool_version: str
    """Version of scanjobs that took it in."""
    data_version: str
    complete: bool
    values_kept: bool
    captures: tuple[Capture, ...]
    cookies: tuple[LabelledCookie, ...]
    hosts: tuple[HostContact, ...]
    gaps: tuple[Gap, ...]
    findings: tuple[Finding, ...]
    """Every rule's answer, passed and not evaluable ones too."""
