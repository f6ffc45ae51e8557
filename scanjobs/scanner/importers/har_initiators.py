"""Says what had a request sent: the script or document that Chrome's recorders name beside it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from scanjobs.scanner.importers.har_values import items, mapping, number, text
from scanjobs.scanner.importers.json_stream import ALL
from scanjobs.scanner.urls import read_url

_STACK = {"callFrames": [{"url": ALL, "lineNumber": ALL}]}
SHAPE = ({"url": ALL, "lineNumber": ALL, "stack": {**_STACK, "parent": _STACK}}, ALL)
"""What is wanted of `_initiator`: an object in Chrome's own files, an address in those of chrome-har."""

_MOST_LINES = 10_000_000


def initiator_of(entry: dict[str, Any]) -> str | None:
    """The address of what asked, without its query, the line after a colon; None where nobody said.

    Of a script it is the topmost place in the stack that has an address. Lines are counted from zero in an
    object (Chrome DevTools Protocol, Network.Initiator) and from one by chrome-har; here from one.
    """
    told = entry.get("_initiator")
    if isinstance(told, str):
        return _place(told, entry.get("_initiator_line"), first_line=1)
    initiator = mapping(told)
    stack = mapping(initiator.get("stack"))
    frames = [*items(stack, "callFrames"), *items(mapping(stack.get("parent")), "callFrames"), initiator]
    places = (_place(text(frame.get("url")), frame.get("lineNumber"), first_line=0) for frame in frames)
    return next(filter(None, places), None)


def _place(address: str, line: Any, *, first_line: int) -> str | None:
    url = read_url(address)
    if url is None:
        return None
    if line is None or isinstance(line, bool):
        return url.shown
    counted = int(min(max(number(line), Decimal(-1)), Decimal(_MOST_LINES))) + 1 - first_line
    return f"{url.shown}:{counted}" if counted > 0 else url.shown
