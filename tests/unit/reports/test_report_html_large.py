"""The HTML report of a scan with very many cookies, and its print."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from scanjobs.domain.cookies import ConsentPhase, Party
from scanjobs.domain.purposes import Category, Exemption
from scanjobs.domain.scans import ScanRecord
from tests.factories import capture, label, labelled, observed, scan_record

pytestmark = [pytest.mark.chromium, pytest.mark.xdist_group("chromium")]

Open = Callable[..., Any]

MANY = 20_000


def many_cookies(count: int) -> ScanRecord:
    """Cookies of 40 domains, each with a name of its own."""
    categories, judged = list(Category), list(Exemption)
    return scan_record(
        *(
            labelled(
                observed(f"cookie_{number:05}", f"host{number % 40}.example"),
                party=Party.THIRD if number % 4 else Party.FIRST,
                label=label(categories[number % 5], exemption=judged[number % 3]),
            )
            for number in range(count)
        ),
        captures=(capture(ConsentPhase.BEFORE),),
    )


def test_twenty_thousand_cookies_can_be_worked_with(opened: Open) -> None:
    """Sorted, filtered, searched, turned over; only a page of them is ever laid out."""
    page = opened(many_cookies(MANY))
    table = page.locator("#inventory .long")
    count, names = table.locator(".count"), table.locator("tbody th")

    expect(count).to_have_text("1 to 25 of 20,000")
    assert page.evaluate("document.querySelectorAll('*').length") < 6000
    table.locator('th[data-key="name"] button').click()
    table.locator('th[data-key="name"] button').click()
    expect(names.first).to_contain_text("cookie_19999")
    table.locator('[data-filter="category"]').select_option("marketing")
    expect(count).to_have_text("1 to 25 of 4,000 that fit, of 20,000 in all")
    table.locator(".search").fill("cookie_1999")
    expect(count).to_have_text("1 to 2 of 2 that fit, of 20,000 in all")
    table.get_by_role("button", name="Reset").click()
    table.locator(".page-number").fill("800")
    table.locator(".page-number").press("Enter")
    expect(names.last).to_contain_text("cookie_00000")


def test_all_rows_are_made_for_printing(opened: Open) -> None:
    """Of both tables of cookies, however many there are."""
    page = opened(many_cookies(3000))
    rows = page.evaluate(
        """() => {
            dispatchEvent(new Event("beforeprint"));
            const count = (id) => document.querySelectorAll(`#${id} tbody tr`).length;
            const rows = [count("matrix"), count("inventory")];
            dispatchEvent(new Event("afterprint"));
            return rows;
        }"""
    )

    assert rows == [3000, 3000]
    assert page.locator("#inventory tbody tr").count() == 25


def test_the_print_holds_every_cookie_and_every_finding(opened: Open, busy_scan: ScanRecord) -> None:
    """Light, without controls, also where the page is dark and its rows are filtered away by pages."""
    page = opened(busy_scan, color_scheme="dark")
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    text = "\n".join(one.extract_text() for one in printed.pages)

    assert set(re.findall(r"cookie-\d{3}", text)) == {f"cookie-{number:03}" for number in range(120)}
    assert all(f"Remedy for {rule}" in text for rule in ("C01", "S03", "L04", "T04"))
    assert "Search" not in text
    assert printed.pages[0].mediabox.width > printed.pages[0].mediabox.height


def test_printing_leaves_the_page_as_it_was(opened: Open, busy_scan: ScanRecord) -> None:
    """What was folded is folded again."""
    page = opened(busy_scan)
    folded = page.locator("details:not([open])").count()

    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() == folded
    assert page.locator("#inventory tbody tr").count() == 25
