"""A scan as it is listed and as it is read back whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.declared import SiteDeclaration
from scanjobs.domain.evidence import Capture, Evidence, Gap, PageLoad
from scanjobs.domain.findings import Finding
from scanjobs.domain.labels import LabelledCookie, LabelledEvidence, LabelledHost, LabelledStorage


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
    held_at: datetime | None = None
    """Since when it is held, so that no retention takes it."""
    hold_reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanCounts:
    """How much there is of what a site can have too much of."""

    cookies: int
    third_party_cookies: int
    third_parties: int
    """Whose hosts were asked: vendors, and hosts of which nobody knows whose they are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CookieStream:
    """The cookies of one scan, read while somebody goes through them."""

    total: int
    phases: frozenset[ConsentPhase]
    """The consent phases that were captured, or that any of them was seen in."""
    rule_versions: frozenset[str]
    """Of the rules that judged the scan."""
    data_version: str
    cookies: Iterator[LabelledCookie]
    """By name, domain and path; they can be gone through once."""


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
    hosts: tuple[LabelledHost, ...]
    gaps: tuple[Gap, ...]
    findings: tuple[Finding, ...]
    """Every rule's answer, passed and not evaluable ones too."""
    storage: tuple[LabelledStorage, ...] = ()
    pages: tuple[PageLoad, ...] = ()
    declaration: SiteDeclaration | None = None
    """What the site says about its cookies, as far as it was known when the rules judged."""

    @property
    def source(self) -> str:
        """The formats it came from, for instance `har`."""
        return ", ".join(sorted({capture.format for capture in self.captures}))

    @property
    def phases(self) -> tuple[ConsentPhase, ...]:
        """The phases it captured, in the order of the visit."""
        captured = {capture.phase for capture in self.captures}
        return tuple(phase for phase in ConsentPhase if phase in captured)

    @property
    def visited_at(self) -> datetime:
        """When the site was visited: captures may be taken in in any order."""
        return self.captured_at or self.created_at

    @property
    def labelled(self) -> LabelledEvidence:
        """What the rules judged, so that they can judge it again."""
        evidence = Evidence(
            captures=self.captures,
            cookies=tuple(seen for cookie in self.cookies for seen in cookie.observations),
            hosts=tuple(host.contact for host in self.hosts),
            gaps=self.gaps,
            storage=tuple(seen for item in self.storage for seen in item.observations),
            pages=self.pages,
        )
        return LabelledEvidence(
            evidence=evidence,
            site=self.site,
            cookies=self.cookies,
            data_version=self.data_version,
            storage=self.storage,
            hosts=self.hosts,
            declaration=self.declaration,
        )
