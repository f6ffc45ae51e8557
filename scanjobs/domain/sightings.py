"""Where a cookie was seen, over all scans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.purposes import Category, Exemption


@dataclass(frozen=True, kw_only=True, slots=True)
class CookieQuery:
    """Which cookies are looked for; `*` stands for anything, or nothing."""

    name: str
    domain: str | None = None
    """A domain and those below it; with a `*`, those that fit. None: any."""
    vendor: str | None = None
    """Upper and lower case are alike. None: any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """One cookie of one site, over all scans of it."""

    site: str
    name: str
    domain: str
    party: Party
    category: Category
    """As the newest scan that has it says; so are vendor, party and exemption."""
    vendor: str | None
    exemption: Exemption
    phases: tuple[ConsentPhase, ...]
    """In which it was ever seen, in the order of the visit."""
    first_seen_at: datetime
    """When the first capture that shows it was made, or taken in where that is not known; UTC."""
    last_seen_at: datetime
    scans: int
    """How many scans have it."""
    scans_of_site: int
    in_newest_scan: bool
    """Whether the scan of the site that was taken in last has it."""
    newest_scan_id: str
    """The newest scan that has it."""
