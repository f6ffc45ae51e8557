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

    def speaks_of(self, name: str, host: str, site: str | None) -> bool:
        """Whether it is about something of this name and host; a site of None is no site in particular."""
        is_its_name = name.startswith(self.name[:-1]) if self.is_prefix else name == self.name
        return (
            is_its_name
            and self.site in (None, site)
            and (self.domain is None or host == self.domain or host.endswith(f".{self.domain}"))
        )

    @property
    def is_prefix(self) -> bool:
        """Whether its name stands for all that begin so."""
        return self.name.endswith("*")

    @property
    def distance(self) -> tuple[bool, bool, int, bool, int]:
        """Orders what speaks of the same thing, the closest first: this site, the very name, the domain."""
        return (
            self.site is None,
            self.is_prefix,
            -len(self.name),
            self.domain is None,
            -len(self.domain or ""),
        )
