"""The report as PDF."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf.generic import ContentStream

from scanjobs.domain.reports import ReportFormat
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.renderers import pdf_scripts
from scanjobs.reports.renderers.pdf_canvas import Canvas
from scanjobs.reports.renderers.pdf_file import closed_stream
from scanjobs.reports.renderers.pdf_pages import FONTS
from scanjobs.reports.renderers.typesetting import Face
from tests import validators
from tests.factories import NOON, capture, finding, labelled, observed, report_record, scan_record
from tests.unit.reports.documents import Render, document_of, scan_with

OPERANDS = {
    "Tm": 6, "Tf": 2, "TL": 1, "Tj": 1, "T*": 0, "BT": 0, "ET": 0, "rg": 3, "RG": 3, "re": 4, "f": 0,
    "q": 0, "Q": 0, "m": 2, "l": 2, "c": 6, "h": 0, "w": 1, "J": 1, "j": 1, "Td": 2, "g": 1, "G": 1,
    "BMC": 1, "BDC": 2, "EMC": 0,
}  # fmt: skip
"""Every operator the pages are drawn with, and how many operands it takes."""


def read(written: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(written))


def text_of(written: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(written).pages)


def starts_of(reader: pypdf.PdfReader) -> dict[str, int]:
    """The index of the page on which each part begins."""
    parts = (entry for entry in reader.outline if not isinstance(entry, list))
    return {str(entry.title): reader.get_destination_page_number(entry) for entry in parts}


@pytest.fixture(scope="module")
def face() -> Face:
    return Canvas("title", "en", "test", NOON).regular


def test_the_parts_come_in_order(busy_scan: ScanRecord, render: Render) -> None:
    """As a data-protection officer reads them; the outline leads to each."""
    reader = read(render(document_of(busy_scan), ReportFormat.PDF))
    starts = starts_of(reader)
    titles, pages = list(starts), list(starts.values())

    assert titles == [
        "Verdict",
        "Scope and method",
        "Summary",
        "Findings",
        "Consent matrix",
        "Cookies",
        "Third-party hosts",
        "Cookie declaration",
        "Checklist of rules",
        "Annex A: Evidence of the findings",
        "Annex B: Set-Cookie lines",
        "Annex C: Evidence manifest",
        "Annex D: Words and licences",
    ]
    assert pages == sorted(pages)
    assert all(title in reader.pages[page].extract_text() for title, page in zip(titles, pages, strict=True))


def test_the_cover_leads_to_every_part(busy_scan: ScanRecord, render: Render) -> None:
    """The contents name the page on which a part begins."""
    reader = read(render(document_of(busy_scan), ReportFormat.PDF))
    cover = reader.pages[0].extract_text()

    for title, page in starts_of(reader).items():
        assert re.search(rf"{re.escape(title)}\s+{page + 1}\b", cover)
    links = [annotation.get_object() for annotation in reader.pages[0]["/Annots"]]
    targets = [reader.get_page_number(link["/Dest"][0].get_object()) for link in links]
    assert targets == list(starts_of(reader).values())


def test_the_bookmarks_lead_to_every_finding(busy_scan: ScanRecord, render: Render) -> None:
    """Below their part, each to the page where it stands."""
    reader = read(render(document_of(busy_scan), ReportFormat.PDF))
    findings = next(entry for entry in reader.outline if isinstance(entry, list))
    ids = [finding.rule_id for finding in document_of(busy_scan).findings]

    assert [str(entry.title) for entry in findings] == [f"{id} Title of {id}" for id in ids]
    for entry in findings:
        page = reader.pages[reader.get_destination_page_number(entry)]
        assert str(entry.title)[4:] in page.extract_text()


def test_every_page_but_the_cover_is_numbered(busy_scan: ScanRecord, render: Render) -> None:
    """Whoever holds a page knows where it belongs."""
    pages = read(render(document_of(busy_scan), ReportFormat.PDF)).pages

    assert "Page" not in pages[0].extract_text()
    for number, page in enumerate(pages[1:], start=2):
        assert f"Page {number} of {len(pages)}" in page.extract_text()


def test_the_verdict_is_on_the_second_page(busy_scan: ScanRecord, render: Render) -> None:
    """Whoever reads one page reads this."""
    page = read(render(document_of(busy_scan), ReportFormat.PDF)).pages[1].extract_text()

    for words in ("2 rules failed, 1 of them critical", "Title of C01", "Title of C02"):
        assert words in page


def test_no_row_is_lost_at_a_page_break(busy_scan: ScanRecord, render: Render) -> None:
    """Every cookie stands in the matrix and in the inventory, every item in the annex."""
    reader = read(render(document_of(busy_scan), ReportFormat.PDF))
    starts = starts_of(reader)

    def names_from(first: str, last: str) -> list[str]:
        pages = reader.pages[starts[first] : starts[last] + 1]
        return re.findall(r"cookie-\d{3}", "\n".join(page.extract_text() for page in pages))

    names = [f"cookie-{number:03}" for number in range(120)]
    assert names_from("Consent matrix", "Third-party hosts") == names * 2
    assert names_from("Annex A: Evidence of the findings", "Annex B: Set-Cookie lines")[:30] == names[:30]


def test_table_headings_repeat_on_every_page(busy_scan: ScanRecord, render: Render) -> None:
    """Nobody has to turn back to know what a column is."""
    reader = read(render(document_of(busy_scan), ReportFormat.PDF))
    starts = starts_of(reader)
    pages = reader.pages[starts["Cookies"] : starts["Third-party hosts"]]

    assert len(pages) >= 2
    assert all("First seen at" in page.extract_text() for page in pages)


def test_a_long_name_is_cut_and_stands_whole_in_the_attachment(render: Render) -> None:
    """A name of ten thousand characters takes some lines of its row; the rest is admitted, and not lost."""
    name = "".join(f"<{number:04}>" for number in range(1700))
    reader = read(render(document_of(scan_with(name, "_ga")), ReportFormat.PDF))
    starts = starts_of(reader)
    page = reader.pages[starts["Cookies"]].extract_text()
    facts = json.loads(reader.attachments["report.json"][0])

    assert starts["Third-party hosts"] - starts["Cookies"] <= 1
    assert "<0000>" in page
    assert "…" in page
    assert {cookie["name"] for cookie in facts["cookies"]} == {name, "_ga"}


def test_the_facts_are_attached(busy_scan: ScanRecord, render: Render) -> None:
    """The report for machines of the same document travels inside, as the source of the pages."""
    document = document_of(busy_scan)
    reader = read(render(document, ReportFormat.PDF))
    (file,) = (entry.get_object() for entry in reader.trailer["/Root"]["/AF"])

    assert file["/AFRelationship"] == "/Source"
    assert reader.attachments["report.json"] == [render(document, ReportFormat.JSON)]


@pytest.mark.parametrize("count", range(1, 40, 2))
def test_no_heading_and_no_row_is_left_alone(count: int, render: Render) -> None:
    """Wherever a page ends, a heading has a row below it and the last rows stay together."""
    scan = scan_with(*(f"cookie-{number:03}-{'x' * 25 * (number % 7)}" for number in range(count)))
    reader = read(render(document_of(scan), ReportFormat.PDF))
    starts = starts_of(reader)
    rows = [
        len(re.findall(r"cookie-\d", page.extract_text()))
        for page in reader.pages[starts["Cookies"] : starts["Cookie declaration"]]
    ]

    assert sum(rows) == count
    assert min(filter(None, rows)) >= min(3, count)


def test_equal_documents_give_equal_bytes(busy_scan: ScanRecord, render: Render) -> None:
    """A job that runs again writes the same file."""
    document = document_of(busy_scan)

    assert render(document, ReportFormat.PDF) == render(document, ReportFormat.PDF)


@pytest.mark.parametrize("format", [ReportFormat.PDF, ReportFormat.HTML])
def test_another_process_gives_the_same_bytes(format: ReportFormat) -> None:
    """Nothing depends on the order of a set."""
    program = f"""
