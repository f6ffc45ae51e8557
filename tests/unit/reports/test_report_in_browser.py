"""The HTML report where it is read: in a browser, from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from scanjobs.domain.reports import ReportFormat
from scanjobs.domain.scans import ScanRecord
from tests.unit.reports.documents import Render, document_of, scan_with

pytestmark = [pytest.mark.chromium, pytest.mark.xdist_group("chromium")]

Open = Callable[..., Any]

HOSTILE = ("</script><script>hacked=1</script>", "<img src=x onerror=hacked=1>", "a\u2028b", "'\"`${1}")


@pytest.fixture
def opened(browser: Any, render: Render, tmp_path: Path) -> Iterator[Open]:
    """Open the report of a scan; afterwards, nothing was loaded but the file and nothing complained."""
    requests: list[str] = []
    complaints: list[str] = []
    contexts: list[Any] = []
    path = tmp_path / "report.html"

    def open_(scan: ScanRecord, **options: Any) -> Any:
        path.write_bytes(render(document_of(scan), ReportFormat.HTML))
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url.split("#")[0]))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert set(requests) == {path.as_uri()}
    assert complaints == []


def names(page: Any) -> list[str]:
    """The cookies that the table shows."""
    return [text.strip() for text in page.locator("#table tbody th").all_inner_texts()]


def test_the_table_shows_a_page_of_cookies(opened: Open, busy_scan: ScanRecord) -> None:
    """Fifty at first; the buttons lead on and back."""
    page = opened(busy_scan)

    assert names(page) == [f"cookie-{number:03}" for number in range(50)]
    assert page.inner_text("#count") == "Cookies 1 to 50 of 120"
    assert page.is_disabled("#previous")
    page.click("#next")
    page.click("#next")
    assert names(page)[-1] == "cookie-119"
    assert page.is_disabled("#next")
    page.select_option("#size", "0")
    assert len(names(page)) == 120


def test_columns_sort_both_ways(opened: Open, busy_scan: ScanRecord) -> None:
    """The heading says so to everyone."""
    page = opened(busy_scan)
    heading = page.locator('th[data-key="name"]')

    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert names(page)[0] == "cookie-119"
    page.locator('th[data-key="lifetime"] button').click()
    assert heading.get_attribute("aria-sort") is None
    assert names(page)[:2] == ["cookie-000", "cookie-002"]


def test_the_table_works_by_keyboard(opened: Open, busy_scan: ScanRecord) -> None:
    """Every control can be reached and used without a mouse."""
    page = opened(busy_scan)

    page.focus('th[data-key="name"] button')
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    assert names(page)[0] == "cookie-119"
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.closest('th').dataset.key")
    assert focused == "domain"


def test_search_and_filters_narrow_the_table(opened: Open, busy_scan: ScanRecord) -> None:
    """Words anywhere in a row, purpose, party, phase, all at once."""
    page = opened(busy_scan)

    page.fill("#q", "COOKIE-01 tracker")
    expect(page.locator("#count")).to_contain_text("in all")
    assert names(page) == ["cookie-010", "cookie-013", "cookie-016", "cookie-019"]
    page.select_option("#f-category", "Necessary")
    assert names(page) == ["cookie-010"]
    page.select_option("#f-phase", "rejected")
    assert page.inner_text("#count") == "No cookie fits."
    page.fill("#q", "")
    expect(page.locator("#count")).to_contain_text("Cookies 1 to 8 of 8")
    page.select_option("#f-party", "First")
    assert page.inner_text("#count") == "No cookie fits."


def test_a_link_from_the_verdict_opens_its_finding(opened: Open, busy_scan: ScanRecord) -> None:
    """The reader lands on what he asked for."""
    page = opened(busy_scan)

    assert not page.evaluate("document.getElementById('finding-L04').open")
    page.click('.top a[href="#finding-L04"]')
    expect(page.locator("#finding-L04")).to_have_attribute("open", "")


def test_hostile_names_are_shown_and_do_nothing(opened: Open) -> None:
    """Whatever a site calls its cookies."""
    page = opened(scan_with(*HOSTILE))

    assert page.evaluate("typeof hacked") == "undefined"
    assert set(names(page)) == {name.replace("\u2028", "[U+2028]") for name in HOSTILE}


def test_printing_takes_all_rows_and_all_findings(opened: Open, busy_scan: ScanRecord) -> None:
    """On paper nothing can be unfolded; afterwards the page is as it was."""
    page = opened(busy_scan)

    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(names(page)) == 120
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert len(names(page)) == 50
    assert page.locator("details:not([open])").count() == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_reader(opened: Open, busy_scan: ScanRecord, scheme: str) -> None:
    """The system decides, the button overrules."""
    page = opened(busy_scan, color_scheme=scheme)

    def is_dark() -> bool:
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return bool(colour != "rgb(255, 255, 255)")

    assert is_dark() is (scheme == "dark")
    page.click("#theme")
    assert is_dark() is (scheme == "light")


def test_a_phone_shows_the_page_without_sideways_scrolling(opened: Open, busy_scan: ScanRecord) -> None:
    """Tables scroll in their own frames."""
    page = opened(busy_scan, viewport={"width": 390, "height": 844})

    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_without_scripts_the_first_cookies_are_there(opened: Open, busy_scan: ScanRecord) -> None:
    """And no control that would do nothing."""
    page = opened(busy_scan, java_script_enabled=False)

    assert page.locator("#table tbody tr").count() == 100
    assert not page.is_visible("#tools")
    assert not page.is_visible("#theme")
