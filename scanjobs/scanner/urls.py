"""Reads the URL of a request: where it went, and what of it may be kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from scanjobs.sites import canonical_host

_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_BAD_HOST = re.compile(r"[\x00-\x20\x7f-\U0010ffff\"<>\\^`{|}]")
_LONGEST_HOST = 253
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\ud800-\udfff]")
_SECURE = {"http": False, "ws": False, "https": True, "wss": True}
_DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


@dataclass(frozen=True, kw_only=True, slots=True)
class WebUrl:
    """The URL of a request that went over the network."""

    scheme: str
    """`http`, `https`, `ws` or `wss`."""
    host: str
    """Lower case, punycode, without brackets or port."""
    path: str
    """At least `/`."""
    shown: str
    """Without user, query and fragment, since they may hold personal data."""

    @property
    def origin(self) -> str:
        """Scheme, host and, where it is not the usual one, port."""
        return "/".join(self.shown.split("/", 3)[:3])

    @property
    def transport(self) -> str:
        """`https` when the request travelled encrypted, else `http`."""
        return "https" if _SECURE[self.scheme] else "http"


def is_local(url: str) -> bool:
    """True for URLs that ask no host: `data:`, `blob:`, `about:`, `chrome-extension:` and their like."""
    found = _SCHEME.match(url)
    return found is not None and found[1].lower() not in _SECURE


def read_url(url: str) -> WebUrl | None:
    """The parts of a web URL, or None where it cannot be read as one."""
    try:
        parts = urlsplit(url)
        host, port = canonical_host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    if parts.scheme not in _SECURE or not host or _BAD_HOST.search(host):
        return None
    path = parts.path or "/"
    shown_host = f"[{host}]" if ":" in host else host
    shown_port = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    shown_path = _UNPRINTABLE.sub(lambda found: quote(found[0], errors="replace"), path)
    return WebUrl(
        scheme=parts.scheme,
        host=host,
        path=path,
        shown=f"{parts.scheme}://{shown_host}{shown_port}{shown_path}",
    )


def is_host(host: str) -> bool:
    """True for what can be the host of a web URL, in its canonical form."""
    return 0 < len(host) <= _LONGEST_HOST and _BAD_HOST.search(host) is None
