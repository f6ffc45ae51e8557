"""Reads the pieces of a HAR entry, whatever type the tool gave them: what does not fit counts as absent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from scanjobs.scanner.cookie_date import parse_cookie_date
from scanjobs.scanner.set_cookie import SetCookie, check_pair, read_same_site
from scanjobs.scanner.shown import printable
from scanjobs.scanner.urls import WebUrl, read_url

_BEFORE_HEADERS = ("blocked", "dns", "connect", "send", "wait")
_LONGEST_WAIT = timedelta(hours=1)
_LONGEST_NAME = 100


def mapping(value: Any) -> dict[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(section: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in the list of that name."""
    found = section.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def text(value: Any) -> str:
    """The text, its broken surrogates replaced, or an empty one."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def number(value: Any) -> Decimal:
    """The number, also where it was written as text, or zero."""
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return Decimal(value) if isinstance(value, str) and value.isascii() and value.isdigit() else Decimal(0)


def headers(section: dict[str, Any], name: str) -> list[str]:
    """The values of every header of that name, written in any case."""
    return [
        text(header.get("value"))
        for header in items(section, "headers")
        if text(header.get("name")).strip().lower() == name and isinstance(header.get("value"), str)
    ]


def carries_cookies(request: dict[str, Any]) -> bool:
    """Whether a request is of a kind that always carries the cookies there are; False where nobody can say.

    Those that ask across origins with CORS carry them only where the page wants it (Fetch standard).
    """
    mode = next(iter(headers(request, "sec-fetch-mode")), "").lower()
    if mode:
        return mode in ("navigate", "no-cors")
    return bool(items(request, "headers")) and not headers(request, "origin")


def read_moment(value: Any) -> datetime | None:
    """An ISO 8601 moment in UTC; without a zone it is taken as UTC, and None where it is no moment."""
    try:
        moment = datetime.fromisoformat(text(value).strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def received_at(sent_at: datetime | None, entry: dict[str, Any]) -> datetime | None:
    """When the headers of the answer had arrived: what the recorder measured up to then."""
    if sent_at is None:
        return None
    timings = mapping(entry.get("timings"))
    try:
        milliseconds = sum(max(number(timings.get(name)), Decimal(0)) for name in _BEFORE_HEADERS)
        return sent_at + min(timedelta(milliseconds=float(milliseconds)), _LONGEST_WAIT)
    except ArithmeticError:
        return sent_at


def cookie_of(item: dict[str, Any]) -> SetCookie:
    """A cookie from `response.cookies`; CookieRefusedError where a browser would not store it.

    What the tool left out is unknown: None, not False. Only a Domain or Path that is not there means the
    host and the folder of the request, as it does in a header.
    """
    name, value = text(item.get("name")), text(item.get("value"))
    check_pair(name, value)
    expires = read_moment(item.get("expires")) or parse_cookie_date(text(item.get("expires")))
    same_site = item.get("sameSite")
    return SetCookie(
        name=name,
        value=value,
        expires=expires,
        domain=text(item.get("domain")).strip().removeprefix(".").lower(),
        path=text(item.get("path")).strip(),
        secure=_flag(item.get("secure")),
        http_only=_flag(item.get("httpOnly")),
        same_site=read_same_site(same_site) if isinstance(same_site, str) else None,
        partitioned=None,
        is_session=None if "expires" not in item else expires is None,
    )


def tool_of(log: dict[str, Any]) -> tuple[str | None, str | None]:
    """Who wrote the file, and which version; the browser it watched stands behind the version."""
    creator, browser = mapping(log.get("creator")), mapping(log.get("browser"))
    watched = " ".join(filter(None, (label(browser.get("name")), label(browser.get("version")))))
    name, version = label(creator.get("name")), label(creator.get("version"))
    if not name:
        return label(browser.get("name")) or None, label(browser.get("version")) or None
    return name, f"{version} ({watched})".strip() if watched else version or None


def page_in_title(log: dict[str, Any]) -> WebUrl | None:
    """The address of the first page where its title is one, as Chrome writes it."""
    pages = items(log, "pages")
    return read_url(text(pages[0].get("title"))) if pages else None


def label(value: Any) -> str:
    """What a tool calls itself or its version, as it can be shown."""
    return printable(text(value))[:_LONGEST_NAME].strip()


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None
