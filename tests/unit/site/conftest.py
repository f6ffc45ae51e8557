"""The running shop, and its cookies after a visit in each phase."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from scanjobs.domain.cookies import ConsentPhase
from tests import site
from tests.site import visits

if TYPE_CHECKING:
    from playwright.sync_api import Playwright


@pytest.fixture(scope="module")
def shop() -> Iterator[site.Shop]:
    with site.serve() as running:
        yield running


@pytest.fixture(scope="module")
def jars(shop: site.Shop, playwright: Playwright) -> dict[ConsentPhase, list[dict[str, object]]]:
    """The browser's cookies after each visit."""
    phases = (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED)
    return {phase: [dict(cookie) for cookie in visits.visit(playwright, shop, phase)] for phase in phases}
