"""What inspections of a visit share: the hosts that were asked, the trackers among them, the pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from scanjobs.domain.cookies import ConsentPhase, CookieOrigin, ObservedCookie
from scanjobs.domain.evidence import Evidence, GapKind, HostContact, PageLoad, RuleInput
from scanjobs.scanner.importers.cookie_list import CookieList, ListFile
from scanjobs.scanner.importers.har_values import label, mapping, read_moment, text
from scanjobs.scanner.importers.json_stream import ALL, JsonFile
from scanjobs.scanner.source import CaptureTarget
from scanjobs.scanner.urls import WebUrl, is_host, read_url
from scanjobs.sites import canonical_host

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


class InspectionReader:
    """Takes what either tool found one by one; the rest is asked when the file was read."""

    def __init__(self, target: CaptureTarget) -> None:
        self.listed = CookieList(target)
        self._target = target
        self._hosts = AskedHosts()

    def track(self, address: Any, list_name: Any, *, requests: int, at: Any, stack: Any) -> None:
        """Note requests to an address that the tool took for tracking, by the list of that name."""
        url = read_url(text(address).strip())
        if url is None:
            self.listed.skip(NO_URL)
        elif text(list_name) not in ("", TRACKING_LIST):
            self.listed.skip(NOT_ABOUT_TRACKING)
            self._hosts.ask(url.host)
        else:
            self.listed.entries += 1
            self._hosts.track(url, requests=requests, at=read_moment(at), initiator=caller_in(stack))

    def visit(
        self,
        file: JsonFile,
        root: dict[str, Any],
        inputs: Iterable[RuleInput],
        gaps: Iterable[tuple[GapKind, str]],
        *,
        format: str,
        tool: str,
    ) -> Evidence:
        """Everything that was noted, with what the inspection says of the visit as a whole."""
        self.listed.revise(partial(_read_at, read_moment(root.get("end_time"))))
        about = ListFile(
            format=format,
            sha256=file.sha256,
            size=file.size,
            is_damaged=file.is_damaged,
            tool=tool,
            tool_version=_version_of(root.get("script"), root.get("browser")),
            page=_web_url(root.get("uri_dest")) or _web_url(root.get("uri_ins")),
            captured_at=read_moment(root.get("start_time")),
            inputs=frozenset(inputs),
        )
        phase = self._target.phase
        evidence = self.listed.evidence(about, gaps)
        return replace(evidence, hosts=self._hosts.contacts(phase), pages=_pages_visited(root, phase))


def hosts_told(root: dict[str, Any]) -> list[Any] | None:
    """Every host that the inspection lists as asked; None where it lists none, which is not an empty list."""
    asked = mapping(mapping(root.get("hosts")).get("requests")).values()
    lists = [hosts for hosts in asked if isinstance(hosts, list)]
    return [host for hosts in lists for host in hosts] if lists else None


def listed(value: Any) -> list[Any]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def _pages_visited(root: dict[str, Any], phase: ConsentPhase) -> tuple[PageLoad, ...]:
    """The way to the first page, and the pages after it; neither tool tells how they were answered."""
    redirects, history = listed(root.get("uri_redirects")), listed(root.get("browsing_history"))
    way = [url for url in (*map(_web_url, redirects), _web_url(root.get("uri_dest"))) if url]
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


def _version_of(script: Any, browser: Any) -> str | None:
    """The version of the tool, and behind it in brackets the browser it steered."""
    version = mapping(script).get("version")
    own = (
        version if isinstance(version, str) else mapping(version).get("npm") or mapping(version).get("commit")
    )
    name, number = (label(mapping(browser).get(member)) for member in ("name", "version"))
    steered = " ".join(filter(None, (name, number)))
    return " ".join(filter(None, (label(own), f"({steered})" if steered else ""))) or None


def _read_at(moment: datetime | None, cookie: ObservedCookie) -> ObservedCookie:
    """A cookie of a store that was read at that moment; one whose setting was seen stays as it is."""
    if cookie.origin is not CookieOrigin.JAR or cookie.observed_at is not None or moment is None:
        return cookie
    left = None
    if cookie.expires_at is not None:
        left = max(0, (cookie.expires_at - moment) // timedelta(seconds=1))
    return replace(cookie, observed_at=moment, lifetime_seconds=left)


def _web_url(value: Any) -> WebUrl | None:
    return read_url(text(value).strip())
