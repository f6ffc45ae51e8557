"""The running shop, and its cookies after a visit in each phase."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator

import pytest

from scanjobs.domain.cookies import ConsentPhase
from tests import site
from tests.site import visits


@pytest.fixture(scope="module")
def shop() -> Iterator[site.Shop]:
    with site.serve() as running:
        yield running


@pytest.fixture(scope="module")
def jars(shop: site.Shop) -> dict[ConsentPhase, list[dict[str, object]]]:
    """The browser's cookies after each visit."""
    _require_chromium()
    phases = (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED)
    return {phase: [dict(cookie) for cookie in visits.visit(shop, phase)] for phase in phases}


def _require_chromium() -> None:
    missing = None
    if importlib.util.find_spec("playwright") is None:
        missing = "playwright is not installed"
    elif visits.chromium() is None:
        missing = "there is no Chromium on this machine"
    if missing and "chromium" in os.environ.get("SCANJOBS_REQUIRE", ""):
        pytest.fail(f"{missing}, and SCANJOBS_REQUIRE asks for it")
    if missing:
        pytest.skip(missing)
