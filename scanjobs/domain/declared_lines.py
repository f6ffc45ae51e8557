"""Finds the lines of a declaration that speak of something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from scanjobs.domain.declared import DeclaredCookie, DeclaredType, SiteDeclaration


class DeclaredLines:
    """The lines of a declaration, by name."""

    def __init__(self, declaration: SiteDeclaration) -> None:
        self._named: defaultdict[str, list[DeclaredCookie]] = defaultdict(list)
        self._patterns: list[DeclaredCookie] = []
        for line in declaration.file.cookies:
            (self._patterns if line.is_pattern else self._named[line.name]).append(line)

    def about(self, name: str, host: str, types: Collection[DeclaredType]) -> list[DeclaredCookie]:
        """The lines that speak of it: its own name before a pattern, with a domain before without."""
        candidates = (*self._named.get(name, ()), *self._patterns)
        lines = [line for line in candidates if line.type in types and line.matches(name, host)]
        closest = min(map(_distance, lines), default=None)
        return [line for line in lines if _distance(line) == closest]


def _distance(line: DeclaredCookie) -> tuple[bool, bool]:
    return line.is_pattern, line.domain is None