import hashlib, io
from scanjobs.domain.reports import ReportFormat
from scanjobs.reports.document import build_document
from scanjobs.reports.formats import renderer_for
from tests.factories import report_record, scan_record
file = io.BytesIO()
document = build_document(scan_record(), report_record(), tool_version="1")
renderer_for(ReportFormat({format.value!r})).render(document, file, lambda percent, phase: None)
print(hashlib.sha256(file.getvalue()).hexdigest())
"""
    hashes = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(hashes) == 1


def test_another_report_gives_other_bytes(render: Render) -> None:
    """The id of the report is part of it."""
    written = {
        hashlib.sha256(render(document_of(scan_record(), id=id), ReportFormat.PDF)).digest()
        for id in (report_record().id, report_record().id.replace("7", "8"))
    }

    assert len(written) == 2


def test_the_file_says_what_it_is(render: Render) -> None:
    """Title, language, producer and the date of the report."""
    reader = read(render(document_of(scan_record()), ReportFormat.PDF))

    assert reader.metadata is not None
    assert reader.metadata.title == "Cookie report for shop.example"
    assert reader.metadata.producer == "scanjobs 0.1.0"
    assert reader.metadata.creation_date == NOON
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert bool(reader.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"])


def test_the_pages_hold_nothing_but_known_operators(busy_scan: ScanRecord, render: Render) -> None:
    """Two operators that touch are one that does not exist, and some viewers then draw nothing."""
    reader = read(render(document_of(busy_scan), ReportFormat.PDF))
    for page in reader.pages:
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            assert len(operands) == OPERANDS[operator.decode()], (operands, operator)


def test_text_stays_between_the_margins(busy_scan: ScanRecord, render: Render) -> None:
    """Nothing begins outside the page or in its footer but the footer."""
    for number, page in enumerate(read(render(document_of(busy_scan), ReportFormat.PDF)).pages):
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        seen: list[tuple[float, float, str]] = []
        page.extract_text(
            visitor_text=lambda text, cm, tm, font, size, seen=seen: seen.append((tm[4], tm[5], text))
        )
        for x, y, text in seen:
            if text.strip() and number:
                assert 47 < x < width - 48
                assert 56 < y < height - 40 or "Page" in text or "Cookie report" in text


NAMES = (
    "naïve_Ñ",
    "Προτιμή",
    "Согласие",
    "ملف تعريف",
    "העדפות",
    "คุกกี้",
    "विश्लेषण",
    "Հայերեն",
    "ქართული",
    "🍪",
)
"""Names in the scripts whose letters are in the package."""


@pytest.mark.parametrize("name", NAMES)
def test_names_of_many_scripts_are_drawn(name: str, render: Render, tmp_path: Path) -> None:
    """As they are, and whoever copies them has the letters in the order they are read."""
    path = tmp_path / "report.pdf"
    path.write_bytes(render(document_of(scan_with(name)), ReportFormat.PDF))
    text = validators.run("pdftotext", path, "-")

    assert name in re.sub("[\u202a-\u202e]", "", text)
    assert "[U+" not in text.replace("[U+202E]", "")


def test_arabic_runs_from_right_to_left_and_joins_its_letters(face: Face) -> None:
    """Seen from the left the last letter comes first, in the form that its neighbours ask for."""
    alone, joined = (re.findall(r"<([0-9A-F]{4})>", face.shown([text], 8)) for text in ("ب", "ببب"))
    mixed = face.shown(["abc ببب"], 8)

    assert len(joined) == 3
    assert len({*alone, *joined}) == 4
    assert mixed.index("/ReversedChars") > mixed.index("TJ")


def test_what_cannot_be_drawn_is_named(render: Render) -> None:
    """No character vanishes silently, and none turns the line around."""
    names = ("\U0001f9ff", "evil\u202ename", "line\nbreak", "\0", "\ue000", "lone\ud800", "(a\\b)")
    text = re.sub(r"\s", "", text_of(render(document_of(scan_with(*names)), ReportFormat.PDF)))

    for shown in ("[U+1F9FF]", "evil[U+202E]name", "line[U+000A]break", "[U+0000]", "[U+E000]"):
        assert shown in text
    assert "lone[U+D800]" in text
    assert "(a\\b)" in text
    assert "\u202e" not in text


def test_marks_do_not_pile_up(face: Face) -> None:
    """A letter bears a few; what would cover the rows around is named."""
    assert face.printable("e\u0301") == "e\u0301"
    assert face.printable("e" + "\u0301" * 5) == "e" + "\u0301" * 3 + "[U+0301 U+0301]"


def test_letters_that_are_not_in_the_package_come_from_the_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where fontconfig knows a Noto font with them; elsewhere they are named."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pdf_scripts, "HAN", ())
    face = Canvas("title", "en", "test", NOON).regular
    assert face.printable("同意") == "[U+540C U+610F]"

    # A machine whose only Noto font is one that we carry for another script.
    font = tmp_path / "NotoSansBengali-Regular.ttf"
    font.write_bytes((FONTS / "NotoSansThai-Regular.ttf").read_bytes())
    program = tmp_path / "fc-match"
    program.write_text(f"#!/bin/sh\nprintf '{font}\\n0'\n")
    program.chmod(0o755)
    face = Canvas("title", "en", "test", NOON).regular
    assert face.printable("同") == "[U+540C]"


@pytest.mark.parametrize("long", ["x" * 500, "word " * 100, "https://shop.example/" + "path/" * 80])
def test_long_texts_everywhere(long: str, render: Render) -> None:
    """The site, a file, a rule's summary, an address: whatever is long is wrapped, not lost."""
    scan = scan_record(
        labelled(observed(long, domain=f"{long}.example", first_url=long)),
        site=long,
        page_url=long,
        captures=(capture(file_name=long, page_url=long, tool=long),),
        findings=(finding(summary=long),),
    )

    assert len(read(render(document_of(scan), ReportFormat.PDF)).pages) > 5


