"""Where a cookie was seen, over all scans: which sites have it, since when, in which phases."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from scanjobs.config import Settings
from scanjobs.db import driver
from scanjobs.db.connection import named_rows
from scanjobs.db.sighting_statements import ANYWHERE, BEGINNING, EXACTLY, STATEMENTS
from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.domain.sightings import CookieQuery, Sighting

ANYTHING = "*"

_Key = tuple[str, str, str]
"""Site, name and domain."""


def find_cookies(settings: Settings, query: CookieQuery) -> list[Sighting]:
    """The cookies that fit, one for each site, name and domain, in the order of these.

    A name, or the beginning of one, is found by the index of names; a pattern that begins with a `*` reads
    all names.

    Raises:
        StorageError: the database cannot be opened or read.
    """
    if not _can_be_stored(query):
        return []
    values: dict[str, Any] = _names(query.name) | _domains(query.domain)
    summed_up, phases = STATEMENTS[values.pop("names")]
    found: dict[_Key, Any] = {}
    seen_in: dict[_Key, set[str]] = defaultdict(set)
    with driver.read(settings) as connection:
        for row in named_rows(connection, summed_up, values):
            if _fits(row["name"], query.name) and _is_of(row["vendor"], query.vendor):
                found[row["site"], row["name"], row["domain"]] = row
        for site, name, domain, phase in connection.execute(phases, values):
            seen_in[site, name, domain].add(phase)
    return [_sighting(row, seen_in[key]) for key, row in found.items()]


def _names(pattern: str) -> dict[str, Any]:
    """Which condition the name has to meet, and its values; one that fits but for its case may meet it."""
    beginning, star, _ = pattern.partition(ANYTHING)
    if not star:
        return {"names": EXACTLY, "name": pattern}
    behind = _behind(beginning)
    if behind is None:
        return {"names": ANYWHERE, "pattern": _like(pattern)}
    return {"names": BEGINNING, "beginning": beginning, "behind": behind, "pattern": _like(pattern)}


def _domains(domain: str | None) -> dict[str, Any]:
    if domain is None:
        return {"domain": None, "domains": None}
    domain = domain.lower().lstrip(".")
    return {"domain": domain, "domains": _like(domain if ANYTHING in domain else f"{ANYTHING}.{domain}")}


def _behind(beginning: str) -> str | None:
    """What stands right behind all texts that begin so; None: nothing does."""
    for length in range(len(beginning), 0, -1):
        code = ord(beginning[length - 1])
        if code < 0x10FFFF:
            # No text that is stored holds half of a surrogate pair.
            return beginning[: length - 1] + chr(0xE000 if code == 0xD7FF else code + 1)
    return None


def _like(pattern: str) -> str:
    for special in "!%_":
        pattern = pattern.replace(special, f"!{special}")
    return pattern.replace(ANYTHING, "%")


def _fits(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern; upper and lower case differ, which is the same to SQLite's LIKE."""
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
    """Whether the texts are Unicode: what a shell hands over may be any bytes."""
    try:
        f"{query.name}{query.domain}".encode()
    except UnicodeEncodeError:
        return False
    return True


def _sighting(row: Any, phases: set[str]) -> Sighting:
    return Sighting(
        site=row["site"],
        name=row["name"],
        domain=row["domain"],
        party=Party(row["party"]),
        category=Category(row["category"]),
        vendor=row["vendor"],
        exemption=Exemption(row["exemption"]),
        phases=tuple(phase for phase in ConsentPhase if phase in phases),
        first_seen_at=datetime.fromtimestamp(row["first_seen_at"], UTC),
        last_seen_at=datetime.fromtimestamp(row["last_seen_at"], UTC),
        scans=row["scans"],
        scans_of_site=row["scans_of_site"],
        in_newest_scan=row["newest"] == row["newest_of_site"],
        newest_scan_id=row["scan_id"],
    )
