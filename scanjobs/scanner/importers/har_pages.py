"""Tells which entries of a HAR file are pages, not things on a page, and how these were answered."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.evidence import PageLoad
from scanjobs.scanner.importers.har_values import headers, mapping, number, text
from scanjobs.scanner.urls import WebUrl, read_url
from scanjobs.sites import registrable_domain

FRAMES = ("iframe", "frame", "embed", "object", "fencedframe")
"""What `Sec-Fetch-Dest` says of documents inside of a page (W3C Fetch Metadata)."""
NO_ANSWER = 0
"""What browsers write as the status where a request was blocked, cancelled or timed out; some write -1."""
_HTML = ("text/html", "application/xhtml+xml")
_CHALLENGES = {"cf-mitigated": ("challenge",), "x-amzn-waf-action": ("challenge", "captcha")}
"""Headers by which Cloudflare and AWS WAF say that the answer is a test for robots."""


class PageLog:
    """The pages of one capture, in the order of the file, each way of answering once."""

    def __init__(self, phase: ConsentPhase) -> None:
        self._phase = phase
        self._loads: dict[tuple[str, int | None, str | None], PageLoad] = {}
        self._sites: set[str] = set()
        self._awaited: set[str] = set()
        """Where redirects have sent the browser."""

    @property
    def loads(self) -> tuple[PageLoad, ...]:
        """What was noted."""
        return tuple(self._loads.values())

    def note(
        self, url: WebUrl, entry: dict[str, Any], initiator: str | None, answered_at: datetime | None
    ) -> None:
        """Note an entry if it is a page.

        Args:
            url: What it asked for.
            entry: The entry.
            initiator: The place in a page that had it sent; None for a step of the visitor, and where nobody
                said.
            answered_at: When the answer had arrived.
        """
        request, response = mapping(entry.get("request")), mapping(entry.get("response"))
        destination = next(iter(headers(request, "sec-fetch-dest")), "").lower()
        site = registrable_domain(url.host)
        if destination:
            is_page = destination == "document"
        else:
            # Only encrypted requests of browsers since 2019 say it. Of others a frame is told from a page by
            # having been asked for by one, or by its site.
            is_page = _looks_like_page(url, entry, request, response) and (
                url.shown in self._awaited or (initiator is None and (not self._loads or site in self._sites))
            )
        if not is_page:
            return
        self._sites.add(site)
        status = _status_of(response)
        target = _redirect_of(response) if status is not None and 300 <= status < 400 else None
        onward = read_url(urljoin(text(request.get("url")), target)) if target else None
        if onward is not None:
            self._awaited.add(onward.shown)
        load = PageLoad(
            url=url.shown,
            phase=self._phase,
            status=status,
            redirects_to=onward.shown if onward else None,
            at=answered_at,
            is_challenge=_is_challenge(response),
        )
        self._loads.setdefault((load.url, load.status, load.redirects_to), load)


def is_html(response: dict[str, Any]) -> bool:
    """Whether an answer is a document, by its content type."""
    kinds = [text(mapping(response.get("content")).get("mimeType")), *headers(response, "content-type")]
    return next(filter(None, kinds), "").strip().lower().startswith(_HTML)


def is_framed(request: dict[str, Any]) -> bool:
    """Whether a request says that it is for a document inside of a page."""
    return any(destination.lower() in FRAMES for destination in headers(request, "sec-fetch-dest"))


def _looks_like_page(
    url: WebUrl, entry: dict[str, Any], request: dict[str, Any], response: dict[str, Any]
) -> bool:
    """Whether a request that does not say so is for a document, in a frame or not."""
    if url.scheme not in ("http", "https"):
        return False
    resource = text(entry.get("_resourceType"))
    if resource:
        return resource == "document"
    accepted = headers(request, "accept")
    if accepted:
        return accepted[0].strip().lower().startswith(_HTML)
    return is_html(response)


def _status_of(response: dict[str, Any]) -> int | None:
    """The status, or that there was no answer; None where nothing that means anything was written."""
    told = response.get("status")
    status = number(told)
    if 100 <= status <= 599:
        return int(status)
    return NO_ANSWER if isinstance(told, int | Decimal) and status <= 0 else None


def _redirect_of(response: dict[str, Any]) -> str | None:
    """Where a redirect leads to; tools write it down beside the header it came in."""
    return next(filter(None, [*headers(response, "location"), text(response.get("redirectURL"))]), None)


def _is_challenge(response: dict[str, Any]) -> bool:
    return any(
        value.strip().lower() in meant
        for name, meant in _CHALLENGES.items()
        for value in headers(response, name)
    )
