"""Where a cookie was seen, over all scans: which sites have it, since when, in which phases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from scanjobs.config import Settings
from scanjobs.db.models import Cookie, Observation, Scan
from scanjobs.db.scans import READY
from scanjobs.db.session import reading
from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.domain.sightings import CookieQuery, Sighting

ANYTHING = "*"
_SEEN_AT = sa.func.coalesce(Scan.captured_at, Scan.created_at)
_KEY = (Scan.site, Cookie.name, Cookie.domain)

Key = tuple[str, str, str]
"""Site, name and domain."""


def find_cookies(settings: Settings, query: CookieQuery) -> list[Sighting]:
    """The cookies that fit, one for each site, name and domain, in the order of these.

    A name, or the beginning of one, is found by the index of names; other patterns, and those that begin
    with a `*`, read all names.
    """
    if not _can_be_stored(query):
        return []
    fitting = _fitting(query)
    with reading(settings) as session:
        found = {
            (row.site, row.name, row.domain): row
            for row in session.execute(_summed_up(fitting))
            if _fits(row.name, query.name)
        }
        labels = _labels(session, fitting)
        phases = _phases(session, fitting)
        sites = _sites(session, fitting)
    sightings = (
        _sighting(key, row, labels[key], phases[key], sites[key[0]]) for key, row in sorted(found.items())
    )
    return [sighting for sighting in sightings if _is_of(sighting.vendor, query.vendor)]


def _fitting(query: CookieQuery) -> sa.ColumnElement[bool]:
    """The condition on cookies and the scans they are of; a name that fits but for its case passes."""
    conditions: list[sa.ColumnElement[bool]] = [Scan.state == READY, *_names(query.name)]
    if query.domain is not None:
        domain = query.domain.lower().lstrip(".")
        if ANYTHING in domain:
            conditions.append(_like(Cookie.domain, domain))
        else:
            below = _like(Cookie.domain, f"{ANYTHING}.{domain}")
            conditions.append(sa.or_(Cookie.domain == domain, below))
    return sa.and_(*conditions)


def _names(pattern: str) -> Iterator[sa.ColumnElement[bool]]:
    beginning, star, rest = pattern.partition(ANYTHING)
    if not star:
        yield Cookie.name == pattern
        return
    if beginning:
        # A range, not LIKE, uses the index of names; both databases order them by code point.
        yield Cookie.name >= beginning
        if (end := _behind(beginning)) is not None:
            yield Cookie.name < end
    if rest.strip(ANYTHING):
        yield _like(Cookie.name, pattern)


def _behind(beginning: str) -> str | None:
    """What stands right behind everything that begins so; None: nothing can."""
    for length in range(len(beginning), 0, -1):
        code = ord(beginning[length - 1])
        if code < 0x10FFFF:
            # No text that is stored holds half of a surrogate pair.
            return beginning[: length - 1] + chr(0xE000 if code == 0xD7FF else code + 1)
    return None


def _like(column: Any, pattern: str) -> sa.ColumnElement[bool]:
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    condition: sa.ColumnElement[bool] = column.like(escaped.replace(ANYTHING, "%"), escape="\\")
    return condition


def _fits(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern, upper and lower case told apart, as LIKE does not everywhere."""
    first, *others = pattern.split(ANYTHING)
    if not others:
        return text == pattern
    *middle, last = others
    if not text.startswith(first):
        return False
    position = len(first)
    for piece in middle:
        position = text.find(piece, position)
        if position < 0:
            return False
        position += len(piece)
    return len(text) - len(last) >= position and text.endswith(last)


def _is_of(vendor: str | None, wanted: str | None) -> bool:
    if wanted is None:
        return True
    return vendor is not None and _fits(vendor.casefold(), wanted.casefold())


def _can_be_stored(query: CookieQuery) -> bool:
    try:
        f"{query.name}{query.domain}".encode()
    except UnicodeEncodeError:
        return False
    return True


def _summed_up(fitting: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            *_KEY,
            sa.func.min(_SEEN_AT).label("first_seen_at"),
            sa.func.max(_SEEN_AT).label("last_seen_at"),
            sa.func.count(Cookie.scan_seq.distinct()).label("scans"),
            sa.func.max(Cookie.scan_seq).label("newest"),
        )
        .join_from(Cookie, Scan, Cookie.scan_seq == Scan.seq)
        .where(fitting)
        .group_by(*_KEY)
    )


def _labels(session: Session, fitting: sa.ColumnElement[bool]) -> dict[Key, Any]:
    """What the newest scan that has it says of each; of several paths the first one speaks."""
    newest = (
        sa.select(sa.func.max(Cookie.scan_seq).label("scan_seq"), Cookie.name, Cookie.domain)
        .join_from(Cookie, Scan, Cookie.scan_seq == Scan.seq)
        .where(fitting)
        .group_by(*_KEY)
        .subquery()
    )
    is_newest = sa.and_(
        newest.c.scan_seq == Cookie.scan_seq,
        newest.c.name == Cookie.name,
        newest.c.domain == Cookie.domain,
    )
    rows = session.execute(
        sa.select(*_KEY, Scan.id, Cookie.party, Cookie.category, Cookie.vendor, Cookie.exemption)
        .join_from(newest, Cookie, is_newest)
        .join(Scan, Cookie.scan_seq == Scan.seq)
        .order_by(Cookie.seq.desc())
    )
    return {(row.site, row.name, row.domain): row for row in rows}


def _phases(session: Session, fitting: sa.ColumnElement[bool]) -> dict[Key, set[str]]:
    rows = session.execute(
        sa.select(*_KEY, Observation.phase)
        .join_from(Cookie, Scan, Cookie.scan_seq == Scan.seq)
        .join(Observation, Observation.cookie_seq == Cookie.seq)
        .where(fitting)
        .distinct()
    )
    found: dict[Key, set[str]] = defaultdict(set)
    for site, name, domain, phase in rows:
        found[site, name, domain].add(phase)
    return found


def _sites(session: Session, fitting: sa.ColumnElement[bool]) -> dict[str, tuple[int, int]]:
    """How many scans each of their sites has, and which of them is the newest."""
    of_them = sa.select(Scan.site).join_from(Cookie, Scan, Cookie.scan_seq == Scan.seq).where(fitting)
    every = aliased(Scan)
    rows = session.execute(
        sa.select(every.site, sa.func.count(), sa.func.max(every.seq))
        .where(every.state == READY, every.site.in_(of_them.distinct()))
        .group_by(every.site)
    )
    return {site: (count, newest) for site, count, newest in rows}


def _sighting(
    key: Key, row: Any, label: Any, phases: Sequence[str] | set[str], of_site: tuple[int, int]
) -> Sighting:
    site, name, domain = key
    scans_of_site, newest = of_site
    return Sighting(
        site=site,
        name=name,
        domain=domain,
        party=Party(label.party),
        category=Category(label.category),
        vendor=label.vendor,
        exemption=Exemption(label.exemption),
        phases=tuple(phase for phase in ConsentPhase if phase in phases),
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        scans=row.scans,
        scans_of_site=scans_of_site,
        in_newest_scan=row.newest == newest,
        newest_scan_id=label.id,
    )
