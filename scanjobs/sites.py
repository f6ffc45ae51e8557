"""Which site a host belongs to: registrable domains from the bundled list, never from the network."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scanjobs.domain.cookies import Party

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    # Parsing the list takes about 50 ms, so the first question pays for it, not the import.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


def is_ip_address(host: str) -> bool:
    """True for IPv4 and IPv6 literals, with or without brackets."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


@lru_cache(maxsize=65536)
def is_public_suffix(domain: str) -> bool:
    """True for names under which anyone can register, such as `com`, `co.uk` or `github.io`."""
    return not is_ip_address(domain) and bool(_suffixes().is_public(domain.lower().rstrip(".")))


@lru_cache(maxsize=65536)
def registrable_domain(host: str) -> str:
    """The part of a host that somebody registered: `www.shop.co.uk` gives `shop.co.uk`.

    Addresses, `localhost` and public suffixes themselves have no such part and stand for themselves.
    """
    host = host.lower().strip(".")
    if is_ip_address(host):
        return host
    return str(_suffixes().privatesuffix(host) or host)


def party_of(host: str, site: str) -> Party:
    """First party when host and site have the same registrable domain, else third."""
    return Party.FIRST if registrable_domain(host) == site else Party.THIRD


def host_of(url: str) -> str | None:
    """The lower-case host of a URL, or None where there is none."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host.lower() if host else None


def canonical_host(host: str) -> str:
    """A host name in lower case, its non-ASCII labels as punycode (RFC 6265bis section 5.1.2)."""
    if host.isascii():
        return host.lower()
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return host.lower()


def host_named(words: str) -> str | None:
    """The canonical host that somebody named, by a domain or by an address on it; None: it is none."""
    words = words.strip()
    host = host_of(words if "//" in words else f"//{words.lstrip('.')}")
    if host is None or not re.fullmatch(r"[\w.:\[\]-]+", host):
        return None
    return canonical_host(host)
