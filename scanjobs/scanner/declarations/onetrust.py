"""Reads the groups of cookies in the JSON that OneTrust serves to its banner (`DomainData.Groups`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from scanjobs.domain.declared import DeclaredType
from scanjobs.domain.purposes import Category
from scanjobs.errors import CaptureError
from scanjobs.scanner.declarations.contract import DeclarationSource, Declared
from scanjobs.scanner.declarations.durations import UNKNOWN, Duration, read_duration
from scanjobs.scanner.declarations.lines import Lines
from scanjobs.scanner.declarations.words import category_of
from scanjobs.scanner.importers.har_values import items, mapping, text
from scanjobs.scanner.importers.json_stream import ALL, outline, read_bytes
from scanjobs.scanner.shown import printable

_COOKIES = [
    dict.fromkeys(("Name", "Host", "IsSession", "Length", "DurationType", "description", "Category"), ALL)
]
_HOSTS = [{"HostName": ALL, "DisplayName": ALL, "Cookies": _COOKIES}]
_GROUP = {
    **dict.fromkeys(("GroupName", "OptanonGroupId", "CustomGroupId", "Parent"), ALL),
    "FirstPartyCookies": _COOKIES,
    "Hosts": _HOSTS,
}
_DATA = {"Groups": [_GROUP]}
_FILE = {"DomainData": _DATA, "culture": {"DomainData": _DATA}}
_BY_ID: Mapping[str, Category] = {
    "C0001": Category.NECESSARY,
    "C0002": Category.ANALYTICS,
    "C0003": Category.FUNCTIONAL,
    "C0004": Category.MARKETING,
    "C0005": Category.MARKETING,
    "1": Category.NECESSARY,
    "2": Category.ANALYTICS,
    "3": Category.FUNCTIONAL,
    "4": Category.MARKETING,
}
_DAYS = 1
_MOST_DAYS = 10**9
_MOST_PARENTS = 5


class OneTrustSource(DeclarationSource):
    """`en.json` and its like of OneTrust: groups with the site's own cookies and those of other hosts."""

    format: ClassVar[str] = "onetrust"

    def matches(self, head: bytes) -> bool:
        """True for an object with the data of a domain, or of a language that has it."""
        seen = outline(head)
        keys = set(seen.keys)
        return seen.opening == "{" and ("DomainData" in keys or ("culture" in keys and b"DomainData" in head))

    def read(self, content: bytes, name: str) -> Declared:
        """The cookies of all groups; CaptureError where there are no groups."""
        file = read_bytes(content, _FILE)
        root = mapping(file.root)
        data = mapping(root.get("DomainData")) or mapping(mapping(root.get("culture")).get("DomainData"))
        groups = items(data, "Groups")
        if not groups:
            raise CaptureError(
                f"{printable(name)} holds no groups of cookies of OneTrust.",
                hint="Save the JSON of the language (en.json), which has DomainData.Groups.",
            )
        lines = Lines()
        by_id = {text(group.get("OptanonGroupId")): group for group in groups}
        for group in groups:
            _add_group(lines, group, by_id)
        return Declared(lines=lines, tool="OneTrust", is_damaged=file.is_damaged)


def _add_group(lines: Lines, group: dict[str, Any], by_id: Mapping[str, dict[str, Any]]) -> None:
    category = _category_of(group, by_id)
    for cookie in items(group, "FirstPartyCookies"):
        _add(lines, cookie, group, category, provider="")
    for host in items(group, "Hosts"):
        provider = text(host.get("DisplayName")) or text(host.get("HostName"))
        for cookie in items(host, "Cookies"):
            _add(lines, cookie, group, category, provider=provider)


def _add(
    lines: Lines, cookie: dict[str, Any], group: dict[str, Any], category: Category | None, provider: str
) -> None:
    words, duration = _duration_of(cookie)
    lines.add(
        name=text(cookie.get("Name")),
        provider=provider,
        domain=text(cookie.get("Host")),
        category_words=text(group.get("GroupName")),
        category=category,
        purpose=text(cookie.get("description")),
        duration_words=words,
        duration=duration,
        type=DeclaredType.COOKIE,
    )


def _category_of(group: dict[str, Any], by_id: Mapping[str, dict[str, Any]]) -> Category | None:
    """What visitors read as its name, else its number in OneTrust's own order, else what it belongs to."""
    for _ in range(_MOST_PARENTS):
        found = category_of(text(group.get("GroupName"))) or _BY_ID.get(text(group.get("OptanonGroupId")))
        parent = by_id.get(text(group.get("Parent")))
        if found is not None or parent is None:
            return found
        group = parent
    return None


def _duration_of(cookie: dict[str, Any]) -> tuple[str, Duration]:
    """Its length in days, unless it says another unit, whose number means nothing to us."""
    if cookie.get("IsSession") is True:
        return "Session", Duration(True, None)
    length = cookie.get("Length")
    words = text(length)
    if isinstance(length, int) and not isinstance(length, bool) and 0 <= length <= _MOST_DAYS:
        words = str(length)
    if not words.strip().isdigit():
        return words, read_duration(words)
    if cookie.get("DurationType") not in (None, _DAYS, str(_DAYS)):
        return words, UNKNOWN
    return f"{words.strip()[:20]} days", read_duration(f"{words.strip()[:20]} days")
