"""Reads the members of a cookie in JSON, as the many tools write them: what does not fit counts as absent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from scanjobs.domain.cookies import SameSite
from scanjobs.scanner.cookie_date import parse_cookie_date
from scanjobs.scanner.importers.har_values import read_moment, text
from scanjobs.scanner.jar import LATEST_EXPIRY
from scanjobs.scanner.urls import read_url
from scanjobs.sites import registrable_domain

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]*)?")


def value_of(item: Mapping[str, Any]) -> str:
    """The value as text; some tools turn digits into a number."""
    value = item.get("value")
    try:
        return str(value) if isinstance(value, int | Decimal) else text(value)
    except ValueError:  # more digits than anybody means, and than Python writes
        return ""


def flag(value: Any) -> bool | None:
    """Yes, no, or nobody said."""
    return value if isinstance(value, bool) else None


def end_of(value: Any) -> float | None:
    """When a cookie ends in seconds since 1970, zero or less for the session; None where nobody said."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return in_seconds(_as_float(value))
    words = text(value).strip()
    if _NUMBER.fullmatch(words):
        return in_seconds(float(words))
    moment = read_moment(words) or parse_cookie_date(words)
    return moment.timestamp() if moment else None


def in_seconds(number: float) -> float:
    """Seconds since 1970 of an expiry that may be in milliseconds.

    Old versions of the DevTools protocol and what was read from the store of Firefox 142 and later are; no
    browser keeps a cookie until after the year 9999.
    """
    return number / 1000 if LATEST_EXPIRY < number <= LATEST_EXPIRY * 1000 else number


def is_wide(domain: str) -> bool | None:
    """Whether subdomains get the cookie: browsers list it with a leading dot then."""
    return domain.strip().startswith(".") if domain.strip() else None


def partition_of(value: Any) -> str:
    """The site that a cookie is partitioned under: scheme and registrable domain, as in the whole scanner.

    Older versions of Chromium write a text, newer ones an object; Puppeteer calls its site `sourceOrigin`.
    """
    if isinstance(value, dict):
        value = value.get("topLevelSite") or value.get("sourceOrigin")
    url = read_url(text(value).strip()) if value else None
    return f"{url.transport}://{registrable_domain(url.host)}" if url else ""


def same_site_of(word: Any, secure: bool | None) -> SameSite | None:
    """The SameSite attribute from the word of a tool; None where it says nothing that can be relied on.

    `None` without Secure is no answer: browsers refuse such a cookie, and those that do not tell it from a
    cookie without the attribute (Firefox, WebKit) write the same word for both.
    """
    found = _SAME_SITE.get(text(word).strip().lower())
    return None if found is SameSite.NONE and not secure else found


_SAME_SITE = {
    "strict": SameSite.STRICT,
    "lax": SameSite.LAX,
    "none": SameSite.NONE,
    "no_restriction": SameSite.NONE,
    "unspecified": SameSite.UNSPECIFIED,
    "default": SameSite.UNSPECIFIED,
}


def _as_float(number: int | Decimal) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else 0.0
