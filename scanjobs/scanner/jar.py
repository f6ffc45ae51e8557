"""Cookies as they lay in a browser's store: what importers of such lists read, made evidence in one way."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scanjobs.domain.cookies import CookieKey, CookieOrigin, ObservedCookie, SameSite
from scanjobs.scanner.set_cookie import (
    FIRST_COOKIE,
    CookieRefusedError,
    check_pair,
    has_control_characters,
)
from scanjobs.scanner.source import CaptureTarget
from scanjobs.scanner.urls import WebUrl, is_host
from scanjobs.scanner.values import fingerprint, unseen
from scanjobs.sites import canonical_host, is_public_suffix

LATEST_EXPIRY = datetime.max.replace(tzinfo=UTC).timestamp() - 1
NO_DOMAIN = "cookie without a domain that could be read"
PUBLIC_SUFFIX = "cookie for a public suffix"
STRANGE_PATH = "cookie with control characters in its path"
ENDED = "cookie that ended before there were any"


@dataclass(frozen=True, kw_only=True, slots=True)
class JarCookie:
    """One cookie of such a list. What the list does not tell is None."""

    name: str
    value: str | None
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
    scheme: str = ""
    """`https` or `http`: how it was set, where the list tells that and no page."""


def refusal_of(cookie: JarCookie) -> str | None:
    """Why no browser keeps such a cookie, in the words of the report; None where one does."""
    try:
        check_pair(cookie.name, cookie.value or "")
    except CookieRefusedError as error:
        return error.refusal.replace("Set-Cookie", "cookie")
    domain = _host(cookie.domain)
    if not is_host(domain):
        return NO_DOMAIN
    if cookie.host_only is False and is_public_suffix(domain):
        return PUBLIC_SUFFIX
    if has_control_characters(cookie.path):
        return STRANGE_PATH
    if cookie.expires_at is not None and cookie.expires_at <= FIRST_COOKIE.timestamp():
        return ENDED
    return None


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
            domain=_host(cookie.domain),
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
        value=unseen(target.salt) if cookie.value is None else fingerprint(cookie.value, target.salt),
        kept_value=cookie.value if target.keep_values else None,
        raw_set_cookie=None,
        first_url=page.shown if page else "",
        scheme=page.transport if page else cookie.scheme,
        observed_at=cookie.set_at or read_at,
        initiator=cookie.initiator,
    )


def _host(domain: str) -> str:
    """A listed domain as keys hold it: no leading dot, no brackets."""
    return canonical_host(domain.strip().strip(".").strip("[]"))


def _moment(seconds: float | None) -> datetime | None:
    """A moment that Python can hold: browsers write dates beyond its year 9999."""
    if seconds is None or not math.isfinite(seconds):
        return None
    return datetime.fromtimestamp(min(max(seconds, 0.0), LATEST_EXPIRY), UTC)
