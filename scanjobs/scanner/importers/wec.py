"""Reads inspections of the Website Evidence Collector: cookies with what set them, storage, beacons."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from scanjobs.domain.cookies import CookieOrigin, ObservedCookie
from scanjobs.domain.evidence import Evidence, GapKind, RuleInput
from scanjobs.domain.storage import StorageKey, StorageKind, StoredItem
from scanjobs.errors import CaptureError
from scanjobs.scanner.importers.cdp import read_cookie
from scanjobs.scanner.importers.cookie_list import COOKIE_INPUTS
from scanjobs.scanner.importers.damage import refuse_damaged
from scanjobs.scanner.importers.har_values import mapping, read_moment, text
from scanjobs.scanner.importers.inspection import (
    BROWSER,
    NO_HOST,
    SCRIPT,
    STACK,
    InspectionReader,
    caller_in,
    counted,
    hosts_told,
)
from scanjobs.scanner.importers.json_stream import ALL, Each, JsonFile, outline, read_json
from scanjobs.scanner.jar import JarCookie
from scanjobs.scanner.shown import printable, stored_name
from scanjobs.scanner.source import CaptureTarget
from scanjobs.scanner.urls import read_url
from scanjobs.scanner.values import fingerprint
from scanjobs.sites import canonical_host

NO_WEBSITE = "storage of an origin that is no website"
SET_AGAIN = "cookie whose setting is told once more"

_LOG = {"stack": STACK, "type": ALL, "timestamp": ALL, "location": ALL}
_NAMES = (
    *("name", "value", "domain", "path", "expires", "session", "httpOnly", "secure", "sameSite"),
    *("size", "priority", "sourceScheme", "partitionKey", "partitionKeyOpaque"),
)
_COOKIE = {**dict.fromkeys(_NAMES, ALL), "log": _LOG}
_BEACON = {"url": ALL, "listName": ALL, "occurrances": ALL, "log": {"stack": STACK, "timestamp": ALL}}
_PARTIES = {"firstParty": ALL, "thirdParty": ALL}
_FILE = {
    **dict.fromkeys(("uri_ins", "uri_dest", "uri_redirects", "browsing_history"), ALL),
    **dict.fromkeys(("start_time", "end_time", "localStorage", "sessionStorage"), ALL),
    "cookies": Each("cookie", _COOKIE),
    "beacons": Each("beacon", _BEACON),
    "hosts": {"requests": _PARTIES},
    "browser": {**BROWSER, "preset_cookies": ALL},
    "script": SCRIPT,
}
_OWN = frozenset(
    {"uri_refs", "task_description", "testSSL", "cookies", "localStorage", "beacons", "unsafeForms"}
)
_ORIGINS = {"Cookie.HTTP": CookieOrigin.SET_COOKIE, "Cookie.JS": CookieOrigin.SCRIPT}
_LONGEST_CHROMIUM_KEEPS = timedelta(days=400) - timedelta(minutes=1)

_Spot = tuple[str, str, str]
"""The name, the domain and the path of a cookie, whatever its partition."""


class WecImporter:
    """`inspection.json` of the European Data Protection Supervisor's collector, versions 0.3 to 3."""

    format: ClassVar[str] = "wec"

    def matches(self, head: bytes) -> bool:
        """True for an inspection with members that no other tool's inspection has."""
        seen = outline(head)
        keys = set(seen.keys)
        if seen.opening != "{" or "uri_ins" not in keys:
            return False
        return bool(keys & _OWN) or b'"Website Evidence Collection"' in head

    def collect(self, target: CaptureTarget) -> Evidence:
        """What the inspection holds; read once, one cookie or beacon in memory at a time."""
        reader = _Reader(target)
        file = read_json(target.path, _FILE, reader.take, target.on_progress)
        refuse_damaged(target, file, reader.listed.entries)
        root = mapping(file.root)
        if not file.lists & {"cookie", "beacon"} and not isinstance(root.get("localStorage"), dict):
            raise CaptureError(
                f"{printable(target.path.name)} is no inspection of the Website Evidence Collector: it holds "
                "neither cookies nor beacons nor storage.",
                hint="Name the inspection.json that it wrote, or the folder around it.",
            )
        return reader.evidence(file, root)


