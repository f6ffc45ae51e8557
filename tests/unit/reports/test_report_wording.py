"""The words of a report."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanjobs.domain.cookies import ObservedCookie
from scanjobs.reports import wording
from tests.factories import NOON, observed, sent


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("_ga", "_ga"),
        ("Προτιμήσεις 同意", "Προτιμήσεις 同意"),
        ("evil\u202egpj", "evil[U+202E]gpj"),
        ("a\r\nb", "a[U+000D U+000A]b"),
        ("zero\u200bwidth", "zero[U+200B]width"),
        ("\0", "[U+0000]"),
        ("lone\ud800", "lone[U+D800]"),
        ("line\u2028", "line[U+2028]"),
        ("filler\u3164", "filler[U+3164]"),
        ("a\ufe0f", "a[U+FE0F]"),
        ("a\u00a0b\u202f", "a[U+00A0]b[U+202F]"),
        ("« 15\u00a0% »\u202f: oui\u202f!", "« 15\u00a0% »\u202f: oui\u202f!"),
        ("", ""),
    ],
)
def test_what_hides_is_shown(text: str, shown: str) -> None:
    """Characters that hide or turn their neighbours are named by code point."""
    assert wording.visible(text) == shown


@given(st.text())
def test_visible_text_is_printable_and_stays_so(text: str) -> None:
    """Whatever comes in, what goes out can be printed, and twice is the same as once."""
    shown = wording.visible(text)

    assert re.sub("[\u00a0\u202f]", "", shown).isprintable()
    assert wording.visible(shown) == shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "removed at once"),
        (0, "removed at once"),
        (1, "1 second"),
        (58, "58 seconds"),
        (90, "90 seconds"),
        (60, "1 minute"),
        (1800, "30 minutes"),
        (3599, "1 hour"),
        (3600, "1 hour"),
        (90_000, "25 hours"),
        (86_399, "1 day"),
        (86_400, "1 day"),
        (7 * 86_400, "7 days"),
        (31_535_999, "365 days"),
        (172_801, "2 days"),
        (2 * 86_400 + 43_199, "2 days"),
        (2 * 86_400 + 43_200, "3 days"),
        (400 * 86_400 + 1, "400 days"),
        (10_000 * 86_400, "10,000 days"),
    ],
)
def test_durations(seconds: int, words: str) -> None:
    """The largest unit that stays readable, rounded to the nearest whole one."""
    assert wording.duration(seconds) == words


@pytest.mark.parametrize(
    ("cookie", "words"),
    [
        (observed(), "session"),
        (sent(), "unknown"),
        (observed(is_session=False), "unknown"),
        (observed(is_session=False, lifetime_seconds=172_801), "2 days"),
    ],
)
def test_lifetimes(cookie: ObservedCookie, words: str) -> None:
    """What was not seen is not a session."""
    assert wording.lifetime(cookie) == words


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(0, "0 %"), (0.001, "< 1 %"), (0.126, "13 %"), (0.996, "> 99 %"), (1, "100 %")],
)
def test_a_part_never_reads_as_nothing_or_all(ratio: float, words: str) -> None:
    """One cookie in a thousand is not 0 %."""
    assert wording.percent(ratio) == words


@pytest.mark.parametrize(
    ("octets", "words"), [(1, "1 byte"), (999, "999 bytes"), (48_213, "48.2 kB"), (3 * 10**15, "3000.0 TB")]
)
def test_sizes(octets: int, words: str) -> None:
    """Decimal units, one place."""
    assert wording.size(octets) == words


def test_moments_are_utc() -> None:
    """Every time names its zone."""
    assert wording.moment(NOON) == "2026-03-02 12:00:00 UTC"
    assert wording.long_moment(NOON) == "2 March 2026, 12:00 UTC"
    assert wording.moment(None) == "unknown"


def test_attributes_in_words() -> None:
    """Missing ones are left out, unseen ones admitted."""
    assert wording.flags(observed()) == "Secure, HttpOnly, SameSite=Lax"
    assert wording.flags(observed(secure=False, http_only=False, same_site="unspecified")) == "none"
    assert wording.flags(sent()) == "unknown"
