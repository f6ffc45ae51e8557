"""Reads cookies as browser extensions export them: Cookie-Editor, EditThisCookie and their like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from scanjobs.domain.cookies import SameSite
from scanjobs.domain.evidence import Evidence, GapKind
from scanjobs.errors import CaptureError
from scanjobs.scanner.importers.cookie_json import (
    end_of,
    flag,
    is_wide,
    partition_of,
    same_site_of,
    value_of,
)
from scanjobs.scanner.importers.cookie_list import COOKIES_ONLY, CookieList, ListFile
from scanjobs.scanner.importers.damage import refuse_damaged
from scanjobs.scanner.importers.har_values import mapping, text
from scanjobs.scanner.importers.json_stream import ALL, Each, outline, peek, read_json
from scanjobs.scanner.jar import JarCookie
from scanjobs.scanner.shown import printable
from scanjobs.scanner.source import CaptureTarget
from scanjobs.scanner.urls import read_url

_NAMES = (
    *("name", "value", "domain", "hostOnly", "path", "secure", "httpOnly", "sameSite", "session"),
    *("expirationDate", "partitionKey", "firstPartyDomain"),
)
_COOKIES = Each("cookie", dict.fromkeys(_NAMES, ALL))
_FILE = ({"url": ALL, "cookies": _COOKIES}, _COOKIES)
_HEAD = ({"cookies": Each("cookie", ALL)}, Each("cookie", ALL))
_OWN = frozenset({"hostOnly", "storeId", "expirationDate"})


class ExtensionImporter:
    """Lists of `chrome.cookies`, alone or beside the address of the open page."""

    format: ClassVar[str] = "cookie-editor"

    def matches(self, head: bytes) -> bool:
        """True for a list whose first cookie has members that `chrome.cookies` alone knows."""
        seen = outline(head)
        if seen.opening == "{" and not set(seen.keys) <= {"url", "cookies"}:
            return False
        first = next(iter(peek(head, _HEAD)), None)
        return isinstance(first, dict) and {"name", "domain"} <= set(first) and bool(_OWN & set(first))

    def collect(self, target: CaptureTarget) -> Evidence:
        """What the list holds; read once, one cookie in memory at a time."""
        listed = CookieList(target)
        file = read_json(target.path, _FILE, lambda _, item: listed.add(_cookie(item)), target.on_progress)
        refuse_damaged(target, file, listed.entries)
        if "cookie" not in file.lists:
            raise CaptureError(
                f"{printable(target.path.name)} holds no list of cookies.",
                hint="Export the cookies of the open tab as JSON.",
            )
        about = ListFile(
            format=self.format,
            sha256=file.sha256,
            size=file.size,
            is_damaged=file.is_damaged,
            page=read_url(text(mapping(file.root).get("url")).strip()),
        )
        return listed.evidence(about, _gaps(listed))


def _gaps(listed: CookieList) -> Iterator[tuple[GapKind, str]]:
    yield COOKIES_ONLY
    if site := listed.only_site:
        yield (
            GapKind.SINGLE_HOST,
            f"All cookies of the list are of {site}: an extension exports those of the open tab only.",
        )


def _cookie(item: Any) -> JarCookie | None:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str) or "domain" not in item:
        return None
    domain, secure = text(item["domain"]), flag(item.get("secure"))
    host_only, wide = flag(item.get("hostOnly")), is_wide(domain)
    end, is_session = end_of(item.get("expirationDate")), flag(item.get("session"))
    if is_session is None:
        is_session = end is None or end <= 0  # session cookies have no expirationDate
    return JarCookie(
        name=text(item["name"]),
        value=value_of(item),
        domain=domain,
        path=text(item.get("path")),
        host_only=host_only if host_only is not None or wide is None else not wide,
        expires_at=end if end is not None and end > 0 and not is_session else None,
        is_session=is_session,
        secure=secure,
        http_only=flag(item.get("httpOnly")),
        same_site=_same_site(item, secure),
        partition=partition_of(item.get("partitionKey")),
        # Without being asked for partitioned cookies, the browser gives the others only.
        partitioned=item.get("partitionKey") is not None,
    )


def _same_site(item: dict[str, Any], secure: bool | None) -> SameSite | None:
    """`null` is how Cookie-Editor writes `unspecified`; Firefox says `no_restriction` for both."""
    if "sameSite" in item and item["sameSite"] is None:
        return SameSite.UNSPECIFIED
    found = same_site_of(item.get("sameSite"), secure)
    return None if found is SameSite.NONE and "firstPartyDomain" in item else found
