"""Reads cookies as programs that steer a browser write them: DevTools protocol, Puppeteer, Selenium."""

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
from scanjobs.scanner.importers.har_values import text
from scanjobs.scanner.importers.json_stream import ALL, Each, outline, peek, read_json
from scanjobs.scanner.jar import JarCookie
from scanjobs.scanner.shown import printable
from scanjobs.scanner.source import CaptureTarget

_NAMES = (
    *("name", "value", "domain", "path", "expires", "expiry", "session", "httpOnly", "secure", "sameSite"),
    *("size", "priority", "sourceScheme", "partitionKey", "partitionKeyOpaque"),
)
_COOKIES = Each("cookie", dict.fromkeys(_NAMES, ALL))
_FILE = ({"cookies": _COOKIES, "result": {"cookies": _COOKIES}}, _COOKIES)
_WHOLE = Each("cookie", ALL)
_HEAD = ({"cookies": _WHOLE, "result": {"cookies": _WHOLE}}, _WHOLE)
_OF_ANSWERS = frozenset({"cookies", "id", "result", "sessionId"})
_OF_PROTOCOL = frozenset({"size", "session", "priority", "sourceScheme"})
_OF_OTHERS = frozenset({"hostOnly", "storeId", "expirationDate", "expiresUTC", "firstPartyStorage"})
_SCHEMES = {"Secure": "https", "NonSecure": "http"}


class CdpImporter:
    """Answers of `Network.getAllCookies` and `Storage.getCookies`, lists of Puppeteer and Selenium."""

    format: ClassVar[str] = "cdp"

    def matches(self, head: bytes) -> bool:
        """True for an answer with cookies or a list of them, unless they have members of other tools."""
        seen = outline(head)
        if seen.opening == "{" and not set(seen.keys) <= _OF_ANSWERS:
            return False
        first = next(iter(peek(head, _HEAD)), None)
        if first is None:
            return "cookies" in seen.keys
        members = set(first) if isinstance(first, dict) else set()
        is_cookie = {"name", "domain"} <= members and bool(members & {"value", "path"})
        return is_cookie and not members & _OF_OTHERS

    def collect(self, target: CaptureTarget) -> Evidence:
        """What the list holds; read once, one cookie in memory at a time."""
        reader = _Reader(target)
        file = read_json(target.path, _FILE, reader.take, target.on_progress)
        refuse_damaged(target, file, reader.listed.entries)
        if "cookie" not in file.lists:
            raise CaptureError(
                f"{printable(target.path.name)} holds no list of cookies.",
                hint="Save the answer of Storage.getCookies, or the list that Puppeteer or Selenium gives.",
            )
        about = ListFile(format=self.format, sha256=file.sha256, size=file.size, is_damaged=file.is_damaged)
        return reader.listed.evidence(about, reader.gaps())


class _Reader:
    """Takes cookies one by one, and notes what wrote them."""

    def __init__(self, target: CaptureTarget) -> None:
        self.listed = CookieList(target)
        self._is_of_webdriver = True

    def take(self, _name: str, item: Any) -> None:
        """Note one cookie of the list."""
        members = set(item) if isinstance(item, dict) else set()
        if members & (_OF_PROTOCOL | {"expires"}):
            self._is_of_webdriver = False
        self.listed.add(read_cookie(item) if "domain" in members else None)

    def gaps(self) -> Iterator[tuple[GapKind, str]]:
        """What such a list cannot show, now that its last cookie was read."""
        yield COOKIES_ONLY
        if self.listed.entries and self._is_of_webdriver:
            yield (
                GapKind.SINGLE_HOST,
                "WebDriver gives the cookies of the open page only; those of other hosts are not listed.",
            )
        elif site := self.listed.only_site:
            yield (
                GapKind.SINGLE_HOST,
                f"All cookies of the list are of {site}; it may have been asked for those of one page only.",
            )


def read_cookie(item: dict[str, Any]) -> JarCookie | None:
    """A cookie as the protocol, Puppeteer or WebDriver write it; None where it has no name."""
    if not isinstance(item.get("name"), str):
        return None
    members = set(item)
    is_of_protocol = bool(members & _OF_PROTOCOL)
    domain, secure = text(item.get("domain")), flag(item.get("secure"))
    end = end_of(item.get("expires", item.get("expiry")))
    is_session = flag(item.get("session"))
    if is_session is None and end is not None:
        is_session = end <= 0
    elif is_session is None and not members & {"expires", "expiry"}:
        is_session = True  # WebDriver writes an expiry unless there is none
    is_partitioned = item.get("partitionKey") is not None or item.get("partitionKeyOpaque") is True
    return JarCookie(
        name=text(item["name"]),
        value=value_of(item),
        domain=domain,
        path=text(item.get("path")),
        host_only=None if (wide := is_wide(domain)) is None else not wide,
        expires_at=end if end is not None and end > 0 and not is_session else None,
        is_session=is_session,
        secure=secure,
        http_only=flag(item.get("httpOnly")),
        same_site=_same_site(item, secure, is_of_protocol=is_of_protocol),
        partition=partition_of(item.get("partitionKey")),
        partitioned=True if is_partitioned else False if is_of_protocol else None,
        scheme=_SCHEMES.get(text(item.get("sourceScheme")), ""),
    )


def _same_site(item: dict[str, Any], secure: bool | None, *, is_of_protocol: bool) -> SameSite | None:
    """The protocol leaves the attribute out where the cookie had none; the others write `Lax` then."""
    if is_of_protocol and "sameSite" not in item:
        return SameSite.UNSPECIFIED
    found = same_site_of(item.get("sameSite"), secure)
    return None if found is SameSite.LAX and not is_of_protocol else found
