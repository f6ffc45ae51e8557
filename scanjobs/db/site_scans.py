"""Scans as people name them: by id, as the latest one, or by their site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from scanjobs.config import Settings
from scanjobs.db import models, scans
from scanjobs.db.lookup import LATEST
from scanjobs.db.session import reading
from scanjobs.domain.cookies import Party
from scanjobs.domain.declared import SiteDeclaration
from scanjobs.domain.findings import Outcome
from scanjobs.domain.scans import ScanCounts, ScanRecord, ScanSummary
from scanjobs.errors import NotFoundError
from scanjobs.sites import host_of, registrable_domain

_VISITED = sa.func.coalesce(models.Scan.captured_at, models.Scan.created_at)
"""When the site was visited: captures may be taken in in any order."""
_MOST_LOOKED_AT = 50
"""Among so many scans of a site it looks for those that are like one."""
_LIKE_AN_ID = re.compile(r"[0-9a-f-]+", re.IGNORECASE)


def site_named(words: str) -> str | None:
    """The registrable domain of a host or an address; None where it reads like the id of a scan."""
    words = words.strip()
    if words == LATEST or _LIKE_AN_ID.fullmatch(words):
        return None
    host = host_of(words if "//" in words else f"//{words}")
    return registrable_domain(host) if host else None


def find_scan(settings: Settings, words: str) -> ScanSummary:
    """One scan by the beginning of its id, `latest`, or a site, of which it is the newest.

    Raises:
        NotFoundError: there is no such scan, or none of that site.
        AmbiguousIdError: more than one id begins so.
    """
    site = site_named(words)
    if site is None:
        return scans.find_scan(settings, words)
    return _newest(settings, site, 1)[0]


def all_of_site(settings: Settings, site: str) -> list[ScanSummary]:
    """The scans of a registrable domain, newest first.

    Raises:
        NotFoundError: there is none.
    """
    return _newest(settings, site, None)


def newest_of_every_site(settings: Settings) -> list[ScanSummary]:
    """The newest scan of each site, in the order of the sites."""
    newest = (
        sa.select(sa.func.max(models.Scan.seq))
        .where(models.Scan.state == scans.READY)
        .group_by(models.Scan.site)
    )
    with reading(settings) as session:
        found = [
            scans.summary_of(row)
            for row in session.scalars(scans.ready_scans().where(models.Scan.seq.in_(newest)))
        ]
    # Sorted here: what comes first is another thing in each database.
    return sorted(found, key=lambda scan: scan.site)


def last_two(settings: Settings, words: str) -> tuple[ScanSummary, ScanSummary]:
    """A scan, named as for `find_scan`, and the one of the same site before it; the older one first.

    Raises:
        NotFoundError: there is no such scan, or none before it.
        AmbiguousIdError: more than one id begins so.
    """
    newer = find_scan(settings, words)
    # Newest means taken in last, as it does for `latest`.
    of_site = _newest(settings, newer.site, None)
    position = [scan.id for scan in of_site].index(newer.id)
    if position + 1 == len(of_site):
        raise NotFoundError(
            f"There is no scan of {newer.site} before {newer.id[:8]} to compare it with.",
            hint="`scanjobs import FILE` takes another one in; `scanjobs scans` lists those that exist.",
        )
    return of_site[position + 1], newer


def scan_before(settings: Settings, site: str, scan_id: str) -> str | None:
    """The id of the last scan of this site that shows an earlier visit; None where there is none."""
    with reading(settings) as session:
        rows = (
            sa.select(models.Scan.id)
            .where(models.Scan.site == site, models.Scan.state == scans.READY, models.Scan.id != scan_id)
            .where(_not_after(session, scan_id))
            .order_by(_VISITED.desc(), models.Scan.seq.desc())
        )
        return session.scalars(rows.limit(1)).first()


def last_before(settings: Settings, site: str, visited_at: datetime) -> str | None:
    """The id of the last scan of this site that shows a visit not after this moment; None without one."""
    with reading(settings) as session:
        rows = _until(sa.select(models.Scan.id), site, visited_at)
        return session.scalars(rows.limit(1)).first()


def counts_before(settings: Settings, scan: ScanRecord, most: int) -> list[ScanCounts]:
    """What the last scans of a site before this one counted, as far as they were made as this one is.

    Other formats and other phases show more or less of the same site. An incomplete scan tells too little.
    """
    told = (models.Scan.seq, models.Scan.cookie_count, models.Scan.phases)
    alike = (models.Scan.source == scan.source, models.Scan.complete, models.Scan.id != scan.id)
    with reading(settings) as session:
        rows = session.execute(
            _until(sa.select(*told).where(*alike), scan.site, scan.visited_at).limit(_MOST_LOOKED_AT)
        )
        cookies = {seq: count for seq, count, phases in rows if tuple(phases) == scan.phases}
        seqs = list(cookies)[:most]
        third = _numbers(session, models.Cookie, seqs, sa.func.count())
        whose = sa.distinct(sa.func.coalesce(models.Host.vendor, models.Host.host))
        parties = _numbers(session, models.Host, seqs, sa.func.count(whose))
    return [
        ScanCounts(
            cookies=cookies[seq], third_party_cookies=third.get(seq, 0), third_parties=parties.get(seq, 0)
        )
        for seq in seqs
    ]


def _numbers(
    session: Session, model: type[models.Cookie | models.Host], seqs: Sequence[int], count: Any
) -> dict[int, int]:
    """How many third-party rows each of these scans has."""
    rows = sa.select(model.scan_seq, count).where(model.scan_seq.in_(seqs), model.party == Party.THIRD)
    return {row[0]: row[1] for row in session.execute(rows.group_by(model.scan_seq))}


def _until(rows: Any, site: str, visited_at: datetime) -> Any:
    """Scans of a site, the last visit first, up to this moment."""
    return rows.where(
        models.Scan.site == site, models.Scan.state == scans.READY, visited_at >= _VISITED
    ).order_by(_VISITED.desc(), models.Scan.seq.desc())


def first_seen(settings: Settings, site: str, scan_id: str) -> dict[str, datetime]:
    """Rule id to the date of the visit since which it has failed or warned without a break, up to this one.

    A scan in which the rule could not be evaluated breaks nothing.
    """
    told = (models.Finding.rule_id, models.Finding.outcome, models.Scan.captured_at, models.Scan.created_at)
    since: dict[str, datetime] = {}
    with reading(settings) as session:
        rows = (
            sa.select(*told)
            .join(models.Scan, models.Finding.scan_seq == models.Scan.seq)
            .where(models.Scan.site == site, models.Scan.state == scans.READY)
            .where(_not_after(session, scan_id))
            .order_by(_VISITED, models.Scan.seq)
        )
        for rule_id, outcome, captured_at, created_at in session.execute(rows):
            if outcome in (Outcome.FAIL, Outcome.WARN):
                since.setdefault(rule_id, captured_at or created_at)
            elif outcome != Outcome.NOT_EVALUABLE:
                since.pop(rule_id, None)
    return since


def scans_without(settings: Settings, declaration: SiteDeclaration) -> int:
    """How many scans of the site were not compared with this declaration."""
    others = sa.or_(models.Scan.declaration_id.is_(None), models.Scan.declaration_id != declaration.id)
    rows = scans.ready_scans().where(models.Scan.site == declaration.site, others)
    with reading(settings) as session:
        return session.execute(sa.select(sa.func.count()).select_from(rows.subquery())).scalar_one()


def _not_after(session: Session, scan_id: str) -> sa.ColumnElement[bool]:
    """Scans of earlier visits, and the scan itself; of visits at the same moment what was taken in first."""
    row = session.scalars(sa.select(models.Scan).where(models.Scan.id == scan_id)).one()
    visited = sa.literal(row.captured_at or row.created_at, models.Scan.created_at.type)
    return (_VISITED < visited) | ((_VISITED == visited) & (models.Scan.seq <= row.seq))  # noqa: SIM300


def _newest(settings: Settings, site: str, limit: int | None) -> list[ScanSummary]:
    """The scans of a site, newest first; never empty."""
    rows = scans.ready_scans().where(models.Scan.site == site).order_by(models.Scan.seq.desc()).limit(limit)
    with reading(settings) as session:
        found = [scans.summary_of(row) for row in session.scalars(rows)]
    if not found:
        raise NotFoundError(
            f"There is no scan of {site}.",
            hint="`scanjobs scans` lists the scans that exist and their sites.",
        )
    return found
