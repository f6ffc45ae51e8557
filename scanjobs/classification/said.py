"""What people say about the cookies of one site: its users' overrides, and its own declaration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from scanjobs.domain.declared import DeclaredCookie, DeclaredType, SiteDeclaration
from scanjobs.domain.declared_lines import DeclaredLines
from scanjobs.domain.overrides import Override
from scanjobs.domain.purposes import Category


class Said:
    """What is said about one site, and about every site."""

    def __init__(
        self,
        site: str | None = None,
        overrides: Sequence[Override] = (),
        declaration: SiteDeclaration | None = None,
    ) -> None:
        self._site = site
        self._named: defaultdict[str, list[Override]] = defaultdict(list)
        self._prefixes: list[Override] = []
        for override in overrides:
            (self._prefixes if override.is_prefix else self._named[override.name]).append(override)
        self._lines = DeclaredLines(declaration) if declaration else None

    def by_users(self, name: str, host: str) -> list[Override]:
        """The overrides about a cookie or item, the closest first."""
        candidates = (*self._named.get(name, ()), *self._prefixes)
        found = [one for one in candidates if one.speaks_of(name, host, self._site)]
        return sorted(found, key=lambda one: one.distance)

    def by_the_site(self, name: str, host: str, types: Collection[DeclaredType]) -> DeclaredCookie | None:
        """The line of the declaration that gives its purpose; None where none does, or where they differ."""
        lines = self._lines.about(name, host, types) if self._lines else []
        telling = [line for line in lines if line.category not in (None, Category.UNCLASSIFIED)]
        return telling[0] if len({line.category for line in telling}) == 1 else None


NOTHING = Said()
"""Nobody said anything."""