class _Reader(InspectionReader):
    """Takes cookies and beacons."""

    def __init__(self, target: CaptureTarget) -> None:
        super().__init__(target)
        self._only_told: list[JarCookie] = []

    def take(self, name: str, item: Any) -> None:
        """Note a cookie or a request that was taken for tracking."""
        if name == "beacon":
            self._take_beacon(mapping(item))
        elif not isinstance(item, dict) or (cookie := _cookie(item)) is None:
            self.listed.add(None)
        elif _is_only_told(item):
            self._only_told.append(cookie)
        else:
            self.listed.add(cookie)

    def evidence(self, file: JsonFile, root: dict[str, Any]) -> Evidence:
        """Everything that was noted, now that the last member was read."""
        self._add_what_was_only_told()
        inputs = {RuleInput.INITIATORS} | (COOKIE_INPUTS if "cookie" in file.lists else set())
        for member, kind, shown in (
            ("localStorage", StorageKind.LOCAL, RuleInput.LOCAL_STORAGE),
            ("sessionStorage", StorageKind.SESSION, RuleInput.SESSION_STORAGE),
        ):
            if isinstance(root.get(member), dict):
                inputs.add(shown)
                self._take_storage(root[member], kind)
        asked = hosts_told(root)
        if asked is not None:
            inputs.add(RuleInput.REQUESTS)
        for host in asked or ():
            if not self._hosts.ask(host):
                self.listed.skip(NO_HOST)
        gaps = _gaps(root, inputs)
        return self.visit(
            file, root, inputs, gaps, format=WecImporter.format, tool="Website Evidence Collector"
        )

    def _take_beacon(self, beacon: dict[str, Any]) -> None:
        log = mapping(beacon.get("log"))
        self.track(
            beacon.get("url"),
            beacon.get("listName"),
            requests=counted(beacon.get("occurrances")),
            at=log.get("timestamp"),
            stack=log.get("stack"),
        )

    def _add_what_was_only_told(self) -> None:
        """Cookies that somebody was seen to set and that were not in the store in the end."""
        stored = self.listed.spots
        told_again: dict[_Spot, JarCookie] = {}
        for cookie in self._only_told:
            spot = (cookie.name, canonical_host(cookie.domain.strip().strip(".")), cookie.path)
            if spot in stored:
                self.listed.skip(SET_AGAIN)
                told_again.setdefault(spot, cookie)
            else:
                self.listed.add(cookie)
        self.listed.revise(partial(_with_initiator, told_again))

    def _take_storage(self, origins: dict[str, Any], kind: StorageKind) -> None:
        for origin, items in origins.items():
            url = read_url(text(origin).strip())
            if url is None or not isinstance(items, dict):
                self.listed.skip(NO_WEBSITE, max(1, len(items) if isinstance(items, dict) else 1))
                continue
            for name, item in items.items():
                key = StorageKey(name=stored_name(text(name)), origin=url.origin, kind=kind)
                self._add_item(key, mapping(item))

    def _add_item(self, key: StorageKey, item: dict[str, Any]) -> None:
        value, log = _as_text(item.get("value")) if "value" in item else None, mapping(item.get("log"))
        kept = value.replace("\0", "\ufffd") if value is not None and self._target.keep_values else None
        page = read_url(text(log.get("location")).strip())
        self.listed.add_item(
            StoredItem(
                key=key,
                phase=self._target.phase,
                value=None if value is None else fingerprint(value, self._target.salt),
                kept_value=kept,
                first_url=page.shown if page else None,
                initiator=caller_in(log.get("stack")),
                observed_at=read_moment(log.get("timestamp")),
            )
        )


def _cookie(item: dict[str, Any]) -> JarCookie | None:
    """A cookie of the store as the protocol gave it, with who set it; or one that was only seen being set.

    The tool takes the dot off every domain, so that nobody can say which hosts get the cookie.
    """
    cookie = read_cookie(item)
    if cookie is None:
        return None
    log = mapping(item.get("log"))
    origin = _ORIGINS.get(text(log.get("type")))
    caller, set_at = caller_in(log.get("stack")), read_moment(log.get("timestamp"))
    location = read_url(text(log.get("location")).strip())
    answered = read_url(caller) if origin is CookieOrigin.SET_COOKIE and caller else None
    seen_on = answered or location
    domain = cookie.domain
    if not domain.strip() and location is not None:
        domain = location.host  # a script that names no domain means the host of its page
    told = replace(cookie, domain=domain, host_only=None, initiator=caller, seen_on=seen_on)
    if _is_only_told(item):
        return replace(
            told,
            value=cookie.value if "value" in item else None,
            origin=origin or CookieOrigin.SCRIPT,
            set_at=set_at,
            is_session=cookie.is_session if item.keys() & {"session", "expires"} else None,
            http_only=False if origin is CookieOrigin.SCRIPT else None,
            same_site=None,
            partitioned=None,
        )
    if origin is None or set_at is None or _may_have_been_shortened(cookie, set_at.timestamp()):
        return told
    return replace(told, origin=origin, set_at=set_at)


def _is_only_told(item: dict[str, Any]) -> bool:
    """Whether the cookie comes from the tool's log alone, and was not in the store when that was read."""
    return not item.keys() & {"size", "httpOnly"}


def _may_have_been_shortened(cookie: JarCookie, set_at: float) -> bool:
    """Whether the browser's own limit, and not who set it, may say when a cookie ends.

    Chromium keeps none for more than 400 days, so what was asked for cannot be told from what it keeps.
    """
    if cookie.expires_at is None:
        return False
    return cookie.expires_at - set_at >= _LONGEST_CHROMIUM_KEEPS.total_seconds()


def _with_initiator(told_again: Mapping[_Spot, JarCookie], cookie: ObservedCookie) -> ObservedCookie:
    """A cookie of the store with who set it, where the store itself does not say so and the log does."""
    told = told_again.get((cookie.key.name, cookie.key.domain, cookie.key.path))
    if told is None or cookie.initiator is not None:
        return cookie
    return replace(cookie, initiator=told.initiator, first_url=told.seen_on.shown if told.seen_on else "")


def _gaps(root: dict[str, Any], inputs: set[RuleInput]) -> Iterator[tuple[GapKind, str]]:
    if RuleInput.COOKIES not in inputs:
        yield GapKind.NOT_RECORDED, "The inspection holds no list of cookies, which is not an empty one."
    if preset := mapping(mapping(root.get("browser")).get("preset_cookies")):
        yield (
            GapKind.NOT_RECORDED,
            f"The visit began with cookies that were set beforehand ({len(preset)}), so it is not one of a "
            "visitor who has chosen nothing.",
        )


def _as_text(value: Any) -> str | None:
    """A stored value, which the tool has read as JSON where it was some; None where it is nested too deep."""
    if isinstance(value, str):
        return text(value)
    try:
        return json.dumps(value, default=float, separators=(",", ":"), ensure_ascii=False)
    except (RecursionError, ValueError, OverflowError):
        return None
