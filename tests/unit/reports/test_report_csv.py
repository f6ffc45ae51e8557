"""The cookies for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.domain.cookies import ConsentPhase
from scanjobs.domain.reports import ReportFormat, ReportOptions
from scanjobs.domain.scans import ScanRecord
from scanjobs.reports.renderers.csv import COLUMNS, TRIGGERS, guarded
from tests.factories import capture, labelled, observed, scan_record, sent
from tests.unit.reports.documents import Render, document_of, golden, scan_with


def rows_of(written: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"), newline="")))


def test_one_row_a_cookie(busy_scan: ScanRecord, render: Render) -> None:
    """Nothing is lost and nothing counted twice, whatever the phases."""
    rows = rows_of(render(document_of(busy_scan), ReportFormat.CSV))

    assert [row["name"] for row in rows] == [f"cookie-{number:03}" for number in range(120)]


def test_the_file_is_what_spreadsheets_expect(render: Render) -> None:
    """RFC 4180 with CRLF, UTF-8 with a BOM."""
    written = render(document_of(scan_with("naïve", 'quo"te', "com,ma")), ReportFormat.CSV)

    assert written.startswith(b"\xef\xbb\xbfname,domain,")
    assert written.count(b"\r\n") == written.count(b"\n") == 4
    assert b'\r\n"com,ma",' in written
    assert b'\r\n"quo""te",' in written


def test_a_program_may_have_cells_as_they_are(render: Render) -> None:
    """Without the mark for spreadsheets and without the guard against formulas."""
    options = ReportOptions(csv_bom=False, csv_raw=True)

    written = render(document_of(scan_with("=1+1"), options=options), ReportFormat.CSV)

    assert written.startswith(b"name,domain,")
    assert b"\r\n=1+1," in written


def test_the_whole_file(render: Render) -> None:
    """Column by column; a change here is a change for whoever reads these files."""
    scan = scan_record(
        labelled(
            observed("_ga", host_only=False, is_session=False, lifetime_seconds=34_128_000),
            observed("_ga", phase=ConsentPhase.ACCEPTED, times_seen=3),
        ),
        labelled(sent("_gid")),
        captures=(capture(), capture(ConsentPhase.ACCEPTED)),
    )

    written = render(document_of(scan), ReportFormat.CSV)

    assert written == golden("report.csv", written)


@pytest.mark.parametrize("beginning", TRIGGERS)
def test_formulas_are_disarmed(beginning: str) -> None:
    """A spreadsheet takes such a cell as text."""
    assert guarded(f"{beginning}SUM(A1)") == f"'{beginning}SUM(A1)"
    assert guarded(f"  {beginning}SUM(A1)") == f"'  {beginning}SUM(A1)"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("a;=SUM(A1)", "a;'=SUM(A1)"),
        ("a; -1;@b", "a;' -1;'@b"),
        ('a;"=SUM(A1)', "a;'\"=SUM(A1)"),
        ("a\r\n=SUM(A1)", "a\r\n'=SUM(A1)"),
        (";", ";"),
        ("a;b=c;d", "a;b=c;d"),
    ],
)
def test_formulas_behind_a_semicolon_are_disarmed(cell: str, shown: str) -> None:
    """Where the comma is the decimal point, spreadsheets split at semicolons."""
    assert guarded(cell) == shown


def test_addresses_have_no_semicolons(render: Render) -> None:
    """The same address, but nothing that a spreadsheet splits at."""
    cookie = labelled(observed(first_url="https://shop.example/a;=HYPERLINK(1)"))
    row = rows_of(render(document_of(scan_record(cookie)), ReportFormat.CSV))[0]

    assert row["first_url"] == "https://shop.example/a%3B=HYPERLINK(1)"


@pytest.mark.parametrize("harmless", ["", "_ga", "a=b", "1-2", "'=quoted", "é"])
def test_other_cells_stay_as_they_are(harmless: str) -> None:
    """Nobody finds an apostrophe that was not needed."""
    assert guarded(harmless) == harmless


@given(st.text(min_size=1) | st.text(alphabet="a;=+@ '\"\r\n\t\0", min_size=1))
def test_no_cookie_name_can_start_a_formula(name: str) -> None:
    """Whatever a site calls its cookies, and wherever a spreadsheet splits them."""
    assert not guarded(name).lstrip(" ").startswith(TRIGGERS)
    for part in re.split("[;\r\n]", guarded(name))[1:]:
        assert not part.lstrip(' "').startswith(TRIGGERS)


def test_hostile_names_arrive_as_text(render: Render) -> None:
    """Line breaks, nulls and lone surrogates neither break the row nor the file."""
    names = ["=1+1", "@SUM(A1)", "a\r\nb", "\0null", "lone\ud800", "\u202eturned"]
    rows = rows_of(render(document_of(scan_with(*names)), ReportFormat.CSV))

    assert {row["name"] for row in rows} == {
        "'=1+1",
        "'@SUM(A1)",
        "a\r\nb",
        "'\0null",
        "lone?",
        "\u202eturned",
    }
    assert all(len(row) == len(COLUMNS) for row in rows)


def test_empty_means_not_known(render: Render) -> None:
    """An attribute that could not be seen is neither yes nor no."""
    row = rows_of(render(document_of(scan_record(labelled(sent()))), ReportFormat.CSV))[0]

    assert (row["secure"], row["lifetime_seconds"], row["type"]) == ("", "", "unknown")
    assert (row["before"], row["accepted"]) == ("sent", "")
