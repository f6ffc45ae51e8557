"""Reads one Set-Cookie line and says which cookie it asks for (draft-ietf-httpbis-rfc6265bis, section 5).

An auditor differs from a browser in two ways. The 400 days that browsers allow at most are not applied:
what the response asked for is what gets judged. And a cookie that a browser refuses for its attributes
(a broken `__Host-` promise, SameSite=None or Partitioned without Secure, Secure over http) is read all
the same, since it is the rules that judge it. What could be no cookie of this host is refused here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from scanjobs.domain.cookies import SameSite
from scanjobs.scanner.cookie_date import parse_cookie_date
from scanjobs.sites import canonical_host, is_ip_address, is_public_suffix

MAX_PAIR_OCTETS = 4096
MAX_ATTRIBUTE_OCTETS = 1024
LATEST = datetime.max.replace(tzinfo=UTC)
FIRST_COOKIE = datetime(1994, 10, 1, tzinfo=UTC)
"""Nothing received cookies before, so an expiry before it is a deletion even where the time is unknown."""

_SECOND = timedelta(seconds=1)
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_WHITESPACE = " \t"
_MAX_AGE = re.compile(r"-?[0-9]+")
_PREFIXES = ("__secure-", "__host-", "__http-")
_ARGUMENT_ATTRIBUTES = frozenset({"expires", "max-age", "domain", "path", "samesite", "priority"})
_FLAG_ATTRIBUTES = frozenset({"secure", "httponly", "partitioned"})


class Refusal(StrEnum):
    """Why a Set-Cookie line gives no cookie, in the words of the report."""

    CONTROL_CHARACTERS = "Set-Cookie with control characters"
    TOO_LARGE = "Set-Cookie with more than 4096 octets of name and value"
    EMPTY = "Set-Cookie with neither name nor value"
    HIDDEN_PREFIX = "Set-Cookie without a name that imitates a prefix"
    PUBLIC_SUFFIX = "Set-Cookie for a public suffix"
    FOREIGN_DOMAIN = "Set-Cookie for a foreign domain"


class CookieRefusedError(Exception):
    """A Set-Cookie line that gives no cookie for the host that sent it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class SetCookie:
    """What a Set-Cookie line says; None where the source of the line could not tell."""

    name: str
    value: str
    expires: datetime | None = None
    max_age: int | None = None
    domain: str = ""
    """The Domain attribute in lower case without its leading dot; empty for the host alone."""
    path: str = ""
    """The Path attribute; empty for the default path."""
    secure: bool | None = False
    http_only: bool | None = False
    same_site: SameSite | None = SameSite.UNSPECIFIED
    partitioned: bool | None = False
    is_session: bool | None = True
    """True when it carries neither Max-Age nor a valid Expires."""

    def lifetime_seconds(self, received_at: datetime | None) -> int | None:
        """How long the response wants it kept; None for session cookies and where it cannot be known."""
        if self.max_age is not None:
            return min(self.max_age, (LATEST - (received_at or FIRST_COOKIE)) // _SECOND)
        if self.expires is None or received_at is None:
            return None
        return (self.expires - received_at) // _SECOND

    def expires_at(self, received_at: datetime | None) -> datetime | None:
        """The moment it ends; Max-Age counts from when it was received and wins over Expires."""
        if self.max_age is None:
            return self.expires
        if received_at is None:
            return None
        return received_at + timedelta(seconds=max(self.lifetime_seconds(received_at) or 0, 0))

    def is_deletion(self, received_at: datetime | None) -> bool:
        """True when the response takes the cookie away instead of setting it."""
        if self.max_age is not None:
            return self.max_age <= 0
        return self.expires is not None and self.expires <= (received_at or FIRST_COOKIE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Where a cookie is sent back to."""

    domain: str
    host_only: bool
    path: str

    def covers(self, host: str, path: str) -> bool:
        """True when a request to this host and path carries the cookie."""
        reaches_host = host == self.domain if self.host_only else domain_matches(host, self.domain)
        return reaches_host and path_matches(path, self.path)


def parse_set_cookie(line: str) -> SetCookie:
    """The cookie that a Set-Cookie line asks for (section 5.6); CookieRefusedError where it asks for none."""
    if has_control_characters(line):
        raise CookieRefusedError(Refusal.CONTROL_CHARACTERS)
    pair, _, unparsed = line.partition(";")
    name, value = split_pair(pair)
    check_pair(name, value)

    found: dict[str, str] = {}
    expires = max_age = None
    for attribute in unparsed.split(";"):
        key, argument = _split_attribute(attribute)
        if _octets(argument) > MAX_ATTRIBUTE_OCTETS:
            continue
        if key == "expires":
            expires = parse_cookie_date(argument) or expires
        elif key == "max-age":
            # Digits, or a minus and digits; anything else leaves an earlier Max-Age standing.
            max_age = int(argument) if _MAX_AGE.fullmatch(argument) else max_age
        else:
            found[key] = argument
    return SetCookie(
        name=name,
        value=value,
        expires=expires,
        max_age=max_age,
        domain=found.get("domain", "").removeprefix(".").lower(),
        path=found.get("path", ""),
        secure="secure" in found,
        http_only="httponly" in found,
        same_site=read_same_site(found.get("samesite", "")),
        partitioned="partitioned" in found,
        is_session=expires is None and max_age is None,
    )


def split_pair(pair: str) -> tuple[str, str]:
    """Name and value of `name=value`; what has no equals sign is a value without a name."""
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", name
    return name.strip(_WHITESPACE), value.strip(_WHITESPACE)


def has_control_characters(text: str) -> bool:
    """True for text with characters that no cookie may hold; a tab is none of them."""
    return _CONTROLS.search(text) is not None


def check_pair(name: str, value: str) -> None:
    """Refuse names and values that no browser stores."""
    if has_control_characters(name) or has_control_characters(value):
        raise CookieRefusedError(Refusal.CONTROL_CHARACTERS)
    if _octets(name) + _octets(value) > MAX_PAIR_OCTETS:
        raise CookieRefusedError(Refusal.TOO_LARGE)
    if not name and not value:
        raise CookieRefusedError(Refusal.EMPTY)
    if not name and value.lower().startswith(_PREFIXES):
        raise CookieRefusedError(Refusal.HIDDEN_PREFIX)


def scope_of(cookie: SetCookie, host: str, request_path: str) -> Scope:
    """Where the cookie goes when this host set it (section 5.7); CookieRefusedError where it may not."""
    domain = cookie.domain
    if is_ip_address(domain):
        # Brackets belong to the URL of an IPv6 host, and so to its Domain, not to the host itself.
        domain = domain.strip("[]")
    if not domain.isascii():
        raise CookieRefusedError(Refusal.FOREIGN_DOMAIN)
    if domain and is_public_suffix(domain):
        if domain != canonical_host(host):
            raise CookieRefusedError(Refusal.PUBLIC_SUFFIX)
        domain = ""
    if domain and not domain_matches(host, domain):
        raise CookieRefusedError(Refusal.FOREIGN_DOMAIN)
    path = cookie.path if cookie.path.startswith("/") else default_path(request_path)
    return Scope(domain=domain or canonical_host(host), host_only=not domain, path=path)


def default_path(request_path: str) -> str:
    """The path of a cookie that names none: the folder of the request (section 5.1.4)."""
    if not request_path.startswith("/"):
        return "/"
    return request_path[: request_path.rindex("/")] or "/"


def domain_matches(host: str, domain: str) -> bool:
    """True when the host is the domain or lies below it (section 5.1.3)."""
    host = canonical_host(host)
    return host == domain or (host.endswith(f".{domain}") and not is_ip_address(host))


def path_matches(request_path: str, cookie_path: str) -> bool:
    """True when the path is the cookie's or lies below it (section 5.1.4)."""
    if request_path == cookie_path:
        return True
    if not request_path.startswith(cookie_path):
        return False
    return cookie_path.endswith("/") or request_path[len(cookie_path)] == "/"


def read_same_site(text: str) -> SameSite:
    """The SameSite attribute; unknown words mean that none was given."""
    try:
        return SameSite(text.lower())
    except ValueError:
        return SameSite.UNSPECIFIED


def without_value(line: str) -> str:
    """The line with its value replaced by its length, and so everything that is not a known attribute.

    A value with a semicolon in it is cut in two by the algorithm; its rest must not be kept either, whether
    it looks like no attribute, like one without a name or like a flag with an argument.
    """
    pair, *attributes = line.split(";")
    name, value = split_pair(pair)
    shown = [f"{name}={_length(value)}" if "=" in pair else _length(value)]
    shown.extend(map(_shown_attribute, attributes))
    return ";".join(shown)


def _shown_attribute(attribute: str) -> str:
    key, _ = _split_attribute(attribute)
    if key in _ARGUMENT_ATTRIBUTES or not attribute.strip():
        return attribute
    if key in _FLAG_ATTRIBUTES:
        return attribute.partition("=")[0]
    return f" {_length(attribute.strip())}"


def _length(text: str) -> str:
    return f"<{len(text)} characters>"


def _split_attribute(attribute: str) -> tuple[str, str]:
    key, _, argument = attribute.partition("=")
    return key.strip(_WHITESPACE).lower(), argument.strip(_WHITESPACE)


def _octets(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
