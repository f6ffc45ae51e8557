"""What a site says about its cookies: its declaration, as a list somebody published or exported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scanjobs.domain.name_patterns import fits
from scanjobs.domain.purposes import Category


class DeclaredType(StrEnum):
    """What kind of storage a declaration speaks of."""

    COOKIE = "cookie"
    LOCAL_STORAGE = "local_storage"
    SESSION_STORAGE = "session_storage"
    INDEXED_DB = "indexed_db"
    PIXEL = "pixel"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredCookie:
    """One line of a declaration."""

    name: str
    """As declared; its placeholders (`*`, `###`, `xxx`, `{id}`) stand for others where `is_pattern`."""
    is_pattern: bool
    provider: str | None
    domain: str | None
    """Lower case, without a leading dot; None: any."""
    category: Category | None
    """None where the declaration's word for it means nothing to us."""
    category_words: str
    """The category as declared."""
    purpose: str | None
    """The sentence that visitors are told."""
    duration_words: str | None
    """How long it lives, as declared."""
    is_session: bool | None
    lifetime_seconds: int | None
    """The declared lifetime; None for session cookies and where the words could not be read."""
    type: DeclaredType

    def matches(self, name: str, domain: str) -> bool:
        """Whether this line speaks of a cookie or item of that name and domain, whatever its type.

        Domains agree when one is the other or lies within it: what is declared for a host is often set for
        the domain above it, and what is declared for a domain for a host below it.
        """
        if not (fits(name, self.name) if self.is_pattern else name == self.name):
            return False
        return self.domain is None or _one_within_the_other(domain.lower().lstrip("."), self.domain)


def _one_within_the_other(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclarationFile:
    """A file that declares cookies, as it was read."""

    file_name: str
    sha256: str
    size: int
    """Bytes."""
    format: str
    tool: str | None
    declared_at: datetime | None
    """When the file says it was made, UTC."""
    domain: str | None
    """The host that the file says it speaks of; None where it does not."""
    cookies: tuple[DeclaredCookie, ...]
    """In the order of the file."""
    skipped: tuple[tuple[str, int], ...]
    """What could not be read: the reason and how many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteDeclaration:
    """A declaration that was taken in for one site."""

    id: str
    site: str
    """Registrable domain."""
    imported_at: datetime
    file: DeclarationFile
