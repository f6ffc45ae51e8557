"""Takes in the hand-made captures of tests/data/har; every one of them shows one trap."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from scanjobs.domain.cookies import ObservedCookie
from scanjobs.domain.evidence import Evidence
from scanjobs.scanner.importers import collect
from scanjobs.scanner.source import CaptureTarget

CAPTURES = Path(__file__).parents[2] / "data" / "har"
SALT = b"a salt of the test"

settings.register_profile("scanner", database=None, deadline=None)
settings.load_profile("scanner")

Collected = Callable[..., Evidence]


@pytest.fixture
def collected() -> Collected:
    """Take in one of the hand-made captures by its name."""

    def take_in(name: str, **changes: Any) -> Evidence:
        return collect(CaptureTarget(path=CAPTURES / f"{name}.har", **{"salt": SALT, **changes}))

    return take_in


@pytest.fixture
def keys() -> Callable[[Evidence], list[str]]:
    """The cookies of an evidence as `origin name domain path ×sightings`, in their order."""

    def shown(evidence: Evidence) -> list[str]:
        return [_shown(cookie) for cookie in evidence.cookies]

    return shown


@pytest.fixture
def named() -> Callable[[Evidence, str], ObservedCookie]:
    """The one cookie of that name."""

    def find(evidence: Evidence, name: str) -> ObservedCookie:
        (cookie,) = [cookie for cookie in evidence.cookies if cookie.key.name == name]
        return cookie

    return find


def _shown(cookie: ObservedCookie) -> str:
    return f"{cookie.origin} {cookie.key.name} {cookie.shown_domain} {cookie.key.path} ×{cookie.times_seen}"
