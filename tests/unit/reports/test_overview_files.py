"""Portfolio and comparison reports as files: in every format, whatever the scans say."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import html5lib
import jsonschema
import pytest

from scanjobs.domain.reports import ReportFormat, ReportOptions
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.overview import Overview
from scanjobs.reports.parts import Branding
from tests import validators
from tests.factories import label, labelled, observed, scan_record
from tests.unit.reports.overviews import comparison_of, portfolio_of, renamed, render_overview, scan_of
from tests.unit.reports.test_report_accessible import DESK, PHONE, violations
from tests.unit.reports.test_report_json import closed
from tests.unit.reports.test_report_pdf_validators import HOSTILE

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "reports.md"


def hostile(number: int) -> ScanRecord:
    """A scan in which everything has a name that broke something somewhere."""
    names = HOSTILE[number:] + HOSTILE[:number]
    cookies = [labelled(observed(name, domain=name), label=label(vendor=name)) for name in names]
    return scan_record(*cookies, id=f"{number}" * 36, site=f"{names[0]}.example")


def many(busy_scan: ScanRecord) -> list[ScanRecord]:
    return [renamed(busy_scan, f"site-{number:02}.example") for number in range(40)]


def overviews(busy_scan: ScanRecord) -> dict[str, Overview]:
    older = replace(busy_scan, id="0" * 36, cookies=busy_scan.cookies[60:], findings=busy_scan.findings[:3])
    nothing = scan_of("nothing.example", cookies=(), hosts=(), captures=(), captured_at=None)
    return {
        "portfolio": portfolio_of(busy_scan, scan_of("small.example"), before={"shop.example": older}),
        "comparison": comparison_of(older, busy_scan),
        "large portfolio": portfolio_of(*many(busy_scan)),
        "hostile portfolio": portfolio_of(*map(hostile, range(5))),
        "hostile comparison": comparison_of(hostile(0), hostile(3)),
        "empty portfolio": portfolio_of(nothing),
        "empty comparison": comparison_of(nothing, replace(nothing, id="0" * 36)),
    }


NAMES = [
    "portfolio",
    "comparison",
    "large portfolio",
    "hostile portfolio",
    "hostile comparison",
    "empty portfolio",
    "empty comparison",
]


@pytest.fixture(params=NAMES)
def overview(request: pytest.FixtureRequest, busy_scan: ScanRecord) -> Overview:
    return overviews(busy_scan)[request.param]


def schema(kind: str) -> dict[str, Any]:
    text = files("scanjobs.reports").joinpath(f"schema/{kind}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def test_the_json_fits_its_schema(overview: Overview) -> None:
    """Every key is described, and every described key is there."""
    facts = json.loads(render_overview(overview, ReportFormat.JSON))

    jsonschema.Draft202012Validator(closed(schema(overview.kind))).validate(facts)


@pytest.mark.parametrize("kind", ["portfolio", "comparison"])
def test_every_table_is_documented(kind: str) -> None:
    """Whoever reads the file finds each of its tables on the page about it."""
    page = DOCUMENTATION.read_text("utf-8")

    assert [key for key in schema(kind)["properties"]["tables"]["properties"] if f"`{key}`" not in page] == []


@pytest.mark.parametrize("format", ReportFormat)
def test_equal_overviews_give_equal_bytes(busy_scan: ScanRecord, format: ReportFormat) -> None:
    """A job that runs again after a crash writes the same file."""
    first, again = (overviews(busy_scan)["portfolio"] for _ in range(2))

    assert render_overview(first, format) == render_overview(again, format)


def test_page_accepts_the_pdf(overview: Overview) -> None:
    """It can be read aloud, and opened in thirty years."""
    assert validators.broken_rules(render_overview(overview, ReportFormat.PDF)) == []


@pytest.mark.timeout(400)
def test_verapdf_accepts_the_pdfs(busy_scan: ScanRecord, tmp_path: Path) -> None:
    """The reference validator says the same."""
    paths = []
    for name, overview in overviews(busy_scan).items():
        paths.append(tmp_path / f"{name.replace(' ', '-')}.pdf")
        paths[-1].write_bytes(render_overview(overview, ReportFormat.PDF))

    said = validators.verapdf(*paths)

    assert re.findall(r": (conforms|does not conform|cannot be read)", said) == ["conforms"] * 14, said


def test_the_pdf_carries_the_facts(busy_scan: ScanRecord, tmp_path: Path) -> None:
    """The JSON report of the same scans is attached."""
    overview = overviews(busy_scan)["portfolio"]
    path = tmp_path / "portfolio.pdf"
    path.write_bytes(render_overview(overview, ReportFormat.PDF))

    assert "portfolio.json" in validators.run("qpdf", "--list-attachments", path)


def test_a_strict_parser_finds_no_error_in_the_html(overview: Overview) -> None:
    """By the parsing rules of the HTML standard."""
    html5lib.HTMLParser(strict=True).parse(render_overview(overview, ReportFormat.HTML).decode())


def test_the_csv_has_a_line_for_each_site(busy_scan: ScanRecord) -> None:
    """With a header of stable names, and formulas disarmed as everywhere."""
    evil = renamed(busy_scan, "=cmd()")
    overview = portfolio_of(evil, scan_of("small.example"))

    written = render_overview(overview, ReportFormat.CSV)

    rows = list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"))))
    assert {row["site"] for row in rows} == {"'=cmd()", "small.example"}
    assert {"score", "verdict", "failed_critical", "before_consent", "scan_id"} <= rows[0].keys()
    raw = replace(overview, options=ReportOptions(csv_raw=True, csv_bom=False))
    assert b"\n=cmd()," in render_overview(raw, ReportFormat.CSV)


def test_the_csv_of_a_comparison_has_a_line_for_each_change(busy_scan: ScanRecord) -> None:
    """Those that cannot be compared too."""
    overview = overviews(busy_scan)["comparison"]

    rows = list(csv.DictReader(io.StringIO(render_overview(overview, ReportFormat.CSV).decode("utf-8-sig"))))

    assert len(rows) == len(overview.main_table.rows) > 50
    assert {row["kind"] for row in rows} <= {"added", "removed", "changed", "not_comparable"}


def test_markdown_says_what_the_tables_say(busy_scan: ScanRecord) -> None:
    """And nothing in it has a meaning that a site gave it."""
    text = render_overview(portfolio_of(*map(hostile, range(5))), ReportFormat.MARKDOWN).decode()

    assert text.startswith("# Cookie portfolio: 5 sites\n")
    assert "<script>" not in text
    assert "## Sites by score" in text


def test_whose_report_it_is_stands_at_its_head(busy_scan: ScanRecord) -> None:
    """As in the report of one scan."""
    branding = Branding(organisation="Harbour Lamps Ltd", footer="Internal.", colour="#123456")
    overview = portfolio_of(busy_scan, branding=branding)

    page = render_overview(overview, ReportFormat.HTML).decode()

    assert "Harbour Lamps Ltd" in page
    assert "--band: #123456" in page
    assert "Internal." in page


@pytest.fixture
def shown(browser: Any, tmp_path: Path) -> Any:
    """Open an overview in the browser; afterwards nothing was loaded but the file, and nothing complained."""
    requests: list[str] = []
    complaints: list[str] = []
    contexts: list[Any] = []
    path = tmp_path / "overview.html"

    def show(overview: Overview, **options: Any) -> Any:
        path.write_bytes(render_overview(overview, ReportFormat.HTML))
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.on("request", lambda request: requests.append(request.url.split("#")[0]))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield show
    for context in contexts:
        context.close()
    assert set(requests) == {path.as_uri()}
    assert complaints == []


Show = Callable[..., Any]
in_browser = [pytest.mark.chromium, pytest.mark.xdist_group("chromium")]


class TestInBrowser:
    """The page as a reader has it."""

    pytestmark = in_browser

    @pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("name", ["large portfolio", "comparison"])
    def test_axe_finds_nothing(
        self, shown: Show, busy_scan: ScanRecord, name: str, scheme: str, viewport: dict[str, int]
    ) -> None:
        """In both schemes, on a desk and a phone."""
        page = shown(overviews(busy_scan)[name], color_scheme=scheme, viewport=viewport)

        assert violations(page) == []

    def test_sites_are_sorted_by_number(self, shown: Show, busy_scan: ScanRecord) -> None:
        """The table of forty sites sorts by its scores, not by their digits."""
        scans = [*many(busy_scan), scan_of("good.example", captures=busy_scan.captures)]
        page = shown(portfolio_of(*scans), viewport=DESK)

        page.locator("#t-sites thead button", has_text="Score").click()
        page.locator("#t-sites thead button", has_text="Score").click()

        scores = page.locator("#t-sites tbody tr td:nth-of-type(1)").all_inner_texts()
        known = [int(score) for score in scores if score.isdigit()]
        assert known == sorted(known, reverse=True)

    def test_nothing_is_wider_than_a_phone(self, shown: Show, busy_scan: ScanRecord) -> None:
        """Tables become cards there."""
        page = shown(overviews(busy_scan)["portfolio"], viewport=PHONE)

        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
