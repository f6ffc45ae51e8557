"""The HTML report for everybody: no rule of WCAG 2.2 AA that a program can check is broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from scanjobs.domain.reports import ReportFormat
from scanjobs.domain.scans import ScanRecord
from tests.factories import scan_record
from tests.unit.reports.documents import Render, document_of
from tests.unit.reports.html_pages import with_every_part

pytestmark = [pytest.mark.chromium, pytest.mark.xdist_group("chromium")]

Open = Callable[..., Any]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1300, "height": 900}


def violations(page: Any) -> list[str]:
    """What axe finds, a line each."""
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    opened: Open, busy_scan: ScanRecord, scheme: str, viewport: dict[str, int]
) -> None:
    """In both schemes, on a desk and a phone, with rows and findings unfolded."""
    page = opened(with_every_part(busy_scan), color_scheme=scheme, viewport=viewport)
    for button in page.locator(".long .open:first-child").all()[:3]:
        button.click()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")

    assert violations(page) == []


@pytest.mark.parametrize("what", ["everything", "nothing"])
def test_axe_finds_nothing_without_the_script(
    browser: Any, render: Render, busy_scan: ScanRecord, tmp_path: Path, what: str
) -> None:
    """As the file is written; axe itself needs scripts, so only that of the page is taken out."""
    document = with_every_part(busy_scan) if what == "everything" else document_of(scan_record())
    written = render(document, ReportFormat.HTML).decode()
    path = tmp_path / "report.html"
    path.write_text(re.sub(r"<script>.*?</script>", "", written, flags=re.DOTALL), "utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())

    assert violations(page) == []
    page.close()


def test_focus_is_always_seen(opened: Open, busy_scan: ScanRecord) -> None:
    """Whoever goes through the page by the tab key sees where he is, and it is not covered."""
    page = opened(busy_scan, viewport=PHONE)
    page.locator("#matrix .search").focus()

    for _ in range(25):
        page.keyboard.press("Tab")
        outline, is_covered = page.evaluate(
            """() => {
                const focused = document.activeElement;
                const box = focused.getBoundingClientRect();
                const bar = document.querySelector(".contents").getBoundingClientRect();
                return [parseFloat(getComputedStyle(focused).outlineWidth), box.bottom <= bar.bottom];
            }"""
        )
        assert outline >= 2
        assert not is_covered


def test_targets_are_large_enough(opened: Open, busy_scan: ScanRecord) -> None:
    """24 by 24 pixels at least, but for links in sentences (WCAG 2.2, 2.5.8)."""
    page = opened(with_every_part(busy_scan), viewport=PHONE)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, summary, .contents a")]
            .filter((one) => one.checkVisibility())
            .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
            .filter(([, box]) => Math.round(box.width) < 24 || Math.round(box.height) < 24)
            .map(([html]) => html)"""
    )

    assert small == []
