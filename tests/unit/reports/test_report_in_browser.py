"""The HTML report where it is read: in a browser, from a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from scanjobs.domain.purposes import Category
from scanjobs.domain.scans import ScanRecord
from tests.unit.reports.documents import scan_with
from tests.unit.reports.html_pages import with_every_part

pytestmark = [pytest.mark.chromium, pytest.mark.xdist_group("chromium")]

Open = Callable[..., Any]

HOSTILE = {
    "</script><script>hacked=1</script>": "</script><script>hacked=1</script>",
    "<img src=x onerror=hacked=1>": "<img src=x onerror=hacked=1>",
    "a\u2028b": "a[U+2028]b",
    "'\"`${1}": "'\"`${1}",
    "evil\u202ename": "evil[U+202E]name",
    "lone\ud800": "lone[U+D800]",
    "nul\x00bell\x07": "nul[U+0000]bell[U+0007]",
    "שלום": "שלום",
}


class Table:
    """One of the long tables of a page."""

    def __init__(self, page: Any, id: str = "inventory") -> None:
        self.all = page.locator(f"#{id} .long")
        self.count = self.all.locator(".count")

    @property
    def names(self) -> list[str]:
        """What the first column shows, without the notes below the names."""
        headings = self.all.locator("tbody th[scope=row]")
        return [
            str(name).strip()
            for name in headings.evaluate_all(
                "all => all.map((heading) => [...heading.childNodes]"
                ".filter((node) => node.nodeName !== 'SMALL').map((node) => node.textContent).join(''))"
            )
        ]

    def heading(self, key: str) -> Any:
        return self.all.locator(f'th[data-key="{key}"]')

    def field(self, name: str) -> Any:
        return self.all.locator(f'.{name}, [data-filter="{name}"]')

    def button(self, name: str) -> Any:
        return self.all.get_by_role("button", name=name, exact=True)


def test_the_table_shows_a_page_of_cookies(opened: Open, busy_scan: ScanRecord) -> None:
    """Twenty-five at first; the buttons and the number of the page lead on and back."""
    table = Table(opened(busy_scan))

    assert table.names == [f"cookie-{number:03}" for number in range(25)]
    expect(table.count).to_have_text("1 to 25 of 120")
    expect(table.button("Previous")).to_be_disabled()
    table.button("Next").click()
    assert table.names[0] == "cookie-025"
    table.field("page-number").fill("5")
    table.field("page-number").press("Enter")
    assert table.names[-1] == "cookie-119"
    expect(table.button("Next")).to_be_disabled()
    table.field("size").select_option("0")
    assert len(table.names) == 120


@pytest.mark.parametrize("id", ["matrix", "inventory", "hosts"])
def test_every_column_sorts_both_ways(opened: Open, busy_scan: ScanRecord, id: str) -> None:
    """The heading says so to everyone, and only one does."""
    table = Table(opened(busy_scan), id)
    keys = [heading.get_attribute("data-key") for heading in table.all.locator("thead th").all()]

    for key in keys:
        table.heading(key).locator("button").click()
        assert table.heading(key).get_attribute("aria-sort") == "ascending"
        ascending = table.names
        table.heading(key).locator("button").click()
        assert table.heading(key).get_attribute("aria-sort") == "descending"
        assert table.all.locator("[aria-sort]").count() == 1
        if key == keys[0]:
            assert ascending == sorted(ascending)
            assert table.names[0] > ascending[0]


def test_numbers_and_lifetimes_sort_by_what_they_mean(opened: Open, busy_scan: ScanRecord) -> None:
    """Not by how they are written."""
    page = opened(busy_scan)
    cookies, hosts = Table(page), Table(page, "hosts")

    cookies.heading("lifetime").locator("button").click()
    assert cookies.names[:2] == ["cookie-000", "cookie-002"]
    hosts.heading("total").locator("button").click()
    assert hosts.names == ["ads.tracker.example", "cdn.example"]


def test_the_table_works_by_keyboard(opened: Open, busy_scan: ScanRecord) -> None:
    """Sorting, filtering, turning pages and opening a row need no mouse."""
    page = opened(busy_scan)
    table = Table(page)

    table.field("search").focus()
    page.keyboard.type("tracker")
    expect(table.count).to_have_text("1 to 25 of 40 that fit, of 120 in all")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(table.count).to_have_text("1 to 8 of 8 that fit, of 120 in all")
    table.heading("name").locator("button").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    assert table.names[0] == "cookie-115"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('th').dataset.key") == "party"
    table.all.locator(".open").first.focus()
    page.keyboard.press("Enter")
    assert table.all.locator(".details").count() == 1
    table.button("Reset").focus()
    page.keyboard.press("Enter")
    table.button("Next").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(table.count).to_have_text("51 to 75 of 120")


def test_search_and_filters_narrow_the_table(opened: Open, busy_scan: ScanRecord) -> None:
    """Words anywhere in a row, purpose, party, phase, exemption, all at once; each table by itself."""
    page = opened(busy_scan)
    table = Table(page)

    table.field("search").fill("COOKIE-01 tracker")
    expect(table.count).to_contain_text("in all")
    assert table.names == ["cookie-010", "cookie-013", "cookie-016", "cookie-019"]
    table.field("category").select_option("necessary")
    assert table.names == ["cookie-010"]
    table.field("seen").select_option("rejected")
    expect(table.count).to_have_text("Nothing fits.")
    table.field("search").fill("")
    expect(table.count).to_have_text("1 to 8 of 8 that fit, of 120 in all")
    table.field("party").select_option("first")
    expect(table.count).to_have_text("Nothing fits.")
    table.button("Reset").click()
    expect(table.count).to_have_text("1 to 25 of 120")
    table.field("exempt").select_option("exempt")
    expect(table.count).to_have_text("Nothing fits.")
    expect(Table(page, "matrix").count).to_have_text("1 to 25 of 120")


def test_a_row_opens_for_its_details(opened: Open, busy_scan: ScanRecord) -> None:
    """And stays open while the table is sorted; everything a reader sees can be found."""
    table = Table(opened(busy_scan))
    button = table.all.get_by_role("button", name="Details of cookie-001", exact=True)

    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(table.all.locator(".details")).to_contain_text("Nobody has judged this cookie yet.")
    expect(table.all.locator(".details")).to_contain_text("https://ads.tracker.example/")
    table.heading("name").locator("button").click()
    expect(table.all.locator(".details")).to_have_count(1)
    button.click()
    expect(table.all.locator(".details")).to_have_count(0)
    table.field("search").fill("cookie-007=<32")
    expect(table.count).to_have_text("1 to 1 of 1 that fit, of 120 in all")


def test_a_link_from_the_verdict_opens_its_finding(opened: Open, busy_scan: ScanRecord) -> None:
    """The reader lands on what he asked for."""
    page = opened(busy_scan)

    assert not page.evaluate("document.getElementById('finding-L04').open")
    page.click('.top a[href="#finding-L04"]')
    expect(page.locator("#finding-L04")).to_have_attribute("open", "")


def test_the_contents_show_where_the_reader_is(opened: Open, busy_scan: ScanRecord) -> None:
    """And stay in sight."""
    page = opened(busy_scan, viewport={"width": 1300, "height": 900})

    page.get_by_role("link", name="Checklist", exact=True).click()
    current = page.locator(".contents [aria-current]")
    expect(current).to_have_text("Checklist")
    expect(current).to_be_in_viewport()


def test_hostile_names_are_shown_and_do_nothing(opened: Open) -> None:
    """Whatever a site calls its cookies."""
    page = opened(scan_with(*HOSTILE))

    assert page.evaluate("typeof hacked") == "undefined"
    assert set(Table(page).names) == set(HOSTILE.values())


def test_a_name_without_end_stays_in_its_row(opened: Open) -> None:
    """Thousands of accents are cut off in the table, and the whole name is among the details."""
    name = "z" + "\u0301" * 5000 + "y" * 5000
    page = opened(scan_with(name, "after"))
    table = Table(page)
    heights = [row.bounding_box()["height"] for row in table.all.locator("tbody tr").all()]

    assert max(heights) < 200
    assert table.names[1].endswith("…")
    table.all.locator(".open").nth(1).click()
    assert table.all.locator(".details dd span").first.inner_text() == name


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


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_phone_shows_everything_without_sideways_scrolling(
    opened: Open, busy_scan: ScanRecord, has_scripts: bool
) -> None:
    """Rows become cards that name each of their cells."""
    page = opened(
        busy_scan, viewport={"width": 360, "height": 740}, java_script_enabled=has_scripts, has_touch=True
    )
    table = Table(page)
    first = table.all.locator("tbody tr").first

    assert all(
        box["x"] >= 0 and box["x"] + box["width"] <= 360
        for box in (part.bounding_box() for part in page.locator("section, .long td:visible").all()[:200])
        if box
    )
    assert first.locator("td").first.get_attribute("data-label") == "Party"
    if has_scripts:
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        table.field("order").select_option("-name")
        assert table.names[0] == "cookie-119"
        assert len(table.names) == 10


def test_without_scripts_the_first_cookies_are_there(opened: Open, busy_scan: ScanRecord) -> None:
    """And no control that would do nothing."""
    page = opened(busy_scan, java_script_enabled=False)

    assert page.locator("#inventory tbody tr").count() == 100
    assert page.locator(".tools:visible, .pager:visible, #theme:visible").count() == 0
    assert page.locator("#inventory noscript").inner_text().startswith("Without JavaScript the first 100")


def test_every_list_is_a_table_of_the_same_kind(opened: Open, busy_scan: ScanRecord) -> None:
    """Storage, third parties, declared and observed, changes: searched and opened like cookies."""
    page = opened(with_every_part(busy_scan))

    for id, search, first in (
        ("storage", "visitor", "visitor"),
        ("hosts", "ads.", "ads.tracker.example"),
        ("declared", "gone", "gone"),
        ("changes", "cookie-002", "cookie-002"),
    ):
        table = Table(page, id)
        table.field("search").fill(search)
        expect(table.count).to_contain_text("1 to 1 of 1")
        assert table.names[0] == first
        table.all.locator(".open").first.click()
        expect(table.all.locator(".details")).to_have_count(1)


def test_the_declaration_is_copied_as_text_and_as_markup(opened: Open, busy_scan: ScanRecord) -> None:
    """From a file too, where nobody is asked for permission."""
    page = opened(with_every_part(busy_scan))
    page.evaluate(
        """() => {
            window.copied = {};
            const set = DataTransfer.prototype.setData;
            DataTransfer.prototype.setData = function (type, text) {
                window.copied[type] = text;
                return set.call(this, type, text);
            };
        }"""
    )

    page.get_by_role("button", name="Copy the declaration").click()

    expect(page.locator(".copying [role=status]")).to_have_text("Copied.")
    copied = page.evaluate("window.copied")
    assert copied["text/html"].startswith("<h3>Cookies on shop.example</h3>")
    assert copied["text/html"].count("<tr>") == 121 + len(Category)
    assert copied["text/plain"] == copied["text/html"]
