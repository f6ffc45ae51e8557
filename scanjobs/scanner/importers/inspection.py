"""What inspections of a visit share: the hosts that were asked, the trackers among them, the pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from scanjobs.domain.cookies import ConsentPhase, CookieOrigin, ObservedCookie
from scanjobs.domain.evidence import HostContact, PageLoad
from scanjobs.scanner.importers.har_values import mapping, text
from scanjobs.scanner.importers.json_stream import ALL
from scanjobs.scanner.shown import printable
from scanjobs.scanner.urls import WebUrl, canonical_host, is_host, read_url

NO_HOST = "host that could not be read"
NO_URL = "request whose address could not be read"
NOT_ABOUT_TRACKING = "request on a list that is not about tracking"

# The pieces of both tools that are wanted, as json_stream reads them.
STACK = [{"fileName": ALL, "lineNumber": ALL}]
BROWSER = {"name": ALL, "version": ALL}
SCRIPT = {"version": {"npm": ALL, "commit": ALL}}

TRACKING_LIST = "easyprivacy.txt"
"""Both tools match requests with EasyPrivacy, and some versions with lists of mere annoyances as well."""

_MOST_REQUESTS = 1_000_000
_LAST_LINE = 10_000_000
_LONGEST_NAME = 100


@dataclass(kw_only=True, slots=True)
class _Host:
    tracking: int = 0
    first_url: str = ""
    first_at: datetime | None = None
    initiator: str | None = None


class AskedHosts:
    """The hosts that were asked, each with how many requests to it the tool took for tracking.

    Such files list hosts and not requests, so a host counts as one request at least.
    """

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}

    def ask(self, name: Any) -> bool:
        """Note a host that was asked; False where that is none."""
        host = canonical_host(text(name).strip().strip(".").strip("[]"))
        if not is_host(host):
            return False
        self._hosts.setdefault(host, _Host())
        return True

    def track(self, url: WebUrl, *, requests: int, at: datetime | None, initiator: str | None) -> None:
        """Note requests that the tool took for tracking."""
        host = self._hosts.setdefault(url.host, _Host())
        host.tracking = min(host.tracking + requests, _MOST_REQUESTS)
        is_earlier = at is not None and (host.first_at is None or at < host.first_at)
        if not host.first_url or is_earlier:
            host.first_url, host.first_at, host.initiator = url.shown, at, initiator

    def contacts(self, phase: ConsentPhase) -> tuple[HostContact, ...]:
        """One for each host, ordered by its name."""
        return tuple(
            HostContact(
                host=name,
                phase=phase,
                requests=max(1, host.tracking),
                first_url=host.first_url,
                first_at=host.first_at,
                initiator=host.initiator,
                called_tracking=host.tracking,
            )
            for name, host in sorted(self._hosts.items())
        )


def pages_visited(
    redirects: Iterable[Any], landed_on: Any, history: Iterable[Any], phase: ConsentPhase
) -> tuple[PageLoad, ...]:
    """The way to the first page, and the pages after it; neither tool tells how they were answered."""
    way = [url for url in (*map(_web_url, redirects), _web_url(landed_on)) if url]
    later = [
        url for url in map(_web_url, history) if url and url.shown not in {one.shown for one in way[-1:]}
    ]
    targets: list[str | None] = [*(url.shown for url in way[1:]), None]
    return tuple(
        PageLoad(url=url.shown, phase=phase, status=None, redirects_to=target, at=None)
        for url, target in (*zip(way, targets, strict=False), *((url, None) for url in later))
    )


def caller_in(stack: Any) -> str | None:
    """The innermost script or document of a stack, without its query, its line after a colon."""
    for frame in stack if isinstance(stack, list) else []:
        url, line = _web_url(mapping(frame).get("fileName")), mapping(frame).get("lineNumber")
        if url is not None:
            is_line = isinstance(line, int) and not isinstance(line, bool) and 0 < line < _LAST_LINE
            return f"{url.shown}:{line}" if is_line else url.shown
    return None


def counted(value: Any) -> int:
    """How many requests a tool says there were; one where that means nothing."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 1 <= value <= _MOST_REQUESTS:
        return 1
    return int(value)


def version_of(script: Any, browser: Any) -> str | None:
    """The version of the tool, and behind it in brackets the browser it steered."""
    version = mapping(script).get("version")
    own = (
        version if isinstance(version, str) else mapping(version).get("npm") or mapping(version).get("commit")
    )
    name, number = (_label(mapping(browser).get(member)) for member in ("name", "version"))
    steered = " ".join(filter(None, (name, number)))
    return " ".join(filter(None, (_label(own), f"({steered})" if steered else ""))) or None


def read_at(moment: datetime | None, cookie: ObservedCookie) -> ObservedCookie:
    """A cookie of a store that was read at that moment; one whose setting was seen stays as it is."""
    if cookie.origin is not CookieOrigin.JAR or cookie.observed_at is not None or moment is None:
        return cookie
    left = None
    if cookie.expires_at is not None:
        left = max(0, (cookie.expires_at - moment) // timedelta(seconds=1))
    return replace(cookie, observed_at=moment, lifetime_seconds=left)


def _web_url(value: Any) -> WebUrl | None:
    return read_url(text(value).strip())


def _label(value: Any) -> str:
    return printable(text(value))[:_LONGEST_NAME].strip()
