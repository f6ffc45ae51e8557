"""Reads what blacklight-collector writes: its inspection.json, and browser-cookies.json beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from scanjobs.domain.cookies import CookieOrigin
from scanjobs.domain.evidence import Evidence, GapKind, RuleInput
from scanjobs.errors import CaptureError
from scanjobs.scanner.importers.cdp import read_cookie
from scanjobs.scanner.importers.cookie_list import COOKIE_INPUTS, COOKIES_ONLY
from scanjobs.scanner.importers.damage import refuse_damaged
from scanjobs.scanner.importers.har_values import mapping, text
from scanjobs.scanner.importers.inspection import (
    BROWSER,
    NO_HOST,
    SCRIPT,
    STACK,
    InspectionReader,
    hosts_told,
    listed,
)
from scanjobs.scanner.importers.json_stream import ALL, Each, JsonFile, outline, read_json
from scanjobs.scanner.jar import JarCookie
from scanjobs.scanner.shown import printable
from scanjobs.scanner.source import CaptureTarget
from scanjobs.scanner.urls import read_url

NO_HOST_ASKED = "host of a data: address, which asks nobody"

_NAMES = (
    *("name", "value", "domain", "path", "expires", "session", "httpOnly", "secure", "sameSite", "script"),
    *("size", "priority", "sourceScheme", "partitionKey", "partitionKeyOpaque", "type", "third_party"),
)
_COOKIE = dict.fromkeys(_NAMES, ALL)
_TRACKER = {"url": ALL, "stack": STACK, "timestamp": ALL, "data": {"listName": ALL}}
_FILE = {
    **dict.fromkeys(("uri_ins", "uri_dest", "uri_redirects", "browsing_history"), ALL),
    **dict.fromkeys(("start_time", "end_time"), ALL),
    "config": {"cleareCache": ALL, "clearCache": ALL},
    "browser": BROWSER,
    "script": SCRIPT,
    "hosts": {"requests": {"first_party": ALL, "third_party": ALL}},
    "reports": {
        "cookies": Each("cookie", _COOKIE),
        "third_party_trackers": Each("tracker", _TRACKER),
        "web_beacons": Each("tracker", _TRACKER),
    },
    "browser_cookies": Each("stored cookie", _COOKIE),
}
_OWN = frozenset({"deviceEmulated", "reports"})
_ORIGINS = {"http": CookieOrigin.SET_COOKIE, "js": CookieOrigin.SCRIPT}


class BlacklightImporter:
    """`inspection.json` and `browser-cookies.json` of The Markup's blacklight-collector, versions 1 to 3."""

    format: ClassVar[str] = "blacklight"

    def matches(self, head: bytes) -> bool:
        """True for an inspection with members of its own, and for its list of the browser's cookies."""
        seen = outline(head)
        keys = set(seen.keys)
        if seen.opening != "{":
            return False
        if "browser_cookies" in keys:
            return True
        is_inspection = "uri_ins" in keys and bool(keys & _OWN or {"config", "hosts"} <= keys)
        return is_inspection or b'"Blacklight Inspection"' in head

    def collect(self, target: CaptureTarget) -> Evidence:
        """What the file holds; read once, one cookie or request in memory at a time."""
        reader = _Reader(target)
        file = read_json(target.path, _FILE, reader.take, target.on_progress)
        refuse_damaged(target, file, reader.listed.entries)
        root = mapping(file.root)
        if not file.lists and not isinstance(root.get("reports"), dict):
            raise CaptureError(
                f"{printable(target.path.name)} is no file of blacklight-collector: it holds neither reports "
                "nor cookies of a browser.",
                hint="Name the inspection.json that it wrote, or the folder around it.",
            )
        return reader.evidence(file, root)


class _Reader(InspectionReader):
    """Takes cookies and tracking requests."""

    def take(self, name: str, item: Any) -> None:
        """Note a cookie or a request that was taken for tracking."""
        if name == "tracker":
            self._take_tracker(mapping(item))
        else:
            self.listed.add(_cookie(item) if isinstance(item, dict) else None)

    def evidence(self, file: JsonFile, root: dict[str, Any]) -> Evidence:
        """Everything that was noted, now that the last member was read."""
        inputs: set[RuleInput] = set()
        if file.lists & {"cookie", "stored cookie"}:
            inputs |= COOKIE_INPUTS
        asked = hosts_told(root)
        if asked is not None:
            inputs |= {RuleInput.REQUESTS, RuleInput.INITIATORS}
        for host in asked or ():
            if host == "data":  # what old versions made of `data:` addresses
                self.listed.skip(NO_HOST_ASKED)
            elif not self._hosts.ask(host):
                self.listed.skip(NO_HOST)
        gaps = _gaps(root, inputs)
        return self.visit(
            file, root, inputs, gaps, format=BlacklightImporter.format, tool="blacklight-collector"
        )

    def _take_tracker(self, tracker: dict[str, Any]) -> None:
        self.track(
            tracker.get("url"),
            mapping(tracker.get("data")).get("listName"),
            requests=1,
            at=tracker.get("timestamp"),
            stack=tracker.get("stack"),
        )


def _cookie(item: dict[str, Any]) -> JarCookie | None:
    """A cookie of the store, or one that was only seen being set, where the store gave none.

    The tool takes the dot off every domain, so that nobody can say which hosts get the cookie.
    """
    cookie = read_cookie(item)
    if cookie is None:
        return None
    script = read_url(text(item.get("script")).strip())
    told = replace(cookie, host_only=None, initiator=script.shown if script else None)
    if item.keys() & {"size", "httpOnly", "expires"}:
        return told
    origin = _ORIGINS.get(text(item.get("type")), CookieOrigin.SCRIPT)
    return replace(
        told,
        origin=origin,
        is_session=None,
        http_only=False if origin is CookieOrigin.SCRIPT else None,
        same_site=None,
        partitioned=None,
    )


def _gaps(root: dict[str, Any], inputs: set[RuleInput]) -> Iterator[tuple[GapKind, str]]:
    is_inspection = "uri_ins" in root or "reports" in root
    if not is_inspection:
        yield COOKIES_ONLY
        return
    if RuleInput.COOKIES not in inputs:
        yield (
            GapKind.NOT_RECORDED,
            "The inspection has no report on cookies; browser-cookies.json, which the tool writes beside it, "
            "has them.",
        )
    elif len(listed(root.get("browsing_history"))) > 1 and _clears(mapping(root.get("config"))):
        yield (
            GapKind.SINGLE_HOST,
            "The tool empties the browser before each page it opens, so the cookies are those of the last "
            "page only.",
        )


def _clears(config: dict[str, Any]) -> bool:
    return config.get("cleareCache", config.get("clearCache")) is True