def test_an_empty_scan_is_still_a_report(render: Render) -> None:
    """No capture, no cookie, no rule: the report says so."""
    scan = ScanRecord(
        **{
            **{name: getattr(scan_record(), name) for name in ScanRecord.__slots__},
            "captures": (),
            "cookies": (),
            "hosts": (),
            "findings": (),
        }
    )

    assert "No verdict: the evidence is too thin" in text_of(render(document_of(scan), ReportFormat.PDF))


@settings(max_examples=200)
@given(text=st.text(), width=st.floats(min_value=20, max_value=200))
def test_no_line_is_wider_than_its_column(face: Face, text: str, width: float) -> None:
    """Whatever stands in a cell, it stays there, and none of it is lost."""
    lines = face.wrapped(text, 8, width)

    assert lines
    assert all(face.width(line, 8) <= width + 1e-6 for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(map(face.printable, text.split("\n"))).replace(" ", "")


def test_lines_break_where_it_reads_best(face: Face) -> None:
    """Between words; in a long word after a sign; and only then anywhere."""
    assert face.wrapped("one two three", 10, 45) == ["one two", "three"]
    assert face.wrapped("analytics.example.org", 10, 60) == ["analytics.", "example.org"]
    assert all(len(line) > 3 for line in face.wrapped("x" * 40, 10, 60)[:-1])


def test_what_is_left_out_is_admitted(face: Face) -> None:
    """An ellipsis stands where the rest was, within the column."""
    assert face.wrapped("one two three", 10, 45, most=2) == ["one two", "three"]
    assert face.wrapped("one two three four", 10, 45, most=2) == ["one two", "three…"]
    assert face.wrapped("m" * 30, 10, 45, most=1)[0].endswith("…")
    assert face.width(face.wrapped("m" * 30, 10, 45, most=1)[0], 10) <= 45


@pytest.mark.parametrize(("contents", "written"), [("ab", "ab\n"), ("a\r", "a\r\r\n"), ("a\n", "a\n\n")])
def test_a_stream_keeps_its_last_byte(contents: str, written: str) -> None:
    """Readers take a carriage return and a line feed for one end of line."""
    assert closed_stream(f"{contents}\nendstream\nendobj") == f"{written}endstream\nendobj"
