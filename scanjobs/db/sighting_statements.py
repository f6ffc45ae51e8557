"""The SQL that finds a cookie in all scans: by its name or the beginning of it from the index of names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

EXACTLY = "c.name = :name"
# A range, not LIKE, uses the index; both databases order names by code point.
BEGINNING = "c.name >= :beginning AND c.name < :behind AND c.name LIKE :pattern ESCAPE '!'"
ANYWHERE = "c.name LIKE :pattern ESCAPE '!'"


class Statements(NamedTuple):
    """What is asked about the cookies with such names."""

    summed_up: str
    """Each site, name and domain: since when, how often, and what the newest scan says of it."""
    phases: str
    """The consent phases of each."""


def _hits(names: str) -> str:
    return f"""
    hits AS (
        SELECT c.seq, c.scan_seq, c.name, c.domain, s.site, COALESCE(s.captured_at, s.created_at) AS seen_at
          FROM cookies c JOIN scans s ON s.seq = c.scan_seq
         WHERE {names} AND s.state = 'ready'
           AND (c.domain = :domain OR c.domain LIKE :domains ESCAPE '!' OR :domain IS NULL)
    )
    """


def _statements(names: str) -> Statements:
    return Statements(
        # Of a cookie with several paths the row that comes last, which is the first one stored, counts.
        summed_up=f"""
        WITH {_hits(names)},
        sums AS (
            SELECT site, name, domain, min(seen_at) AS first_seen_at, max(seen_at) AS last_seen_at,
                   count(DISTINCT scan_seq) AS scans, max(scan_seq) AS newest
              FROM hits GROUP BY site, name, domain
        )
        SELECT sums.*, s.id AS scan_id, c.party, c.category, c.vendor, c.exemption,
               (SELECT count(*) FROM scans o WHERE o.site = sums.site AND o.state = 'ready')
                   AS scans_of_site,
               (SELECT max(o.seq) FROM scans o WHERE o.site = sums.site AND o.state = 'ready')
                   AS newest_of_site
          FROM sums
          JOIN scans s ON s.seq = sums.newest
          JOIN cookies c ON c.scan_seq = sums.newest AND c.name = sums.name AND c.domain = sums.domain
         ORDER BY sums.site, sums.name, sums.domain, c.seq DESC
        """,
        phases=f"""
        WITH {_hits(names)}
        SELECT DISTINCT site, name, domain, o.phase
          FROM hits JOIN observations o ON o.cookie_seq = hits.seq
        """,
    )


STATEMENTS: Mapping[str, Statements] = {names: _statements(names) for names in (EXACTLY, BEGINNING, ANYWHERE)}
