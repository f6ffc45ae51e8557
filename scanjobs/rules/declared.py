"""Compares what was found with what the site declares, line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scanjobs.domain import declared_lines
from scanjobs.domain.declared import DeclaredCookie, DeclaredType, SiteDeclaration
from scanjobs.domain.labels import LabelledCookie
from scanjobs.domain.storage import StorageKind
from scanjobs.rules.observations import SECONDS_PER_DAY, Labelled
from scanjobs.sites import host_of

TYPES = {
    StorageKind.LOCAL: DeclaredType.LOCAL_STORAGE,
    StorageKind.SESSION: DeclaredType.SESSION_STORAGE,
    StorageKind.INDEXED_DB: DeclaredType.INDEXED_DB,
}


TOLERATED_RATIO = 1.5
"""A lifetime is not what was declared where it is more than this many times as long."""
SESSION_TOLERANCE_SECONDS = SECONDS_PER_DAY
"""Declarations call a visit a session, and so cookies that end within a day."""


def longest_declared(lines: Sequence[DeclaredCookie]) -> int | None:
    """The longest lifetime that lines declare in seconds, 0 for the session; None where one does not say."""
    lifetimes = [0 if line.is_session else line.lifetime_seconds for line in lines]
    known = [seconds for seconds in lifetimes if seconds is not None]
    return max(known) if known and len(known) == len(lifetimes) else None


def tolerated_seconds(declared: int) -> int:
    """How long a cookie may live that is declared to live for so many seconds, 0 for the session."""
    return max(int(declared * TOLERATED_RATIO), SESSION_TOLERANCE_SECONDS if declared <= 0 else 0)


class DeclaredLines:
    """The lines of a declaration."""

    def __init__(self, declaration: SiteDeclaration) -> None:
        self._lines = declared_lines.DeclaredLines(declaration)

    def about(self, found: Labelled) -> list[DeclaredCookie]:
        """The lines that speak of it: by its own name before a pattern, with a domain before without."""
        return self._lines.about(*_place_of(found))


class Found:
    """What was found, by name."""

    def __init__(self, found: Iterable[Labelled]) -> None:
        self._all = [_place_of(thing) for thing in found]
        self._named: defaultdict[str, list[_Place]] = defaultdict(list)
        for place in self._all:
            self._named[place.name].append(place)

    def has(self, line: DeclaredCookie) -> bool:
        """Whether a line speaks of any of it."""
        candidates = self._all if line.is_pattern else self._named.get(line.name, ())
        return any(_speaks_of(line, place) for place in candidates)


class _Place(NamedTuple):
    """Where something was found."""

    name: str
    host: str
    types: tuple[DeclaredType, DeclaredType]
    """What a line about it calls it."""


def _place_of(found: Labelled) -> _Place:
    if isinstance(found, LabelledCookie):
        type, host = DeclaredType.COOKIE, found.key.domain
    else:
        type, host = TYPES[found.key.kind], host_of(found.key.origin) or ""
    return _Place(found.key.name, host, (type, DeclaredType.UNKNOWN))


def _speaks_of(line: DeclaredCookie, place: _Place) -> bool:
    return line.type in place.types and line.matches(place.name, place.host)
