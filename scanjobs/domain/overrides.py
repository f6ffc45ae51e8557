"""What a user says about a cookie, which counts more than any database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanjobs.domain.purposes import Category, Exemption


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """One statement of a user about cookies (and stored items) of a name."""

    name: str
    """Exact, or with a `*` at its end for a prefix."""
    domain: str | None
    """Lower case, without a leading dot; subdomains are meant too. None: any."""
    site: str | None
    """The scanned site it is said for, as its registrable domain; None: every site."""
    category: Category | None
    """None: whatever the other sources say."""
    vendor: str | None
    exemption: Exemption | None
    """None: judged as usual."""
    reason: str | None
    """Why, for the report."""
    created_at: datetime
