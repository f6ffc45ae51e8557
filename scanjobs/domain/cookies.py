"""A cookie as it was observed: its key, its attributes, the shape of its value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ConsentPhase(StrEnum):
    """What the visitor had chosen when something was observed."""

    BEFORE = "before"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


class Party(StrEnum):
    """Whether a cookie belongs to the scanned site or to somebody else, by registrable domain."""

    FIRST = "first"
    THIRD = "third"


class SameSite(StrEnum):
    """The SameSite attribute as it was sent; `unspecified` when the cookie carried none."""

    STRICT = "strict"
    LAX = "lax"
    NONE = "none"
    UNSPECIFIED = "unspecified"


class CookieOrigin(StrEnum):
    """How we know of a cookie."""

    SET_COOKIE = "set_cookie"
    """A response asked the browser to store it: every attribute is known."""
    REQUEST = "request"
    """The browser sent it: name and value are known, the attributes are not."""
    JAR = "jar"
    """It lay in the browser's store when that was read: attributes are known, and what was left of its life;
    not how long it was meant to live when it was set."""
    SCRIPT = "script"
    """A script on a page set it: the attributes it asked for are known."""


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class CookieKey:
    """What makes two cookies the same cookie (RFC 6265bis section 5.7, with the CHIPS partition).

    But for the host-only flag: a cookie for the host alone and one whose Domain is that host are one here.
    """

    name: str
    domain: str
    """Lower case, without a leading dot."""
    path: str
    partition: str = ""
    """Site under which a partitioned cookie is stored, or empty."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueFingerprint:
    """What is kept of a cookie's value: enough to compare within one scan, not enough to read it."""

    sha256: str
    """Hex digest of the scan's salt followed by the value."""
    length: int
    """Characters."""
    shape: str
    """For instance `uuid`, `hex`, `digits`, `json`, `text`, `empty`; `unknown` where it was not seen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservedCookie:
    """One cookie in one consent phase. An attribute that could not be seen is None."""

    key: CookieKey
    phase: ConsentPhase
    origin: CookieOrigin
    host_only: bool | None
    secure: bool | None
    http_only: bool | None
    same_site: SameSite | None
    partitioned: bool | None
    is_session: bool | None
    """True when it goes when the browser closes: neither Max-Age nor a valid Expires."""
    expires_at: datetime | None
    lifetime_seconds: int | None
    """What the response asked for, from the moment it was received, or what was left when the store was read;
    None for session cookies."""
    value: ValueFingerprint
    kept_value: str | None
    """The value itself, only where the user opted in."""
    raw_set_cookie: str | None
    """The header line, its value replaced by its length unless values are kept."""
    first_url: str
    """Where it was first seen in this phase; the query is left out. Empty where the capture does not tell."""
    scheme: str
    """`https` or `http`: how the response or request that showed it travelled; empty where none was seen."""
    observed_at: datetime | None
    times_seen: int = 1
    initiator: str | None = None
    """What had it set: the address of a script or document without the query, the line after a colon."""
    renewals: int | None = None
    """How often a response to a request that carried it moved its end; None where no response was seen to a
    request that carried it, so that nobody can say."""

    @property
    def shown_domain(self) -> str:
        """The domain, with a leading dot when subdomains get the cookie too."""
        return self.key.domain if self.host_only is not False else f".{self.key.domain}"
