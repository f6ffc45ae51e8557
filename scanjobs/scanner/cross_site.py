"""Finds out whether a browser kept third-party cookies: whether those that were set came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanjobs.domain.cookies import SameSite
from scanjobs.scanner.set_cookie import Scope, SetCookie
from scanjobs.scanner.urls import WebUrl
from scanjobs.sites import registrable_domain

ENOUGH = 2
"""So many cookies that were due and did not come back say that the browser refused them. One may have been
left out by its own site, which sends some requests without cookies."""

_MOST = 200
"""No site needs more cookies than this to be found out about."""


@dataclass(kw_only=True, slots=True)
class _Lent:
    """A cookie that belongs into every later request to its host, from whatever page."""

    scope: Scope
    set_at: datetime
    ends_at: datetime | None


class CrossSiteLog:
    """Every cookie of a capture that is meant for other sites' pages, and whether requests carried it."""

    def __init__(self) -> None:
        self._lent: dict[str, dict[tuple[str, str, str], _Lent]] = {}
        self._came_back: set[str] = set()
        self._stayed_away: dict[str, set[tuple[str, str, str]]] = {}
        self._carried_any = False

    def note_set(self, cookie: SetCookie, scope: Scope, url: WebUrl, at: datetime | None) -> None:
        """Note a cookie that a response set, if any other site's page would send it (CHIPS apart)."""
        site = registrable_domain(url.host)
        key = (cookie.name, scope.domain, scope.path)
        lent = self._lent.setdefault(site, {})
        lent.pop(key, None)
        is_lent = cookie.same_site is SameSite.NONE and cookie.secure and not cookie.partitioned
        if is_lent and at is not None and url.transport == "https" and len(lent) < _MOST:
            lent[key] = _Lent(scope=scope, set_at=at, ends_at=cookie.expires_at(at))

    def note_sent(self, names: set[str], url: WebUrl, at: datetime | None, *, with_credentials: bool) -> None:
        """Note which of them a request carried, if it was one that carries cookies."""
        self._carried_any = self._carried_any or bool(names)
        site = registrable_domain(url.host)
        lent = self._lent.get(site)
        if not lent or at is None or not with_credentials or url.transport != "https":
            return
        for key, cookie in lent.items():
            is_there = cookie.set_at <= at and (cookie.ends_at is None or at < cookie.ends_at)
            if not is_there or not cookie.scope.covers(url.host, url.path):
                continue
            if key[0] in names:
                self._came_back.add(site)
            else:
                self._stayed_away.setdefault(site, set()).add(key)

    def worked(self, page: WebUrl | None) -> bool | None:
        """Whether third parties got their cookies back on this page; None where nobody can say."""
        if page is None:
            return None
        mine = registrable_domain(page.host)
        if self._came_back - {mine}:
            return True
        refused = sum(len(keys) for site, keys in self._stayed_away.items() if site != mine)
        # A recorder that leaves out what requests carry says nothing about the browser.
        return False if self._carried_any and refused >= ENOUGH else None
