"""What captures showed, before anyone judged it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scanjobs.domain.cookies import ConsentPhase, ObservedCookie
from scanjobs.domain.storage import StoredItem

NOT_MODIFIED = 304


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
    SINGLE_HOST = "single_host"
    """The capture shows the storage of some hosts or pages only."""
    STORE_ONLY = "store_only"
    """The capture shows what lay in a browser's store, not how it came there."""
    NO_SCRIPTS = "no_scripts"
    """The tool runs no scripts, so what they would have stored is missing."""
    NOT_RECORDED = "not_recorded"
    """The tool did not record something that belongs to a visit, or left it out of the file."""
    UNKNOWN_LIFETIMES = "unknown_lifetimes"
    """The tool does not tell cookies that end with the session from others."""


class RuleInput(StrEnum):
    """A kind of evidence that a capture holds or does not; a rule without its inputs cannot be evaluated."""

    COOKIES = "cookies"
    """Which cookies there were, by name and domain."""
    COOKIE_ATTRIBUTES = "cookie_attributes"
    """Secure, HttpOnly, SameSite, and until when they live."""
    SET_COOKIE = "set_cookie"
    """The raw lines, as responses sent them."""
    LOCAL_STORAGE = "local_storage"
    SESSION_STORAGE = "session_storage"
    INDEXED_DB = "indexed_db"
    REQUESTS = "requests"
    """Which hosts were asked."""
    PAGES = "pages"
    """How the pages themselves were answered: status and redirects."""
    INITIATORS = "initiators"
    """What had a cookie set or a host asked."""


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
class RawFile:
    """A file that came with a capture and is part of the evidence."""

    file_name: str
    sha256: str
    size: int
    """Bytes."""


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
    inputs: frozenset[RuleInput] = frozenset()
    """What it could show, whether or not there was any of it."""
    third_party_cookies_work: bool | None = None
    """Whether the browser stored and sent back third-party cookies; None where the capture does not tell."""
    banner: bool | None = None
    """Whether the visitor was offered a choice; None where nobody said."""
    files: tuple[RawFile, ...] = ()
    """What came beside it, where the capture is a folder."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HostContact:
    """The requests to one host in one phase."""

    host: str
    phase: ConsentPhase
    requests: int
    first_url: str
    """The query is left out."""
    first_at: datetime | None
    initiator: str | None = None
    """What asked for it first: the address of a script or document without query, the line after a colon."""
    called_tracking: int = 0
    """How many of the requests the capturing tool itself took for tracking, by a list of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PageLoad:
    """An answer to a request for a page, not for something in it; a redirect is one as well."""

    url: str
    """The query is left out."""
    phase: ConsentPhase
    status: int | None
    """HTTP status; 0 where no answer came, None where nobody said."""
    redirects_to: str | None
    """Where it sent the browser; the query is left out."""
    at: datetime | None
    is_challenge: bool = False
    """Whether the answer says of itself that it is a test for robots, not the page."""

    @property
    def has_content(self) -> bool:
        """Whether a document came: status 2xx, or 304 for one that the browser had already."""
        return self.status is not None and (200 <= self.status < 300 or self.status == NOT_MODIFIED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """Everything one scan observed, from one or more captures."""

    captures: tuple[Capture, ...]
    cookies: tuple[ObservedCookie, ...]
    """At most one per key and phase."""
    hosts: tuple[HostContact, ...]
    gaps: tuple[Gap, ...]
    storage: tuple[StoredItem, ...] = ()
    """At most one per key and phase."""
    pages: tuple[PageLoad, ...] = ()
    """In the order of the visit."""

    def shows(self, input: RuleInput, phase: ConsentPhase | None = None) -> bool:
        """Whether a capture (of that phase) could show this kind of evidence."""
        return any(
            input in capture.inputs for capture in self.captures if phase is None or capture.phase is phase
        )

    @property
    def phases(self) -> tuple[ConsentPhase, ...]:
        """The consent phases that were captured, in the order of the visit."""
        present = {capture.phase for capture in self.captures}
        return tuple(phase for phase in ConsentPhase if phase in present)
