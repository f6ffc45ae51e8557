"""Visits the shop with Chromium: the same walk in each consent phase, in a fresh profile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from scanjobs.domain.cookies import ConsentPhase
from tests.chromium import chromium
from tests.site.server import Shop

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Cookie, Page, Playwright

BUTTONS = {ConsentPhase.ACCEPTED: "#accept", ConsentPhase.REJECTED: "#reject"}


@contextmanager
def browser(playwright: Playwright, shop: Shop) -> Iterator[BrowserContext]:
    """A Chromium that finds the shop, keeps third-party cookies and has never been anywhere."""
    with TemporaryDirectory(prefix="shop-visit-", ignore_cleanup_errors=True) as profile:
        # Debian's Chromium refuses third-party cookies unless the profile says otherwise.
        preferences = Path(profile, "Default", "Preferences")
        preferences.parent.mkdir()
        preferences.write_text(json.dumps({"profile": {"cookie_controls_mode": 0}}), encoding="utf-8")
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium(),
            args=shop.browser_arguments,
            viewport={"width": 1280, "height": 860},
        )
        try:
            yield context
        finally:
            context.close()


def visit(
    playwright: Playwright, shop: Shop, phase: ConsentPhase, *, har: Path | None = None
) -> list[Cookie]:
    """Walk through the shop in one phase and return the browser's cookies; `har` gets what happened.

    A recording of `accepted` or `rejected` begins right before the click, so that it holds nothing the
    browser did while the question was still open.
    """
    with browser(playwright, shop) as context:
        page = context.pages[0]
        button = BUTTONS.get(phase)
        if button:
            _open(page, shop.url)
        if har:
            context.tracing.start_har(har, content="omit")
        if button:
            with page.expect_navigation(wait_until="networkidle"):
                page.click(button)
        else:
            _open(page, shop.url)
        _open(page, shop.url + "lamps/quay")
        if har:
            context.tracing.stop_har()
        return context.cookies()


def _open(page: Page, url: str) -> None:
    page.goto(url, wait_until="networkidle")
