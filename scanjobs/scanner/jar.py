"""Cookies as they lay in a browser's store: what importers of such lists read, made evidence in one way."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scanjobs.domain.cookies import CookieKey, CookieOrigin, ObservedCookie, SameSite
from scanjobs.scanner.source import CaptureTarget
from scanjobs.scanner.urls import WebUrl, canonical_host
from scanjobs.scanner.values import fingerprint

LATEST_EXPIRY = datetime.max.replace(tzinfo=UTC).timestamp() - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class JarCookie:
    """One cookie of such a list. What the list does not tell is None."""

    name: str
    value: str
    domain: str
    """As listed, with or without a leading dot."""
    path: str
    host_only: bool | None
    expires_at: float | None
    """Seconds since 1970; None where it is a session cookie or nobody said."""
    is_session: bool | None
    secure: bool | None
    http_only: bool | None
    same_site: SameSite | None
    partition: str = ""
    """Site that it is partitioned under, or empty."""
    partitioned: bool | None = None
    initiator: str | None = None
    origin: CookieOrigin = CookieOrigin.JAR
    set_at: datetime | None = None
    """When it was set, where the list tells; its lifetime is then counted from there."""
    seen_on: WebUrl | None = None
    """The page it was seen on, where the list tells."""


def observed(
    cookie: JarCookie, target: CaptureTarget, *, read_at: datetime | None, page: WebUrl | None = None
) -> ObservedCookie:
    """What a list shows of a cookie that was read from the browser at that moment, on that page."""
    page = cookie.seen_on or page
    expires_at = _moment(cookie.expires_at)
    since = cookie.set_at or read_at
    left = None if expires_at is None or since is None else (expires_at - since) // timedelta(seconds=1)
    return ObservedCookie(
        key=CookieKey(
            name=cookie.name,
            domain=canonical_host(cookie.domain.strip().strip(".")),
            path=cookie.path if cookie.path.startswith("/") else "/",
            partition=cookie.partition,
        ),
        phase=target.phase,
        origin=cookie.origin,
        host_only=cookie.host_only,
        secure=cookie.secure,
        http_only=cookie.http_only,
        same_site=cookie.same_site,
        partitioned=cookie.partitioned,
        is_session=cookie.is_session,
        expires_at=expires_at,
        lifetime_seconds=None if left is None else max(0, left),
        value=fingerprint(cookie.value, target.salt),
        kept_value=cookie.value if target.keep_values else None,
        raw_set_cookie=None,
        first_url=page.shown if page else "",
        scheme=page.transport if page else "",
        observed_at=cookie.set_at or read_at,
        initiator=cookie.initiator,
    )


def _moment(seconds: float | None) -> datetime | None:
    """A moment that Python can hold: browsers write dates beyond its year 9999."""
    if seconds is None or not math.isfinite(seconds):
        return None
    return datetime.fromtimestamp(min(max(seconds, 0.0), LATEST_EXPIRY), UTC)
