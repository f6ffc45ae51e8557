"""Records the captures that `scanjobs demo` shows, from the project's own test site.

Run it from the top folder: `python -m scripts.record_demo`. It needs Chromium and replaces the HAR files in
`scanjobs/demo`; everything but the times stays the same.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from scanjobs.domain.cookies import ConsentPhase
from tests import site
from tests.site import visits

DEMO = Path(__file__).parents[1] / "scanjobs" / "demo"
PHASES = (ConsentPhase.BEFORE, ConsentPhase.ACCEPTED, ConsentPhase.REJECTED)


def main() -> None:
    """Visit the shop once in each phase and write a capture of each."""
    with site.serve() as shop, sync_playwright() as playwright:
        for phase in PHASES:
            har = DEMO / f"{phase}.har"
            cookies = visits.visit(playwright, shop, phase, har=har)
            print(f"{har.name}: {har.stat().st_size} bytes; the browser holds {len(cookies)} cookies")


if __name__ == "__main__":
    main()
