"""Takes in the hand-made captures of tests/data; every one of them shows a trap."""

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
LISTS = Path(__file__).parents[2] / "data" / "lists"
INSPECTIONS = Path(__file__).parents[2] / "data" / "inspections"
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
def listed() -> Collected:
    """Take in one of the hand-made lists by its file name."""

    def take_in(name: str, **changes: Any) -> Evidence:
        return collect(CaptureTarget(path=LISTS / name, **{"salt": SALT, **changes}))

    return take_in


@pytest.fixture
def inspections() -> Path:
    """The folder of the hand-made inspections."""
    return INSPECTIONS


@pytest.fixture
def inspected() -> Collected:
    """Take in one of the hand-made inspections by its file name."""

    def take_in(name: str, **changes: Any) -> Evidence:
        return collect(CaptureTarget(path=INSPECTIONS / name, **{"salt": SALT, **changes}))

    return take_in


@pytest.fixture
def rows() -> Callable[[Evidence], list[str]]:
    """The cookies of an evidence as `name domain path partition: flags, SameSite, end`, in their order."""

    def shown(evidence: Evidence) -> list[str]:
        return [_row(cookie) for cookie in evidence.cookies]

    return shown


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


def _row(cookie: ObservedCookie) -> str:
    key = cookie.key
    place = " ".join(filter(None, (key.name, cookie.shown_domain, key.path, key.partition)))
    flags = {"Secure": cookie.secure, "HttpOnly": cookie.http_only, "Partitioned": cookie.partitioned}
    words = [f"{name}{'' if value else '?'}" for name, value in flags.items() if value is not False]
    ends = (
        f"{cookie.expires_at:%Y-%m-%d}"
        if cookie.expires_at
        else {True: "session", None: "?"}[cookie.is_session]
    )
    return f"{place}: {' '.join([*words, str(cookie.same_site or 'SameSite?'), ends])}"
