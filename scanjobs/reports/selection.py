"""Settles which scans a report about several scans is about."""

from __future__ import annotations

from collections.abc import Sequence

from scanjobs.config import Settings
from scanjobs.db import site_scans
from scanjobs.domain.scans import ScanSummary
from scanjobs.errors import NotFoundError, UsageError

PREVIOUS = "previous"
"""The scan of the site before the one that is compared with it."""


def scans_of_portfolio(settings: Settings, named: Sequence[str] | None) -> list[ScanSummary]:
    """The scans that are named by id or by site, of which the newest is meant; without names, of every site.

    They are in the order of their sites.

    Raises:
        NotFoundError, AmbiguousIdError: there is no such scan, or none at all.
        UsageError: two of them are of one site, or this is no list of names.
    """
    if isinstance(named, str):
        raise UsageError("The scans of a portfolio are a list.", hint=f'For instance ["{named}"].')
    if not named:
        found = site_scans.newest_of_every_site(settings)
        if not found:
            raise NotFoundError("There is no scan yet.", hint="`scanjobs import FILE` takes one in.")
        return found
    chosen = {scan.id: scan for scan in (site_scans.find_scan(settings, one) for one in named)}
    by_site: dict[str, ScanSummary] = {}
    for scan in chosen.values():
        if scan.site in by_site:
            raise UsageError(
                f"Two of these scans are of {scan.site}; a portfolio has one of each site.",
                hint=f"`scanjobs report {scan.id[:8]} --against {by_site[scan.site].id[:8]}` compares them.",
            )
        by_site[scan.site] = scan
    return [by_site[site] for site in sorted(by_site)]


def scans_of_comparison(settings: Settings, scan: str, against: str) -> tuple[ScanSummary, ScanSummary]:
    """The older scan and the newer one; `previous` stands for the scan of the site before the newer one.

    Raises:
        NotFoundError, AmbiguousIdError: there is no such scan, or none before it.
        UsageError: they are one and the same.
    """
    if against == PREVIOUS:
        return site_scans.last_two(settings, scan)
    older, newer = (site_scans.find_scan(settings, words) for words in (against, scan))
    if older.id == newer.id:
        raise UsageError(
            f"The scan {newer.id[:8]} cannot be compared with itself.",
            hint=f"`--against {PREVIOUS}` takes the scan of the site before it.",
        )
    return older, newer
