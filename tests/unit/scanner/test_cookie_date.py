"""The cookie-date algorithm of RFC 6265bis section 5.1.1, table by table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.scanner.cookie_date import parse_cookie_date

MOMENT = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "06 Nov 1994 08:49:37",
        "1994 nov 06 8:49:37",  # any order, any case
        "Nov 6 08:49:37 94 PST",  # the zone is not read
        "06/November/1994;08:49:37",  # any delimiter, months by their first letters
        "06th Nov 1994x 08:49:37am",  # letters behind numbers
        "\t06 Nov 1994 08:49:37\t",
    ],
)
def test_dates_as_servers_write_them(text):
    """Whatever order and delimiters, the same moment."""
    assert parse_cookie_date(text) == MOMENT


@pytest.mark.parametrize(
    ("year", "meant"),
    [("69", 2069), ("70", 1970), ("99", 1999), ("00", 2000), ("1601", 1601), ("9999", 9999), ("100", None)],
)
def test_years_of_two_digits(year, meant):
    """70 to 99 are of the last century, 0 to 69 of this one."""
    moment = parse_cookie_date(f"06 Nov {year} 08:49:37")

    assert (moment and moment.year) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "06 Nov 1994",
        "Nov 1994 08:49:37",
        "06 1994 08:49:37",
        "06 Nov 08:49:37",
        "00 Nov 1994 08:49:37",
        "32 Nov 1994 08:49:37",
        "31 Nov 1994 08:49:37",
        "30 Feb 1996 08:49:37",
        "06 Nov 1600 08:49:37",
        "06 Nov 1994 24:49:37",
        "06 Nov 1994 08:60:37",
        "06 Nov 1994 08:49:60",
        "06 Nov 1994 08:49",
        "06 Nov 1994 008:49:37",
        "06 Nov 1994 08:49:377",
        "123 Nov 1994 08:49:37",
        "06 Nov 19941 08:49:37",
        "٠٦ Nov 1994 08:49:37",  # digits are ASCII digits
    ],
)
def test_no_dates(text):
    """What lacks a part, or names a day that never was, is no date."""
    assert parse_cookie_date(text) is None


def test_first_of_each_part_counts():
    """A second time, day, month or year is left alone."""
    assert parse_cookie_date("06 Nov 1994 08:49:37 07 Dec 1995 09:50:38") == MOMENT


@given(st.text())
def test_no_text_raises(text):
    """Any text gives a moment in UTC or None."""
    moment = parse_cookie_date(text)

    assert moment is None or moment.tzinfo is UTC


@given(st.integers(min_value=-11_644_473_600, max_value=253_402_300_799))
def test_every_http_date_comes_back(seconds):
    """What a server writes in the format of HTTP is read to the second."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    assert parse_cookie_date(format_datetime(moment, usegmt=True)) == moment
