"""What captures showed, before anyone judged it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scanjobs.domain.cookies import ConsentPhase, ObservedCookie


class GapKind(StrEnum):
    """A place where we could not look, which is not the same as a place where nothing was."""

    TRUNCATED = "truncated"
    """The file ended early; what came after its last complete entry is missing."""
    NO_COOKIE_HEADERS = "no_cookie_headers"
    """The tool that wrote the file may have removed cookie headers (Chrome's sanitized export)."""
    UNKNOWN_PHASE = "unknown_phase"
    """Nobody said what the visitor had chosen."""
    UNREADABLE_ENTRIES = "unreadable_entries"
    """Some entries could not be read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Something this scan could not see."""

    kind: GapKind
    detail: str
    """One sentence for the report."""
    phase: ConsentPhase | None = None
    file_name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """Something that was there and was left out, and why."""

    reason: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """One file that was taken in: the raw evidence a scan rests on."""

    file_name: str
    sha256: str
    size: int
    """Bytes."""
    format: str
    """For instance `har`."""
    phase: ConsentPhase
    tool: str | None
    tool_version: str | None
    captured_at: datetime | None
    """When its first request was sent, UTC."""
    page_url: str | None
    """The first page: the first HTML document that was answered, else the first request."""
    entries: int
    complete: bool
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class HostContact:
    """The requests to one host in one phase."""

    host: str
    phase: ConsentPhase
    requests: int
    first_url: str
    """The query is left out."""
    first_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """Everything one scan observed, from one or more captures."""

    captures: tuple[Capture, ...]
    cookies: tuple[ObservedCookie, ...]
    """At most one per key and phase."""
    hosts: tuple[HostContact, ...]
    gaps: tuple[Gap, ...]

    @property
    def phases(self) -> tuple[ConsentPhase, ...]:
        """The consent phases that were captured, in the order of the visit."""
        present = {capture.phase for capture in self.captures}
        return tuple(phase for phase in ConsentPhase if phase in present)
