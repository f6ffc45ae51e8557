"""Reads a HAR file (HTTP Archive 1.1 and 1.2), entry by entry, as the many tools really write it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.evidence import Capture, Evidence, Gap, GapKind, HostContact, RuleInput, Skipped
from scanjobs.errors import CaptureError
from scanjobs.scanner.cookie_log import DELETED, CookieLog, Sighting
from scanjobs.scanner.cross_site import CrossSiteLog
from scanjobs.scanner.importers import har_initiators
from scanjobs.scanner.importers.damage import refuse_damaged
from scanjobs.scanner.importers.har_initiators import initiator_of
from scanjobs.scanner.importers.har_pages import PageLog, is_framed, is_html
from scanjobs.scanner.importers.har_values import (
    carries_cookies,
    cookie_of,
    headers,
    items,
    mapping,
    number,
    page_in_title,
    read_moment,
    received_at,
    text,
    tool_of,
)
from scanjobs.scanner.importers.json_stream import ALL, Each, JsonFile, outline, read_json
from scanjobs.scanner.set_cookie import (
    CookieRefusedError,
    SetCookie,
    has_control_characters,
    parse_set_cookie,
    scope_of,
    split_pair,
    without_value,
)
from scanjobs.scanner.shown import printable
from scanjobs.scanner.source import CaptureTarget
from scanjobs.scanner.urls import WebUrl, is_local, read_url

NOT_NETWORK = "entry that asked no host (data:, blob: and the like)"
UNREADABLE = "entry that could not be read"
STRANGE_SENT = "cookie in a request with control characters"

# What is wanted of a file, as json_stream reads it; bodies and timings of sockets are not.
_HEADERS = [{"name": ALL, "value": ALL}]
_COOKIES = [
    dict.fromkeys(("name", "value", "path", "domain", "expires", "httpOnly", "secure", "sameSite"), ALL)
]
_ENTRY = {
    "startedDateTime": ALL,
    "timings": dict.fromkeys(("blocked", "dns", "connect", "send", "wait"), ALL),
    "request": {"url": ALL, "headers": _HEADERS, "cookies": _COOKIES},
    "response": {
        **dict.fromkeys(("status", "redirectURL"), ALL),
        "headers": _HEADERS,
        "cookies": _COOKIES,
        "content": {"mimeType": ALL},
    },
    "_initiator": har_initiators.SHAPE,
    **dict.fromkeys(("_initiator_line", "_resourceType"), ALL),
}
_ENTRIES = Each("entry", _ENTRY)
_TOOL = {"name": ALL, "version": ALL}
_LOG = {"creator": _TOOL, "browser": _TOOL, "pages": [{"title": ALL}], "entries": _ENTRIES}
_FILE = ({"log": _LOG, **_LOG, **_ENTRY}, _ENTRIES)

_SANITIZING_TOOL = "WebInspector"
_COOKIE_INPUTS = frozenset({RuleInput.COOKIES, RuleInput.COOKIE_ATTRIBUTES, RuleInput.SET_COOKIE})
_INPUTS = _COOKIE_INPUTS | {RuleInput.REQUESTS}


class HarImporter:
    """HAR files, complete or not: with or without `log`, with a byte order mark, in a JSONP callback."""

    format: ClassVar[str] = "har"

    def matches(self, head: bytes) -> bool:
        """True for JSON with a log, with entries, or that is a single entry."""
        seen = outline(head)
        keys = set(seen.keys)
        if seen.opening == "{" and (keys & {"log", "entries"} or {"creator", "pages"} <= keys):
            return True
        return "request" in keys and bool(keys & {"response", "startedDateTime", "timings"})

    def collect(self, target: CaptureTarget) -> Evidence:
        """What the file shows; read once, one entry in memory at a time."""
        reader = _Reader(target)
        file = read_json(target.path, _FILE, reader.take, target.on_progress)
        root = file.root if isinstance(file.root, dict) else {}
        if "entry" not in file.lists and "request" in root and not file.is_damaged:
            reader.take("entry", root)
        _refuse_what_is_no_capture(target, file, reader)
        return reader.evidence(file, mapping(root.get("log")) or root)


@dataclass(kw_only=True, slots=True)
class _Host:
    first: Sighting
    requests: int = 0


class _Reader:
    """Takes entries one by one and remembers what they showed."""

    def __init__(self, target: CaptureTarget) -> None:
        self.entries = 0
        self.readable = 0
        self._target = target
        self._log = CookieLog(target)
        self._cross_site = CrossSiteLog()
        self._pages = PageLog(target.phase)
        self._hosts: dict[str, _Host] = {}
        self._skipped: Counter[str] = Counter()
        self._captured_at: datetime | None = None
        self._document: WebUrl | None = None
        self._first_url: WebUrl | None = None
        self._saw_cookies = False
        self._saw_initiators = False

    def take(self, name: str, entry: Any) -> None:
        """Note what one entry shows."""
        self.entries += 1
        request, response = mapping(mapping(entry).get("request")), mapping(mapping(entry).get("response"))
        address = text(request.get("url"))
        if is_local(address):
            self._skipped[NOT_NETWORK] += 1
            return
        url = read_url(address)
        if url is None:
            self._skipped[UNREADABLE] += 1
            return
        self.readable += 1
        sent_at = read_moment(entry.get("startedDateTime"))
        if sent_at and (self._captured_at is None or sent_at < self._captured_at):
            self._captured_at = sent_at
        by, answered_at = initiator_of(entry), received_at(sent_at, entry)
        self._saw_initiators = self._saw_initiators or by is not None
        asked = Sighting(position=2 * self.entries, url=url, at=sent_at, initiator=by)
        answered = Sighting(position=2 * self.entries + 1, url=url, at=answered_at, initiator=by)
        self._hosts.setdefault(url.host, _Host(first=asked)).requests += 1
        self._pages.note(url, entry, by, answered_at)
        self._note_page(url, request, response)
        self._note_sent(request, asked)
        self._note_set(response, answered)
        if number(response.get("status")):
            self._log.answered(answered)

    def evidence(self, file: JsonFile, log: dict[str, Any]) -> Evidence:
        """Everything that was noted, now that the last entry was read."""
        target = self._target
        page = self._document or page_in_title(log) or self._first_url
        cookies = self._log.observations(page)
        if deletions := self._log.deletions(cookies):
            self._skipped[DELETED] += deletions
        tool, version = tool_of(log)
        pages = self._pages.loads
        inputs = _INPUTS if self._saw_cookies or tool != _SANITIZING_TOOL else _INPUTS - _COOKIE_INPUTS
        if pages:
            inputs |= {RuleInput.PAGES}
        if self._saw_initiators:
            inputs |= {RuleInput.INITIATORS}
        capture = Capture(
            file_name=printable(target.path.name),
            sha256=file.sha256,
            size=file.size,
            format=HarImporter.format,
            phase=target.phase,
            tool=tool,
            tool_version=version,
            captured_at=self._captured_at,
            page_url=page.shown if page else None,
            entries=self.entries,
            complete=not file.is_damaged,
            skipped=tuple(Skipped(reason=r, count=n) for r, n in sorted(self._skipped.items())),
            inputs=inputs,
            third_party_cookies_work=self._cross_site.worked(page),
        )
        hosts = (
            HostContact(
                host=host,
                phase=target.phase,
                requests=seen.requests,
                first_url=seen.first.url.shown,
                first_at=seen.first.at,
                initiator=seen.first.initiator,
            )
            for host, seen in sorted(self._hosts.items())
        )
        gaps = tuple(
            Gap(kind=kind, detail=detail, phase=target.phase, file_name=capture.file_name)
            for kind, detail in self._gaps(capture)
        )
        return Evidence(captures=(capture,), cookies=cookies, hosts=tuple(hosts), gaps=gaps, pages=pages)

    def _gaps(self, capture: Capture) -> Iterator[tuple[GapKind, str]]:
        if not capture.complete:
            yield (
                GapKind.TRUNCATED,
                f"The file is damaged after its entry {self.entries}; the rest is missing.",
            )
        if capture.tool == _SANITIZING_TOOL and not self._saw_cookies:
            yield (
                GapKind.NO_COOKIE_HEADERS,
                "The file holds no cookie header at all, and since version 130 Chrome leaves them out unless "
                "one exports the recording with sensitive data.",
            )
        if capture.phase is ConsentPhase.UNKNOWN:
            yield GapKind.UNKNOWN_PHASE, "Nobody said what the visitor had chosen when this was recorded."
        if unreadable := self._skipped[UNREADABLE]:
            yield GapKind.UNREADABLE_ENTRIES, f"{unreadable} of {self.entries} entries could not be read."

    def _note_page(self, url: WebUrl, request: dict[str, Any], response: dict[str, Any]) -> None:
        if url.scheme not in ("http", "https") or self._document is not None:
            return
        self._first_url = self._first_url or url
        if 200 <= number(response.get("status")) < 300 and is_html(response) and not is_framed(request):
            self._document = url

    def _note_sent(self, request: dict[str, Any], seen: Sighting) -> None:
        lines = headers(request, "cookie")
        pairs = [split_pair(pair) for line in lines for pair in re.split(r"[;\n]", line)]
        if not lines:
            pairs = [(text(item.get("name")), text(item.get("value"))) for item in items(request, "cookies")]
        pairs = [(name, value) for name, value in pairs if name or value]
        clean = [pair for pair in pairs if not any(map(has_control_characters, pair))]
        if len(clean) < len(pairs):
            self._skipped[STRANGE_SENT] += len(pairs) - len(clean)
        self._saw_cookies = self._saw_cookies or bool(pairs)
        self._log.sent(clean, seen)
        names = {name for name, _ in clean}
        self._cross_site.note_sent(names, seen.url, seen.at, with_credentials=carries_cookies(request))

    def _note_set(self, response: dict[str, Any], seen: Sighting) -> None:
        # Chrome joins the cookies of one response with newlines in a single header.
        all_headers = headers(response, "set-cookie")
        for line in re.split(r"\r?\n", "\n".join(all_headers)):
            if line:
                shown = line if self._target.keep_values else without_value(line)
                self._set(partial(parse_set_cookie, line), shown, seen)
        # Some tools fill `cookies`, some leave it empty: only where no header speaks it is asked.
        for item in [] if all_headers else items(response, "cookies"):
            self._set(partial(cookie_of, item), None, seen)

    def _set(self, read: Callable[[], SetCookie], line: str | None, seen: Sighting) -> None:
        self._saw_cookies = True
        try:
            cookie = read()
            scope = scope_of(cookie, seen.url.host, seen.url.path)
        except CookieRefusedError as error:
            self._skipped[error.refusal.value] += 1
        else:
            self._log.set(cookie, scope, line, seen)
            self._cross_site.note_set(cookie, scope, seen.url, seen.at)


def _refuse_what_is_no_capture(target: CaptureTarget, file: JsonFile, reader: _Reader) -> None:
    """Raise unless the file gave something, whole or with leave to salvage."""
    refuse_damaged(target, file, reader.entries)
    name = printable(target.path.name)
    if reader.entries == 0:
        raise CaptureError(
            f"{name} is a HAR file without entries: no request was recorded.",
            hint="Open the developer tools first, then load the page, then export.",
        )
    if reader.readable == 0:
        raise CaptureError(
            f"None of the {reader.entries} entries of {name} is a request to a website that can be read.",
            hint="Export it again from the tool that recorded it.",
        )
