"""The PDF before the eyes of others: PDF/UA-1, PDF/A-3a, and the programs that people open it with."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scanjobs.domain.reports import ReportFormat
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.document import Document
from tests import validators
from tests.factories import finding, labelled, observed, scan_record
from tests.unit.reports.documents import Render, document_of, scan_with

HOSTILE = (
    "<script>alert(1)</script>", "=cmd()", "evil\u202ename", "\0\x1b[31m", "a" * 10_000,
    "e" + "\u0301" * 5_000, "lone\ud800", "(a\\b)) Tj ET", "Προτιμή", "Согласие", "ملف تعريف",
    "העדפות", "同意", "동의", "🍪", "\ufb01\u00ad",
)  # fmt: skip
"""Names of cookies that broke something somewhere."""


def empty_scan() -> ScanRecord:
    return dataclasses.replace(scan_record(), captures=(), cookies=(), hosts=(), findings=())


def hostile_scan() -> ScanRecord:
    cookies = [labelled(observed(name, domain=f"{name}.example", first_url=name)) for name in HOSTILE]
    return scan_record(
        *cookies, site="x\u202e\ud800ك", page_url=HOSTILE[5], findings=(finding(summary=HOSTILE[4]),)
    )


def long_scan() -> ScanRecord:
    return scan_with(*(f"cookie-{number:04}" for number in range(2000)))


SCANS = {"empty": empty_scan, "hostile": hostile_scan, "long": long_scan}


@pytest.fixture(params=["busy", *SCANS])
def document(request: pytest.FixtureRequest, busy_scan: ScanRecord) -> Document:
    made: Callable[[], ScanRecord] = SCANS.get(request.param, lambda: busy_scan)
    return document_of(made())


@pytest.fixture
def file(document: Document, render: Render, tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(render(document, ReportFormat.PDF))
    return path


def test_page_accepts_it(document: Document, render: Render) -> None:
    """It can be read aloud, and opened in thirty years."""
    assert validators.broken_rules(render(document, ReportFormat.PDF)) == []


@pytest.mark.timeout(400)
def test_verapdf_accepts_it(file: Path) -> None:
    """The reference validator says the same."""
    said = validators.verapdf(file)

    assert re.findall(r": (conforms|does not conform|cannot be read)", said) == ["conforms"] * 2, said


def test_qpdf_finds_no_error(file: Path) -> None:
    """Every object is where the file says it is."""
    assert "No syntax or stream encoding errors found" in validators.run("qpdf", "--check", file)


def test_mupdf_draws_every_page_without_a_warning(file: Path) -> None:
    """Nothing on a page is malformed."""
    said = validators.run("mutool", "draw", "-q", "-r", "20", "-o", file.with_name("%d.png"), file)

    assert said.replace("warning: ICC support is not available", "").strip() == ""


def test_poppler_gives_the_names_in_order(render: Render, tmp_path: Path) -> None:
    """Who copies the text of two thousand cookies has them as they stand."""
    path = tmp_path / "report.pdf"
    path.write_bytes(render(document_of(long_scan()), ReportFormat.PDF))
    names = re.findall(r"cookie-\d{4}", validators.run("pdftotext", "-raw", path, "-"))

    in_order = [f"cookie-{number:04}" for number in range(2000)]
    # In the matrix, the inventory, and the declaration; after them come the first Set-Cookie lines.
    assert names[:6000] == in_order * 3


def test_every_font_is_embedded_as_a_subset(file: Path) -> None:
    """It looks the same on every machine."""
    _, _, *fonts = validators.run("pdffonts", file).splitlines()

    assert fonts
    for font in fonts:
        assert re.search(r"^[A-Z]{6}\+.* Identity-H +yes yes yes ", font), font
